#include "config/condition_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace elkhorn::config {
namespace {

constexpr int depth_limit = 100;

using Kind = Condition::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 8> comparisons = {
    {{"==", Kind::equal},
     {"!=", Kind::not_equal},
     {"<=", Kind::less_or_equal},
     {">=", Kind::greater_or_equal},
     {"<", Kind::less},
     {">", Kind::greater},
     {"=~", Kind::matches},
     {"!~", Kind::not_matches}}};

class ConditionParser {
public:
    explicit ConditionParser(Lexer& in) : in_(in) {}

    Result<Condition> any_of(int depth) { return joined(depth, 0); }

private:
    struct Level {
        std::array<std::pair<std::string_view, Kind>, 2> words;
    };

    // Loosest first.
    static constexpr std::array<Level, 3> levels = {
        {{{{{"or", Kind::any_of}, {"", Kind::any_of}}}},
         {{{{"xor", Kind::one_of}, {"", Kind::one_of}}}},
         {{{{"and", Kind::all_of}, {"nand", Kind::not_all_of}}}}}};

    Result<Condition> joined(int depth, std::size_t level) {
        if (level == levels.size()) return single(depth);
        Condition left = TRY(joined(depth, level + 1));
        while (true) {
            in_.skip_blanks();
            const Place place = in_.place();
            bool found = false;
            for (const auto& [word, kind] : levels[level].words) {
                if (word.empty() || !in_.take_word(word)) continue;
                found = true;
                Condition right = TRY(joined(depth, level + 1));
                if (left.kind == kind && (kind == Kind::all_of || kind == Kind::any_of)) {
                    left.children.push_back(std::move(right));
                    break;
                }
                Condition both;
                both.kind = kind;
                both.place = place;
                both.children.push_back(std::move(left));
                both.children.push_back(std::move(right));
                left = std::move(both);
                break;
            }
            if (!found) return left;
        }
    }

    Result<Condition> single(int depth) {
        in_.skip_blanks();
        const Place start = in_.place();
        if (depth > depth_limit) return in_.failure(start, "the condition is nested too deeply");
        if (in_.peek() == '!' && in_.peek(1) != '=' && in_.peek(1) != '~') {
            in_.advance();
            Condition negated;
            negated.kind = Kind::negated;
            negated.place = start;
            negated.children.push_back(TRY(single(depth + 1)));
            return negated;
        }
        if (in_.take("(")) {
            Condition inside = TRY(any_of(depth + 1));
            in_.skip_blanks();
            if (!in_.take(")")) return in_.failure(start, "this ( is not closed by a )");
            return inside;
        }
        Condition condition;
        condition.place = start;
        condition.left = TRY(operand(depth));
        in_.skip_blanks();
        const auto kind = TRY(comparison());
        if (kind == Kind::truthy) return truthy(std::move(condition));
        condition.kind = kind;
        in_.skip_blanks();
        condition.right = TRY(operand(depth));
        return check(std::move(condition));
    }

    Result<Condition> truthy(Condition condition) {
        if (condition.left.kind == Operand::Kind::field) return condition;
        if (condition.left.kind == Operand::Kind::string ||
            condition.left.kind == Operand::Kind::number) {
            return condition;
        }
        return in_.expected("a comparison such as == or in");
    }

    Result<Condition> check(Condition condition) {
        const bool wants_regex =
            condition.kind == Kind::matches || condition.kind == Kind::not_matches;
        const Operand::Kind right = condition.right.kind;
        if (wants_regex && right != Operand::Kind::regex && right != Operand::Kind::string) {
            return in_.failure(condition.right.place,
                               "=~ and !~ want an expression: /.../ or \"...\"");
        }
        if (!wants_regex && right == Operand::Kind::regex) {
            return in_.failure(condition.right.place,
                               "an expression in slashes goes with =~ or !~");
        }
        if (condition.left.kind == Operand::Kind::regex) {
            return in_.failure(condition.left.place,
                               "an expression stands to the right of =~ or !~");
        }
        return condition;
    }

    Result<Kind> comparison() {
        for (const auto& [symbol, kind] : comparisons) {
            if (in_.take(symbol)) return kind;
        }
        if (in_.take_word("in")) return Kind::in;
        if (in_.take_word("not")) {
            in_.skip_blanks();
            if (!in_.take_word("in")) return in_.expected("in after not");
            return Kind::not_in;
        }
        if (in_.peek() == '=') return in_.failure(in_.place(), "compare with ==");
        return Kind::truthy;
    }

    Result<Operand> operand(int depth) {
        Operand operand;
        operand.place = in_.place();
        if (depth > depth_limit) return in_.failure(operand.place, "the list is nested too deeply");
        const char c = in_.peek();
        if (c == '"' || c == '\'') {
            operand.text = TRY(in_.quoted());
        } else if (is_number_start(c, in_.peek(1))) {
            operand.kind = Operand::Kind::number;
            operand.text = in_.number();
        } else if (c == '[') {
            if (is_list()) return list(depth);
            operand.kind = Operand::Kind::field;
            operand.text = TRY(field());
        } else if (c == '/') {
            operand.kind = Operand::Kind::regex;
            operand.text = TRY(in_.regex());
        } else if (is_word(c)) {
            const std::string_view word = in_.word(true);
            return in_.failure(operand.place,
                               fmt::format("\"{0}\" is no operand: write [{0}] for the field or "
                                           "\"{0}\" for the text",
                                           word));
        } else {
            return in_.expected(
                "a field in [ ], a text in quotes, a number, a list or an expression");
        }
        return operand;
    }

    /// `[a][b]` is a field; `["a", "b"]`, `[1, 2]` and `["a"]` are lists.
    bool is_list() const {
        std::size_t i = 1;
        while (in_.peek(i) == ' ' || in_.peek(i) == '\t' || in_.peek(i) == '\n' ||
               in_.peek(i) == '\r' || in_.peek(i) == '#') {
            if (in_.peek(i) != '#') {
                ++i;
                continue;
            }
            while (in_.peek(i) != '\n' && in_.peek(i) != '\0')
                ++i;
        }
        const char first = in_.peek(i);
        if (first == '"' || first == '\'' || first == '[' || first == ']') return true;
        const std::string_view rest = in_.rest();
        const std::size_t close = rest.find(']');
        return rest.substr(0, close).find(',') != std::string_view::npos;
    }

    Result<std::string> field() {
        std::string text;
        const Place start = in_.place();
        while (in_.peek() == '[') {
            const std::size_t close = in_.rest().find_first_of("],\n", 1);
            if (close == std::string_view::npos || in_.rest()[close] != ']' || close == 1) {
                return in_.failure(start, "a field is written [name] or [a][b]");
            }
            text += in_.rest().substr(0, close + 1);
            in_.advance(close + 1);
        }
        return in_.fill(text, start);
    }

    Result<Operand> list(int depth) {
        Operand list;
        list.kind = Operand::Kind::list;
        list.place = in_.place();
        in_.advance();
        in_.skip_blanks();
        if (in_.take("]")) return list;
        while (true) {
            in_.skip_blanks();
            list.items.push_back(TRY(operand(depth + 1)));
            in_.skip_blanks();
            if (in_.take("]")) return list;
            if (!in_.take(",")) return in_.expected("a comma or ] in the list");
        }
    }

    Lexer& in_;
};

}  // namespace

Result<Condition> parse_condition(Lexer& in) {
    return ConditionParser(in).any_of(0);
}

}  // namespace elkhorn::config
