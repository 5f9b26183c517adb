#include "search/kql/kql_syntax.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace elkhorn::search {
namespace {

constexpr int most_nested = 100;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Characters of a UTF-8 text, for the mark below it.
std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void append_point(std::string& text, std::uint32_t point) {
    if (point < 0x80) {
        text.push_back(static_cast<char>(point));
    } else if (point < 0x800) {
        text.push_back(static_cast<char>(0xc0U | point >> 6U));
        text.push_back(static_cast<char>(0x80U | (point & 0x3fU)));
    } else {
        text.push_back(static_cast<char>(0xe0U | point >> 12U));
        text.push_back(static_cast<char>(0x80U | (point >> 6U & 0x3fU)));
        text.push_back(static_cast<char>(0x80U | (point & 0x3fU)));
    }
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Result<KqlPtr> read() {
        skip_blanks();
        if (at_end()) return std::make_unique<KqlSyntax>();
        KqlPtr all = TRY(read_either(false));
        skip_blanks();
        if (at_end()) return all;
        expect("AND");
        expect("OR");
        expect("end of input");
        return mistake();
    }

private:
    bool at_end() const { return at_ >= text_.size(); }

    char here() const { return at_end() ? '\0' : text_[at_]; }

    void skip_blanks() {
        skip_quietly();
        blanks_end_ = at_;
    }

    /// Where blanks belong to an operator and are no news.
    void skip_quietly() {
        while (!at_end() && is_blank(text_[at_]))
            ++at_;
    }

    bool take(char c) {
        if (here() != c || at_end()) return false;
        ++at_;
        return true;
    }

    /// Notes what could stand here; only what is furthest on is told.
    void expect(const std::string& what) {
        if (at_ > furthest_) expected_.clear();
        if (at_ >= furthest_) expected_.insert(what);
        furthest_ = std::max(furthest_, at_);
    }

    std::unexpected<Error> mistake() {
        if (blanks_end_ == furthest_) expected_.insert("whitespace");
        const std::vector<std::string> expected(expected_.begin(), expected_.end());
        std::string found = "end of input";
        if (furthest_ < text_.size()) {
            std::size_t end = furthest_ + 1;
            while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U)
                ++end;
            const std::string_view character = text_.substr(furthest_, end - furthest_);
            found = character == "\"" ? R"("\"")" : fmt::format("\"{}\"", character);
        }
        return fail(ErrorCode::invalid,
                    fmt::format("Expected {} but {} found.\n{}\n{:->{}}", join(expected, ", "),
                                found, text_, "^", characters_in(text_.substr(0, furthest_)) + 1));
    }

    /// A word between blanks that is an operator, in any letters. Blanks before it are taken, too.
    bool take_word(std::string_view word) {
        std::size_t at = at_;
        while (at < text_.size() && is_blank(text_[at]))
            ++at;
        if (at == at_ || !is_word(word, at)) return false;
        at_ = at + word.size();
        skip_quietly();
        return true;
    }

    bool is_word(std::string_view word, std::size_t at) const {
        return at + word.size() < text_.size() && to_lower(text_.substr(at, word.size())) == word &&
               is_blank(text_[at + word.size()]);
    }

    /// Whether blanks and then an operator come next, so that a value ends here.
    bool before_operator() const {
        std::size_t at = at_;
        while (at < text_.size() && is_blank(text_[at]))
            ++at;
        return at > at_ && (is_word("and", at) || is_word("or", at));
    }

    static KqlPtr joined(KqlSyntax::Kind kind, std::vector<KqlPtr> parts) {
        if (parts.size() == 1) return std::move(parts[0]);
        auto all = std::make_unique<KqlSyntax>();
        all->kind = kind;
        all->parts = std::move(parts);
        return all;
    }

    /// `values`: within field:( ), where parts are values.
    Result<KqlPtr> read_either(bool values) {
        std::vector<KqlPtr> parts;
        do
            parts.push_back(TRY(read_both(values)));
        while (take_word("or"));
        return joined(KqlSyntax::Kind::either, std::move(parts));
    }

    Result<KqlPtr> read_both(bool values) {
        std::vector<KqlPtr> parts;
        do
            parts.push_back(TRY(read_none(values)));
        while (take_word("and"));
        return joined(KqlSyntax::Kind::both, std::move(parts));
    }

    Result<KqlPtr> read_none(bool values) {
        if (!is_word("not", at_)) {
            expect("NOT");
            return values ? read_values(false) : read_part();
        }
        at_ += 3;
        skip_quietly();
        auto none = std::make_unique<KqlSyntax>();
        none->kind = KqlSyntax::Kind::none;
        none->parts.push_back(TRY(values ? read_values(false) : read_part()));
        return none;
    }

    /// ( ... ) up to its end; the opening sign was taken.
    Result<KqlPtr> read_group(bool values, char close) {
        if (++depth_ > most_nested)
            return fail(ErrorCode::invalid, "The query is nested too deeply: 100 levels at most.");
        skip_blanks();
        KqlPtr inside = TRY(read_either(values));
        skip_blanks();
        --depth_;
        if (take(close)) return inside;
        expect(fmt::format("\"{}\"", close));
        expect("AND");
        expect("OR");
        return mistake();
    }

    Result<KqlPtr> read_part() {
        if (take('(')) return read_group(false, ')');
        auto literal = read_literal();
        if (!literal) {
            expect("\"(\"");
            expect("field name");
            expect("value");
            return mistake();
        }
        const std::size_t behind = at_;
        skip_blanks();
        if (take(':')) return read_of_field(std::move(*literal));
        if (here() == '<' || here() == '>') return read_range(std::move(*literal));
        expect("\":\"");
        expect("\"<\"");
        expect("\"<=\"");
        expect("\">\"");
        expect("\">=\"");
        at_ = behind;
        auto is = std::make_unique<KqlSyntax>();
        is->kind = KqlSyntax::Kind::is;
        is->value = std::move(*literal);
        return is;
    }

    Result<KqlPtr> read_of_field(KqlLiteral field) {
        skip_blanks();
        if (take('{')) {
            auto nested = std::make_unique<KqlSyntax>();
            nested->kind = KqlSyntax::Kind::nested;
            nested->field = std::move(field);
            nested->parts.push_back(TRY(read_group(false, '}')));
            return nested;
        }
        KqlPtr values = TRY(read_values(true));
        give_field(*values, field);
        return values;
    }

    static void give_field(KqlSyntax& syntax, const KqlLiteral& field) {
        if (syntax.kind == KqlSyntax::Kind::is) syntax.field = field;
        for (const KqlPtr& part : syntax.parts)
            give_field(*part, field);
    }

    /// `behind_field`: where objects in braces could stand as well.
    Result<KqlPtr> read_values(bool behind_field) {
        if (take('(')) return read_group(true, ')');
        auto value = read_literal();
        if (!value) {
            expect("\"(\"");
            if (behind_field) expect("\"{\"");
            expect("value");
            return mistake();
        }
        auto is = std::make_unique<KqlSyntax>();
        is->kind = KqlSyntax::Kind::is;
        is->value = std::move(*value);
        return is;
    }

    Result<KqlPtr> read_range(KqlLiteral field) {
        auto range = std::make_unique<KqlSyntax>();
        range->kind = KqlSyntax::Kind::range;
        range->relation = take('<') ? "lt" : take('>') ? "gt" : "";
        if (take('=')) range->relation += "e";
        skip_blanks();
        auto value = read_literal();
        if (!value) {
            expect("literal");
            return mistake();
        }
        range->field = std::move(field);
        range->value = std::move(*value);
        return range;
    }

    std::optional<KqlLiteral> read_literal() {
        return here() == '"' ? read_quoted() : read_plain();
    }

    std::optional<KqlLiteral> read_quoted() {
        KqlLiteral literal;
        literal.quoted = true;
        std::size_t at = at_ + 1;
        for (; at < text_.size() && text_[at] != '"'; ++at) {
            if (text_[at] == '\\' && at + 1 < text_.size()) {
                ++at;
                literal.text.push_back(unescaped(text_[at]));
                continue;
            }
            literal.text.push_back(text_[at]);
        }
        if (at >= text_.size()) return std::nullopt;
        at_ = at + 1;
        return literal;
    }

    static char unescaped(char c) {
        switch (c) {
            case 't': return '\t';
            case 'r': return '\r';
            case 'n': return '\n';
            default: return c;
        }
    }

    /// Up to a sign or an operator; blanks at the end are not part of it.
    std::optional<KqlLiteral> read_plain() {
        KqlLiteral literal;
        std::size_t meaning = 0;  // bytes of the text up to its last character that is no blank
        std::size_t meaning_of_pattern = 0;
        while (!at_end() && !before_operator()) {
            const char c = here();
            if (c == '*') {
                literal.wildcard = true;
                literal.text.push_back('*');
                literal.pattern.push_back('*');
                ++at_;
            } else if (c == '\\' && at_ + 1 < text_.size()) {
                ++at_;
                take_escaped(literal);
            } else if (std::string_view("():<>\"{}").find(c) != std::string_view::npos) {
                break;
            } else {
                add(literal, text_.substr(at_, 1));
                ++at_;
                if (is_blank(c)) continue;
            }
            meaning = literal.text.size();
            meaning_of_pattern = literal.pattern.size();
        }
        if (meaning == 0) return std::nullopt;
        literal.text.resize(meaning);
        literal.pattern.resize(meaning_of_pattern);
        return literal;
    }

    void take_escaped(KqlLiteral& literal) {
        for (const std::string_view word : {"and", "or", "not"}) {
            if (to_lower(text_.substr(at_, word.size())) != word) continue;
            add(literal, text_.substr(at_, word.size()));
            at_ += word.size();
            return;
        }
        if (here() == 'u' && at_ + 4 < text_.size()) {
            std::uint32_t point = 0;
            const std::string_view digits = text_.substr(at_ + 1, 4);
            const bool all = std::ranges::all_of(digits, [](char c) {
                return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
            });
            for (const char c : digits)
                point = point * 16 +
                        static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
            const bool half = point >= 0xd800 && point < 0xe000;  // of a pair: no character
            if (all && !half) {
                std::string character;
                append_point(character, point);
                add(literal, character);
                at_ += 5;
                return;
            }
        }
        add(literal, std::string(1, unescaped(here())));
        ++at_;
    }

    /// What stands for itself, in the pattern as well.
    static void add(KqlLiteral& literal, std::string_view characters) {
        literal.text += characters;
        for (const char c : characters) {
            if (c == '*' || c == '?' || c == '\\') literal.pattern.push_back('\\');
            literal.pattern.push_back(c);
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::size_t blanks_end_ = std::string_view::npos;  // where more of them could have stood
    std::size_t furthest_ = 0;                         // where something else could have stood
    std::set<std::string> expected_;                   // there
};

}  // namespace

Result<KqlPtr> parse_kql(std::string_view text) {
    return Reader(text).read();
}

}  // namespace elkhorn::search
