// text/analysis/filter/branching.cc -- multiplexer sends each token through several chains of
// filters;
// flatten_graph leaves a row as it is; delimited_payload takes what stands behind a delimiter
// off a term. Filters that need a script or a dictionary are refused by name.

#include "base/strings.h"
#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

namespace elkhorn::text::token_filters::branching {
namespace {

using Branch = std::vector<TokenFilterPtr>;

Made<Branch> branch_of(std::string_view names, const Surroundings& around) {
    Branch branch;
    for (const std::string_view name : split(names, ',')) {
        if (!trim(name).empty()) branch.push_back(MADE(around.filter(trim(name))));
    }
    return branch;
}

/// Each token by itself through each branch, all of one token where it stands.
Made<> multiply(Tokens& tokens, Budget& budget, const std::vector<Branch>& branches) {
    std::vector<Token> out;
    for (const Token& token : tokens.list) {
        std::int32_t increment = token.increment;
        std::set<Wide> seen;
        for (const Branch& branch : branches) {
            MADE(budget.spend(1, token.term.size()));
            Tokens one;
            one.end = tokens.end;
            one.list.push_back(token);
            for (const TokenFilterPtr& filter : branch)
                MADE(filter->apply(one, budget));
            for (Token& made : one.list) {
                if (!seen.insert(made.term).second) continue;
                made.increment = std::exchange(increment, 0);
                out.push_back(std::move(made));
            }
        }
    }
    tokens.list = std::move(out);
    return {};
}

Made<TokenFilterPtr> build_multiplexer(const Options& options, const Surroundings& around) {
    std::vector<Branch> branches;
    if (MADE(options.flag("preserve_original", true))) branches.emplace_back();
    const auto lists = options.list("filters");
    for (const std::string& names : lists)
        branches.push_back(MADE(branch_of(names, around)));
    return whole_stream([branches = std::move(branches)](Tokens& tokens, Budget& budget) {
        return multiply(tokens, budget, branches);
    });
}

Made<TokenFilterPtr> build_flatten(const Options& /*options*/, const Surroundings& /*around*/) {
    return whole_stream([](Tokens& tokens, Budget& /*budget*/) -> Made<> {
        const bool row =
            std::ranges::all_of(tokens.list, [](const Token& token) { return token.length == 1; });
        if (!row)
            return refused("flatten_graph is not supported yet for tokens of several positions");
        return {};
    });
}

std::string payload_bytes(std::string_view text, std::string_view encoding) {
    if (encoding == "identity") return std::string(text);
    std::uint32_t bits = 0;
    if (encoding == "int")
        bits = static_cast<std::uint32_t>(to_integer(text).value_or(0));
    else
        bits = std::bit_cast<std::uint32_t>(static_cast<float>(to_double(text).value_or(0)));
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(shift)));
    return bytes;
}

Made<TokenFilterPtr> build_payload(const Options& options, const Surroundings& /*around*/) {
    const Wide delimiter = to_wide(options.text("delimiter", "|"));
    const std::string encoding = options.text("encoding", "float");
    if (delimiter.empty()) return refused("the delimiter of delimited_payload is empty");
    return each_token([mark = delimiter[0], encoding](Token& token) {
        const std::size_t at = token.term.find(mark);
        token.payload.reset();
        if (at == Wide::npos) return;
        token.payload = payload_bytes(to_utf8(WideView(token.term).substr(at + 1)), encoding);
        token.term.resize(at);
    });
}

Made<TokenFilterPtr> build_refused(const Options& options, const Surroundings& /*around*/) {
    return refused(fmt::format(
        "filter [{}] is not supported yet: it needs a script or a dictionary that is not there",
        options.text("type", options.name())));
}

constexpr FilterKind kinds[] = {
    {.name = "multiplexer", .build = build_multiplexer, .before_synonyms = false},
    {.name = "flatten_graph", .build = build_flatten},
    {.name = "delimited_payload", .build = build_payload, .adds = adds_payload},
    {.name = "delimited_payload_filter", .build = build_payload, .adds = adds_payload},
    {.name = "indic_normalization", .build = build_refused, .in_normalizer = true},
    {.name = "bengali_normalization", .build = build_refused, .in_normalizer = true},
    {.name = "condition", .build = build_refused, .prebuilt = false},
    {.name = "predicate_token_filter", .build = build_refused, .prebuilt = false},
    {.name = "hunspell", .build = build_refused, .prebuilt = false},
    {.name = "kstem", .build = build_refused},
    {.name = "min_hash", .build = build_refused, .prebuilt = false},
    {.name = "dictionary_decompounder", .build = build_refused, .prebuilt = false},
    {.name = "hyphenation_decompounder", .build = build_refused, .prebuilt = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::branching
