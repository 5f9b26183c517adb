// text/analysis/tokenizer/simple.cc -- tokenizers that look at one character at a time: keyword
// (the whole text), whitespace, letter, lowercase, and char_group, which is given its separators.
// A token is cut at 255 units, as Lucene's are, or at `max_token_length`.

#include "base/strings.h"
#include "text/analysis/core/kinds.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <functional>

namespace elkhorn::text::tokenizers::simple {
namespace {

using Test = std::function<bool(char32_t)>;

class Runs final : public Cutter {
public:
    Runs(Test part, std::size_t longest, bool lower)
        : part_(std::move(part)), longest_(longest), lower_(lower) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        std::size_t begin = WideView::npos;
        const auto close = [&](std::size_t end) -> Made<> {
            if (begin == WideView::npos) return {};
            MADE(budget.spend(1, end - begin));
            Token token;
            const WideView term = text.substr(begin, end - begin);
            token.term = lower_ ? lowered(term) : Wide(term);
            token.start = static_cast<std::int32_t>(begin);
            token.end = static_cast<std::int32_t>(end);
            tokens.list.push_back(std::move(token));
            begin = WideView::npos;
            return {};
        };
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t here = at;
            if (!part_(next_code_point(text, at))) {
                MADE(close(here));
                continue;
            }
            if (begin == WideView::npos) begin = here;
            if (at - begin >= longest_) MADE(close(at));
        }
        MADE(close(text.size()));
        return tokens;
    }

private:
    Test part_;
    std::size_t longest_;
    bool lower_;
};

class Keyword final : public Cutter {
public:
    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        MADE(budget.spend(1, text.size()));
        Token token;
        token.term = text;
        token.end = tokens.end;
        tokens.list.push_back(std::move(token));
        return tokens;
    }
};

bool is_letter(char32_t c) {
    return u_isalpha(static_cast<UChar32>(c)) != 0;
}

bool is_space(char32_t c) {
    return u_isWhitespace(static_cast<UChar32>(c)) != 0;
}

constexpr std::int32_t most_units = 1024 * 1024;

std::string bad_length(std::int32_t given) {
    return fmt::format("maxTokenLen must be greater than 0 and less than {} passed: {}", most_units,
                       given);
}

Made<std::size_t> longest_of(const Options& options) {
    const std::int32_t longest = MADE(options.integer("max_token_length", 255));
    if (longest <= 0 || longest > most_units) return refused(bad_length(longest));
    return static_cast<std::size_t>(longest);
}

Made<CutterPtr> build_keyword(const Options& options) {
    const std::int32_t buffer = MADE(options.integer("buffer_size", 256));
    if (buffer <= 0 || buffer > most_units) return refused(bad_length(buffer));
    return std::make_shared<Keyword>();
}

Made<CutterPtr> build_whitespace(const Options& options) {
    return std::make_shared<Runs>([](char32_t c) { return !is_space(c); },
                                  MADE(longest_of(options)), false);
}

Made<CutterPtr> build_letter(const Options& /*options*/) {
    return std::make_shared<Runs>(is_letter, 255, false);
}

Made<CutterPtr> build_lowercase(const Options& /*options*/) {
    return std::make_shared<Runs>(is_letter, 255, true);
}

Made<char32_t> separator_of(const std::string& given) {
    const Wide wide = to_wide(given);
    if (wide.size() > 1 && wide[0] == u'\\') {
        static constexpr std::u16string_view from = u"\\tnrbf";
        static constexpr std::u16string_view to = u"\\\t\n\r\b\f";
        if (const std::size_t known = from.find(wide[1]); known != WideView::npos)
            return char32_t{to[known]};
    }
    if (code_points(wide) != 1) {
        return refused(500, "runtime_exception",
                       fmt::format("Invalid escaped char in [{}]", given));
    }
    std::size_t at = 0;
    return next_code_point(wide, at);
}

Made<CutterPtr> build_char_group(const Options& options) {
    std::u32string separators;
    std::vector<Test> classes;
    for (const std::string& on : options.list("tokenize_on_chars")) {
        if (on.empty())
            return refused(500, "runtime_exception",
                           "[tokenize_on_chars] cannot contain empty characters");
        if (on.size() == 1) {
            separators.push_back(static_cast<unsigned char>(on[0]));
        } else if (on[0] == '\\') {
            separators.push_back(MADE(separator_of(on)));
        } else if (on == "letter") {
            classes.emplace_back(is_letter);
        } else if (on == "digit") {
            classes.emplace_back(
                [](char32_t c) { return u_isdigit(static_cast<UChar32>(c)) != 0; });
        } else if (on == "whitespace") {
            classes.emplace_back(is_space);
        } else if (on == "punctuation") {
            classes.emplace_back([](char32_t c) {
                return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_P_MASK) != 0;
            });
        } else if (on == "symbol") {
            classes.emplace_back([](char32_t c) {
                return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_S_MASK) != 0;
            });
        } else if (code_points(to_wide(on)) == 1) {
            separators.push_back(MADE(separator_of(on)));
        } else {
            return refused(500, "runtime_exception",
                           fmt::format("Invalid escaped char in [{}]", on));
        }
    }
    return std::make_shared<Runs>(
        [separators, classes](char32_t c) {
            return separators.find(c) == std::u32string::npos &&
                   std::ranges::none_of(classes, [c](const Test& test) { return test(c); });
        },
        MADE(longest_of(options)), false);
}

constexpr TokenizerKind kinds[] = {
    {"keyword", build_keyword},
    {"whitespace", build_whitespace},
    {"letter", build_letter},
    {"lowercase", build_lowercase},
    {"char_group", build_char_group, false},
};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::simple
