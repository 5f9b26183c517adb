// text/analysis/tokenizer/standard.cc -- words by Unicode's rules (text/analysis/tokenizer.h),
// with offsets and the type that Lucene gives each: standard, and uax_url_email, for which an
// address of the web or of mail is one token.

#include "text/analysis/core/java_regex.h"
#include "text/analysis/core/kinds.h"
#include "text/analysis/tokenizer.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>

namespace elkhorn::text::tokenizers::standard {
namespace {

UScriptCode script_of(UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(c, &status);
}

/// What Lucene calls a token of these characters.
std::string_view type_of(WideView term) {
    bool letters = false;
    bool digits = false;
    bool hangul = true;
    bool katakana = true;
    bool keycap = false;
    for (std::size_t at = 0; at < term.size();) {
        const auto c = static_cast<UChar32>(next_code_point(term, at));
        const UScriptCode script = script_of(c);
        if (at <= 2 && (script == USCRIPT_HAN)) return "<IDEOGRAPHIC>";
        if (at <= 2 && script == USCRIPT_HIRAGANA) return "<HIRAGANA>";
        if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT)
            return "<SOUTHEAST_ASIAN>";
        hangul = hangul && (script == USCRIPT_HANGUL || u_isalpha(c) == 0);
        const int word_break = u_getIntPropertyValue(c, UCHAR_WORD_BREAK);
        katakana = katakana &&
                   (u_isalpha(c) == 0 || word_break == U_WB_KATAKANA || word_break == U_WB_EXTEND);
        keycap = keycap || c == 0x20e3;
        letters = letters || u_isalpha(c) != 0;
        digits = digits || u_isdigit(c) != 0;
    }
    if (letters && hangul && !digits) return "<HANGUL>";
    if (letters && katakana && !digits) return "<KATAKANA>";
    if (letters) return "<ALPHANUM>";
    if (digits && !keycap) return "<NUM>";
    return "<EMOJI>";
}

class Words {
public:
    Words(WideView text, std::size_t longest) : text_(text), subject_(text), longest_(longest) {}

    const RegexSubject& subject() const { return subject_; }

    std::size_t at() const { return at_; }

    void move_to(std::size_t byte) { at_ = byte; }

    /// The first word at the place or behind it.
    std::optional<Token> next() {
        const std::string_view rest = std::string_view(subject_.bytes()).substr(at_);
        Tokenizer cut(rest);
        if (!cut.next()) return std::nullopt;
        const std::size_t begin = subject_.unit(at_ + cut.begin());
        std::size_t end = subject_.unit(at_ + cut.end());
        std::size_t end_byte = at_ + cut.end();
        if (end - begin > longest_) {
            // The longest word within so many units.
            const std::string window = to_utf8(text_.substr(begin, longest_));
            Tokenizer within(window);
            within.next();
            end_byte = at_ + cut.begin() + std::max<std::size_t>(within.end(), 1);
            end = subject_.unit(end_byte);
        }
        begin_byte_ = at_ + cut.begin();
        at_ = end_byte;
        Token token;
        token.term = text_.substr(begin, end - begin);
        token.start = static_cast<std::int32_t>(begin);
        token.end = static_cast<std::int32_t>(end);
        token.type = type_of(token.term);
        return token;
    }

    /// Where the last word began.
    std::size_t begin_byte() const { return begin_byte_; }

private:
    WideView text_;  // the caller's
    RegexSubject subject_;
    std::size_t longest_;
    std::size_t at_ = 0;
    std::size_t begin_byte_ = 0;
};

class Standard final : public Cutter {
public:
    explicit Standard(std::size_t longest) : longest_(longest) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        Words words(text, longest_);
        while (auto token = words.next()) {
            MADE(budget.spend(1, token->term.size()));
            tokens.list.push_back(std::move(*token));
        }
        return tokens;
    }

private:
    std::size_t longest_;
};

// A host's last label is one of these, or has two letters; behind a scheme any is taken.
constexpr std::string_view top_level =
    "(?:com|org|net|edu|gov|mil|int|info|biz|name|pro|museum|coop|aero|jobs|mobi|travel|arpa|cat|"
    "tel|asia|post|app|dev|xyz|online|site|shop|cloud|blog|tech|store|[a-z]{2})";

class UrlsAndMail final : public Cutter {
public:
    UrlsAndMail(std::size_t longest, JavaRegex address)
        : longest_(longest), address_(std::move(address)) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        Words words(text, longest_);
        RegexMatches matches;
        auto address = MADE(address_.find(words.subject(), 0, matches));
        for (;;) {
            auto token = words.next();
            if (!token) break;
            const auto start = static_cast<std::size_t>(token->start);
            while (address && address->groups[0]->first < start)
                address = MADE(address_.find(words.subject(), words.begin_byte(), matches));
            if (address && address->groups[0]->first == start &&
                address->groups[0]->second >= static_cast<std::size_t>(token->end) &&
                address->groups[0]->second - start <= longest_) {
                token->end = static_cast<std::int32_t>(address->groups[0]->second);
                token->term = text.substr(start, address->groups[0]->second - start);
                token->type = address->groups[1] ? "<URL>" : "<EMAIL>";
                words.move_to(address->end_byte);
            }
            MADE(budget.spend(1, token->term.size()));
            tokens.list.push_back(std::move(*token));
        }
        return tokens;
    }

private:
    std::size_t longest_;
    JavaRegex address_;
};

Made<std::size_t> longest_of(const Options& options) {
    const std::int32_t longest = MADE(options.integer("max_token_length", 255));
    if (longest < 1) return refused("maxTokenLength must be greater than zero");
    return static_cast<std::size_t>(longest);
}

Made<CutterPtr> build(const Options& options) {
    return std::make_shared<Standard>(MADE(longest_of(options)));
}

Made<CutterPtr> build_urls(const Options& options) {
    const std::string host = "(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+" + std::string(top_level);
    const std::string end = "(?![a-z0-9])";
    const std::string tail =
        "(?::[0-9]+)?(?:/[a-z0-9\\-._~!$&'()*+,;=:@%/]*)?(?:\\?[a-z0-9\\-._~!$&'()*+,;=:@%/"
        "?]*)?(?:#[a-z0-9\\-._~!$&'()*+,;=:@%/?]*)?";
    const std::string pattern =
        "((?:[0-9]{1,3}\\.){3}[0-9]{1,3}" + end + tail +
        "|(?:https?|ftp|file)://[a-z0-9\\[\\]._-]+" + tail + "|" + host + end + tail + "(?!@))|" +
        "[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@" + host + end;
    return std::make_shared<UrlsAndMail>(MADE(longest_of(options)),
                                         MADE(JavaRegex::compile(pattern, "CASE_INSENSITIVE")));
}

constexpr TokenizerKind kinds[] = {
    {"standard", build},
    {"uax_url_email", build_urls},
};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::standard
