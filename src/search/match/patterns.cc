#include "search/match/patterns.h"

#include "base/strings.h"
#include "search/match/field_terms.h"
#include "search/words/phrase_match.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace elkhorn::search {
namespace {

constexpr std::uint32_t any_text = 0x11'0000;
constexpr std::uint32_t any_one = 0x11'0001;

/// Code points; bytes that are none stand for themselves.
std::uint32_t take_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    std::uint32_t point = more == 0 ? lead : lead & (0x3fU >> more);
    for (int i = 0; i < more && at < text.size(); ++i) {
        point = point << 6U | (static_cast<unsigned char>(text[at++]) & 0x3fU);
    }
    return point;
}

/// Fills in what is to be seen of every text that fits.
std::vector<std::uint32_t> compile_wildcard(std::string_view pattern, TextTest& test) {
    std::vector<std::uint32_t> points;
    test.pieces.emplace_back();
    for (std::size_t i = 0; i < pattern.size();) {
        const bool escaped = pattern[i] == '\\' && i + 1 < pattern.size();
        if (escaped) ++i;
        const std::size_t from = i;
        std::uint32_t point = take_point(pattern, i);
        if (!escaped && (point == '*' || point == '?')) {
            point = point == '*' ? any_text : any_one;
            test.pieces.emplace_back();
        } else {
            test.pieces.back() += pattern.substr(from, i - from);
        }
        points.push_back(point);
    }
    test.prefix = test.pieces.front();  // empty where a wildcard comes first
    std::erase(test.pieces, "");
    return points;
}

bool matches(const std::vector<std::uint32_t>& pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t star = std::string_view::npos;
    std::size_t mark = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (p < pattern.size() && pattern[p] == any_text) {
            star = p++;
            mark = t;
            continue;
        }
        std::size_t after = t;
        const std::uint32_t point = take_point(text, after);
        if (p < pattern.size() && (pattern[p] == any_one || pattern[p] == point)) {
            ++p;
            t = after;
        } else if (star != std::string_view::npos) {
            take_point(text, mark);
            p = star + 1;
            t = mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == any_text)
        ++p;
    return p == pattern.size();
}

/// Rewrites Lucene's syntax as RE2's, by Lucene's own grammar, so that its complaints are Lucene's.
class RegexpReader {
public:
    RegexpReader(std::string_view pattern, const RegexpFlags& flags)
        : pattern_(pattern), flags_(flags) {}

    /// After read(): whether it holds what RE2 has not, "both" or "not".
    bool needs_automaton() const { return needs_automaton_; }

    /// After read(): runs of plain characters that every text that passes has.
    std::vector<std::string> pieces() const {
        std::vector<std::string> found = with_union_ ? std::vector<std::string>() : pieces_;
        std::erase(found, "");
        return found;
    }

    /// What every text that passes begins with.
    std::string prefix() const {
        return with_union_ || pieces_.empty() ? std::string() : pieces_.front();
    }

    Answer<std::string> read() {
        if (pattern_.empty()) return std::string();
        ASK(read_union(0));
        if (more()) return bad(fmt::format("end-of-string expected at position {}", position()));
        return std::move(out_);
    }

private:
    static std::unexpected<Failure> bad(const std::string& reason) {
        return cannot_create("illegal_argument_exception", reason);
    }

    bool more() const { return at_ < pattern_.size(); }

    bool peek(std::string_view any) const { return more() && any.find(pattern_[at_]) != any.npos; }

    std::size_t position() const { return length_of(pattern_.substr(0, at_)); }

    bool take(char c) {
        if (!more() || pattern_[at_] != c) return false;
        ++at_;
        return true;
    }

    Answer<std::string_view> take_character() {
        if (!more()) return bad("unexpected end-of-string");
        const std::size_t from = at_;
        take_point(pattern_, at_);
        return pattern_.substr(from, at_ - from);
    }

    void put(std::string_view character) { out_ += RE2::QuoteMeta(std::string(character)); }

    Answer<> read_union(int depth) {
        if (depth > 200) return bad("the regular expression is nested too deeply");
        do {
            if (depth_guard_++ > 100'000) return bad("the regular expression is too long");
            ASK(read_all(depth));
            if (peek("|")) out_.push_back('|');
            with_union_ = with_union_ || (depth == 0 && peek("|"));
        } while (take('|'));
        return {};
    }

    Answer<> read_all(int depth) {
        ASK(read_sequence(depth));
        while (flags_.intersection && take('&')) {
            needs_automaton_ = true;
            ASK(read_sequence(depth));
        }
        return {};
    }

    Answer<> read_sequence(int depth) {
        do
            ASK(read_piece(depth));
        while (more() && !peek(flags_.intersection ? ")|&" : ")|"));
        return {};
    }

    /// A plain character that is there once goes on with the run that it stands in.
    Answer<> read_piece(int depth) {
        if (pieces_.empty()) pieces_.emplace_back();
        const std::size_t from = at_;
        const bool plain = !peek("[.#@\"(<\\~");
        ASK(read_repeated(depth));
        std::size_t after = from;
        if (depth > 0) return {};
        if (plain) take_point(pattern_, after);
        if (plain && after == at_)
            pieces_.back() += pattern_.substr(from, at_ - from);
        else
            pieces_.emplace_back();
        return {};
    }

    Answer<> read_repeated(int depth) {
        const std::size_t from = out_.size();
        ASK(read_single(depth));
        while (peek("?*+{")) {
            std::string repeat;
            if (take('{')) {
                repeat = ASK(read_counts());
            } else {
                repeat = pattern_[at_++];
            }
            out_.insert(from, "(?:");
            out_ += ")" + repeat;
        }
        return {};
    }

    Answer<std::string> read_number() {
        std::string digits;
        while (peek("0123456789"))
            digits += pattern_[at_++];
        if (digits.empty()) return bad(fmt::format("integer expected at position {}", position()));
        return digits;
    }

    Answer<std::string> read_counts() {
        const std::string least = ASK(read_number());
        std::string most = least;
        if (take(',')) most = peek("0123456789") ? ASK(read_number()) : "";
        if (!take('}')) return bad(fmt::format("expected '}}' at position {}", position()));
        const bool upside_down = !most.empty() && to_integer(most) < to_integer(least);
        if (upside_down) return std::string("{0}[^\\x{0}-\\x{10FFFF}]");
        return "{" + least + (most == least ? "" : "," + most) + "}";
    }

    Answer<> read_single(int depth) {
        while (flags_.complement && take('~'))
            needs_automaton_ = true;
        if (take('[')) return read_class();
        if (take('.')) {
            out_ += "(?s:.)";
        } else if (flags_.empty && take('#')) {
            out_ += "[^\\x{0}-\\x{10FFFF}]";
        } else if (flags_.anystring && take('@')) {
            out_ += "(?s:.*)";
        } else if (take('"')) {
            return read_quoted();
        } else if (take('(')) {
            out_ += "(?:";
            if (!peek(")")) ASK(read_union(depth + 1));
            if (!take(')')) return bad(fmt::format("expected ')' at position {}", position()));
            out_ += ")";
        } else if ((flags_.interval || flags_.automaton) && take('<')) {
            return read_interval();
        } else {
            return read_character();
        }
        return {};
    }

    Answer<> read_quoted() {
        const std::size_t end = pattern_.find('"', at_);
        if (end == pattern_.npos)
            return bad(fmt::format("expected '\"' at position {}", position()));
        out_ += "(?:" + RE2::QuoteMeta(std::string(pattern_.substr(at_, end - at_))) + ")";
        at_ = end + 1;
        return {};
    }

    Answer<> read_interval() {
        constexpr std::int64_t most_numbers = 10'000;
        if (!flags_.interval)
            return bad(fmt::format("illegal identifier at position {}", position() - 1));
        const std::size_t end = pattern_.find('>', at_);
        if (end == pattern_.npos) {
            return bad(fmt::format("expected '>' at position {}", length_of(pattern_)));
        }
        const std::string_view inner = pattern_.substr(at_, end - at_);
        const std::size_t dash = inner.find('-');
        const auto from = to_integer(inner.substr(0, dash));
        const auto to = dash == inner.npos ? std::nullopt : to_integer(inner.substr(dash + 1));
        if (!from || !to || *to - *from > most_numbers || *from < 0) {
            return bad(fmt::format("interval syntax error at position {}", position() - 1));
        }
        out_ += "(?:";
        for (std::int64_t i = std::min(*from, *to); i <= std::max(*from, *to); ++i) {
            if (out_.back() != ':') out_.push_back('|');
            out_ += "0*" + std::to_string(i);
        }
        out_ += ")";
        at_ = end + 1;
        return {};
    }

    Answer<> read_character() {
        if (take('\\')) {
            if (peek("dDsSwW")) {
                out_ += std::string("\\") + pattern_[at_++];
                return {};
            }
        }
        put(ASK(take_character()));
        return {};
    }

    Answer<> read_class() {
        out_ += take('^') ? "[^" : "[";
        do {
            if (peek("\\") && at_ + 1 < pattern_.size() &&
                std::string_view("dDsSwW").find(pattern_[at_ + 1]) != std::string_view::npos) {
                out_ += pattern_.substr(at_, 2);
                at_ += 2;
                continue;
            }
            take('\\');
            const std::string_view first = ASK(take_character());
            put(first);
            if (take('-')) {
                if (peek("]")) {
                    put("-");
                    continue;
                }
                take('\\');
                const std::string_view last = ASK(take_character());
                out_.push_back('-');
                put(last);
            }
        } while (more() && !peek("]"));
        if (!take(']')) return bad(fmt::format("expected ']' at position {}", position()));
        out_.push_back(']');
        return {};
    }

    std::string_view pattern_;
    const RegexpFlags& flags_;  // the caller's
    bool needs_automaton_ = false;
    std::size_t at_ = 0;
    std::string out_;
    std::vector<std::string> pieces_;  // of the outermost sequence; the first begins the text
    bool with_union_ = false;          // there is more than one outermost sequence
    int depth_guard_ = 0;
};

Answer<> check_pattern_length(std::string_view what, std::string_view pattern) {
    if (pattern.size() <= longest_pattern) return {};
    return cannot_create(
        "illegal_argument_exception",
        fmt::format("The length of {} [{}] used in the request has exceeded the allowed maximum of "
                    "[{}].",
                    what, pattern.size(), longest_pattern));
}

/// Empty where there is none.
std::string longest_of(const std::vector<std::string>& pieces) {
    const auto longest = std::ranges::max_element(pieces, {}, &std::string::size);
    return longest == pieces.end() ? std::string() : *longest;
}

}  // namespace

Answer<TextTest> wildcard_test(std::string_view pattern, bool case_insensitive) {
    ASK(check_pattern_length("wildcard", pattern));
    TextTest test;
    if (case_insensitive) {
        auto points = compile_wildcard(small_letters(pattern), test);
        test.prefix.clear();
        test.passes = [points = std::move(points)](std::string_view text) {
            return matches(points, small_letters(text));
        };
        return test;
    }
    auto points = compile_wildcard(pattern, test);
    const bool is_piece = test.pieces.size() == 1 && points.front() == any_text &&
                          points.back() == any_text && std::ranges::count(points, any_one) == 0 &&
                          std::ranges::count(points, any_text) == 2;
    test.passes = [points = std::move(points), is_piece,
                   has = longest_of(test.pieces)](std::string_view text) {
        return text.contains(has) && (is_piece || matches(points, text));
    };
    return test;
}

TextTest prefix_test(std::string_view prefix, bool case_insensitive) {
    if (!case_insensitive) {
        return {std::string(prefix),
                [wanted = std::string(prefix)](std::string_view text) {
                    return text.starts_with(wanted);
                },
                {std::string(prefix)}};
    }
    return {"",
            [wanted = small_letters(prefix)](std::string_view text) {
                return text.size() >= wanted.size() &&
                       small_letters(text.substr(0, wanted.size())) == wanted;
            },
            {std::string(prefix)}};
}

TextTest fuzzy_test(std::string_view word, int edits, int prefix_length, bool transpositions) {
    std::size_t bytes = 0;
    for (int i = 0; i < prefix_length && bytes < word.size(); ++i)
        take_point(word, bytes);
    TextTest test;
    test.prefix = word.substr(0, bytes);
    const bool whole = bytes == word.size();
    test.passes = [word = std::string(word), edits, transpositions, whole](std::string_view text) {
        const std::size_t slack = 4 * static_cast<std::size_t>(edits);
        if (whole) return text == word;
        if (text.size() > word.size() + slack || word.size() > text.size() + slack) return false;
        return fuzzy_distance(word, text, transpositions) <= static_cast<std::size_t>(edits);
    };
    return test;
}

Answer<TextTest> regexp_test(std::string_view pattern, bool case_insensitive,
                             const RegexpFlags& flags) {
    ASK(check_pattern_length("regex", pattern));
    RegexpReader reader(pattern, flags);
    const std::string translated = ASK(reader.read());
    if (reader.needs_automaton()) {
        auto automaton = std::make_shared<const RegexpAutomaton>(
            ASK(RegexpAutomaton::compile(pattern, flags, case_insensitive)));
        return TextTest{"", [automaton](std::string_view text) {
                            return automaton->fits(text);
                        }};
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_case_sensitive(!case_insensitive);
    options.set_max_mem(1 << 20);
    auto expression = std::make_shared<const RE2>(translated, options);
    if (!expression->ok()) return cannot_create("illegal_argument_exception", expression->error());
    TextTest test;
    // Foreign letters have more than two forms: what is plain to see is left to the expression.
    if (!case_insensitive) {
        test.prefix = reader.prefix();
        test.pieces = reader.pieces();
    }
    test.passes = [expression, has = longest_of(test.pieces)](std::string_view text) {
        return text.contains(has) &&
               RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *expression);
    };
    return test;
}

}  // namespace elkhorn::search
