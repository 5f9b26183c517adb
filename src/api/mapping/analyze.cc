// api/mapping/analyze.cc -- GET|POST /_analyze and /{index}/_analyze: the tokens that an analyzer,
// a field's analyzer or a chain named in the request makes of texts.
//
// What Elasticsearch's clients rely on, and tests/es/analyze.yaml holds us to:
//   - without an index a list of texts is one text with a gap of one character; with one, the
//     positions of each text begin a hundred further (or as far as the analyzer says);
//   - `explain` shows each step of a chain of named parts, and one list for any other analyzer;
//   - more than index.analyze.max_token_count tokens (10,000) are an error.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/core/settings_text.h"
#include "api/mapping/parts/analysis_settings.h"
#include "api/mapping/parts/analyze_request.h"
#include "base/strings.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api::analyze {
namespace {

/// A step of a chain, and the columns that `explain` has of it.
struct Columns {
    bool explain = false;
    std::uint8_t adds = text::adds_nothing;
    const std::vector<std::string>* wanted = nullptr;  // the request's; empty: all

    bool has(std::string_view name) const {
        return explain && (wanted->empty() || std::ranges::find(*wanted, name) != wanted->end());
    }
};

void write_bytes(json::Writer& out, std::string_view name, std::string_view bytes) {
    std::string text = "[";
    for (const char c : bytes) {
        if (text.size() > 1) text.push_back(' ');
        text += fmt::format("{:x}", static_cast<unsigned char>(c));
    }
    out.member(name, text + "]");
}

void write_token(json::Writer& out, const text::Token& token, std::int64_t position,
                 std::int64_t offset, const Columns& columns) {
    const std::string term = text::to_utf8(token.term);
    out.begin_object()
        .member("token", term)
        .member("start_offset", offset + token.start)
        .member("end_offset", offset + token.end)
        .member("type", token.type)
        .member("position", position);
    if (!columns.explain && token.length > 1) out.member("positionLength", token.length);
    if (columns.has("bytes")) write_bytes(out, "bytes", term);
    if ((columns.adds & text::adds_keyword) != 0 && columns.has("keyword"))
        out.member("keyword", token.keyword);
    if ((columns.adds & text::adds_payload) != 0 && columns.has("payload")) {
        if (token.payload)
            write_bytes(out, "payload", *token.payload);
        else
            out.key("payload").null();
    }
    if (columns.has("positionlength")) out.member("positionLength", token.length);
    if (columns.has("termfrequency")) out.member("termFrequency", 1);
    out.end_object();
}

search::Failure too_many_tokens(std::size_t most) {
    search::Failure failure;
    failure.status = 500;
    failure.type = "illegal_state_exception";
    failure.reason = fmt::format(
        "The number of tokens produced by calling _analyze has exceeded the allowed maximum of "
        "[{}]. This limit can be set by changing the [index.analyze.max_token_count] index level "
        "setting.",
        most);
    return failure;
}

/// The tokens of all texts after one step, as an array. `counted` goes on over the steps.
search::Answer<> write_tokens(json::Writer& out, const std::vector<text::Tokens>& texts,
                              const AnalyzeRequest& request, const Columns& columns) {
    std::int64_t position = -1;
    std::int64_t offset = 0;
    std::size_t counted = 0;
    out.key("tokens").begin_array();
    for (const text::Tokens& tokens : texts) {
        counted += tokens.list.size();
        if (counted > request.most_tokens)
            return std::unexpected(too_many_tokens(request.most_tokens));
        for (const text::Token& token : tokens.list) {
            position += std::max(token.increment, 0);
            write_token(out, token, position, offset, columns);
        }
        offset += tokens.end + 1;
        position += tokens.trailing + request.position_gap;
    }
    out.end_array();
    return {};
}

/// What all texts are after the next step.
template <typename Step>
search::Answer<> apply(std::vector<text::Tokens>& texts, Step&& step) {
    for (text::Tokens& tokens : texts) {
        if (auto done = step(tokens); !done) return std::unexpected(to_failure(done.error()));
    }
    return {};
}

search::Answer<std::vector<text::Tokens>> run(const AnalyzeRequest& request, text::Budget& budget) {
    std::vector<text::Tokens> texts;
    for (const std::string& given : request.texts) {
        auto tokens = request.chain.run(given, budget);
        if (!tokens) return std::unexpected(to_failure(tokens.error()));
        texts.push_back(std::move(*tokens));
    }
    return texts;
}

std::string shown_name(std::string_view name) {
    return std::string(name.substr(0, name.find('\x01')));
}

search::Answer<> write_char_filters(json::Writer& out, const AnalyzeRequest& request,
                                    text::Budget& budget) {
    out.key("charfilters").begin_array();
    text::Chain part;
    for (const auto& filter : request.chain.char_filters) {
        part.char_filters.push_back(filter);
        out.begin_object().member("name", shown_name(filter.name));
        out.key("filtered_text").begin_array();
        for (const std::string& given : request.texts) {
            const auto filtered = part.filtered(given, budget);
            if (!filtered) return std::unexpected(to_failure(filtered.error()));
            out.value(text::to_utf8(filtered->text));
        }
        out.end_array().end_object();
    }
    out.end_array();
    return {};
}

search::Answer<> write_steps(json::Writer& out, const AnalyzeRequest& request,
                             text::Budget& budget) {
    const text::Chain& chain = request.chain;
    ASK(write_char_filters(out, request, budget));
    text::Chain cut;
    cut.char_filters = chain.char_filters;
    cut.tokenizer = chain.tokenizer;
    AnalyzeRequest first;
    first.texts = request.texts;
    first.chain = std::move(cut);
    auto texts = ASK(run(first, budget));
    Columns columns{true, text::adds_nothing, &request.attributes};
    out.key("tokenizer").begin_object().member("name", shown_name(chain.tokenizer.name));
    ASK(write_tokens(out, texts, request, columns));
    out.end_object().key("tokenfilters").begin_array();
    for (const auto& filter : chain.filters) {
        ASK(apply(texts, [&](text::Tokens& tokens) { return filter.part->apply(tokens, budget); }));
        columns.adds |= filter.adds;
        out.begin_object().member("name", shown_name(filter.name));
        ASK(write_tokens(out, texts, request, columns));
        out.end_object();
    }
    out.end_array();
    return {};
}

search::Answer<> write_detail(json::Writer& out, const AnalyzeRequest& request,
                              text::Budget& budget) {
    out.key("detail").begin_object().member("custom_analyzer", request.custom);
    if (request.custom) {
        ASK(write_steps(out, request, budget));
    } else {
        Columns columns{true, text::adds_nothing, &request.attributes};
        for (const auto& filter : request.chain.filters)
            columns.adds |= filter.adds;
        out.key("analyzer").begin_object().member("name", request.name);
        ASK(write_tokens(out, ASK(run(request, budget)), request, columns));
        out.end_object();
    }
    out.end_object();
    return {};
}

Reply handle(const Call& call) {
    if (call.body().empty()) {
        return search::refuse("parse_exception", "request body or source parameter is required");
    }
    const auto body = call.json_body();
    if (!body) return std::unexpected(body.error());
    const auto request = read_analyze_request(call, *body);
    if (!request) return std::unexpected(request.error());
    text::Budget budget;
    json::Writer out;
    out.begin_object();
    if (request->explain) {
        ASK(write_detail(out, *request, budget));
    } else {
        const std::vector<std::string> none;
        ASK(write_tokens(out, ASK(run(*request, budget)), *request, {false, 0, &none}));
    }
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter members[] = {
    {"analyzer", Takes::any},   {"text", Takes::any},        {"tokenizer", Takes::any},
    {"filter", Takes::any},     {"char_filter", Takes::any}, {"explain", Takes::any},
    {"attributes", Takes::any}, {"field", Takes::any},       {"normalizer", Takes::any},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/analyze",
    .methods = "GET POST",
    .routes = "/_analyze /{index}/_analyze",
    .body = Body::members,
    .members = {members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::analyze
