#include "text/analysis/core/synonyms.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text {
namespace {

constexpr std::size_t most_pairs = 100'000;

/// The pieces between unescaped separators.
std::vector<std::string> split_escaped(std::string_view text, std::string_view separator) {
    std::vector<std::string> pieces;
    std::string piece;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with(separator)) {
            if (!piece.empty()) pieces.push_back(std::move(piece));
            piece.clear();
            i += separator.size() - 1;
        } else if (text[i] == '\\' && i + 1 < text.size()) {
            piece.push_back(text[i++]);
            piece.push_back(text[i]);
        } else {
            piece.push_back(text[i]);
        }
    }
    if (!piece.empty()) pieces.push_back(std::move(piece));
    return pieces;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        out.push_back(text[i]);
    }
    return out;
}

Made<Words> analyzed(std::string_view term, const Surroundings& around) {
    const Tokens tokens = MADE(around.before(term));
    Words words;
    for (const Token& token : tokens.list) {
        if (token.increment != 1) {
            return refused(fmt::format(
                "term: {} analyzed to a token ({}) with position increment != 1 (got: {})", term,
                to_utf8(token.term), token.increment));
        }
        words.push_back(token.term);
    }
    if (words.empty())
        return refused(fmt::format("term: {} was completely eliminated by analyzer", term));
    return words;
}

Made<std::vector<Words>> side(std::string_view text, const Surroundings& around) {
    std::vector<Words> all;
    for (const std::string& term : split_escaped(text, ","))
        all.push_back(MADE(analyzed(unescaped(trim(term)), around)));
    return all;
}

}  // namespace

Made<> Synonyms::add(const Words& input, const Words& output, bool keep_original) {
    if (++pairs_ > most_pairs)
        return refused(fmt::format("more than {} pairs of synonyms in one filter", most_pairs));
    SynonymRule& rule = rules_[input];
    rule.keep_original = rule.keep_original || keep_original;
    if (!has_element(rule.outputs, output)) rule.outputs.push_back(output);
    longest_ = std::max(longest_, input.size());
    return {};
}

Made<> Synonyms::add_line(std::string_view line, bool expand, const Surroundings& around) {
    const auto sides = split_escaped(line, "=>");
    if (sides.size() > 2)
        return refused("more than one explicit mapping specified on the same line");
    const auto inputs = MADE(side(sides.empty() ? "" : sides[0], around));
    if (sides.size() == 2) {
        const auto outputs = MADE(side(sides[1], around));
        for (const Words& input : inputs)
            for (const Words& output : outputs)
                MADE(add(input, output, false));
        return {};
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!expand) {
            MADE(add(inputs[i], inputs[0], false));
            continue;
        }
        for (std::size_t j = 0; j < inputs.size(); ++j)
            if (i != j) MADE(add(inputs[i], inputs[j], true));
    }
    return {};
}

Made<Synonyms> Synonyms::read(const Options& options, const Surroundings& around) {
    if (options.has("synonyms_path")) {
        return refused(
            "[synonyms_path] is not supported: analysis reads no files; give the rules as "
            "[synonyms]");
    }
    const auto lines = options.list("synonyms");
    if (lines.empty() && !options.has("synonyms"))
        return refused("synonym requires either `synonyms` or `synonyms_path` to be configured");
    if (options.text("format") == "wordnet")
        return refused(
            "synonyms of the format [wordnet] are not supported yet: write them as [solr]");
    const bool expand = MADE(options.flag("expand", true));
    const bool lenient = MADE(options.flag("lenient", false));
    Synonyms synonyms;
    std::size_t number = 0;
    for (const std::string& line : lines) {
        ++number;
        if (line.empty() || line[0] == '#') continue;
        auto added = synonyms.add_line(line, expand, around);
        if (added || lenient) continue;
        if (added.error().reason.starts_with("Token filter ["))
            return std::unexpected(added.error());
        Refusal refusal;
        refusal.reason = "failed to build synonyms";
        refusal.caused_by_type = "parse_exception";
        refusal.caused_by_reason = fmt::format("Invalid synonym rule at line {}", number);
        return std::unexpected(std::move(refusal));
    }
    return synonyms;
}

const SynonymRule* Synonyms::find(const std::vector<Token>& tokens, std::size_t at,
                                  std::size_t& taken) const {
    Words words;
    const SynonymRule* found = nullptr;
    for (std::size_t i = at; i < tokens.size() && words.size() < longest_; ++i) {
        if (i > at && tokens[i].increment != 1) break;
        words.push_back(tokens[i].term);
        const auto it = rules_.lower_bound(words);
        if (it == rules_.end()) break;
        if (it->first == words) {
            found = &it->second;
            taken = words.size();
        } else if (it->first.size() < words.size() ||
                   !std::equal(words.begin(), words.end(), it->first.begin())) {
            break;  // no rule begins so
        }
    }
    return found;
}

}  // namespace elkhorn::text
