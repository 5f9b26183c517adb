// text/analysis/core/token.h -- what flows through a chain: a text in UTF-16, as Elasticsearch
// counts offsets, and the tokens that are made of it.
//
//   Budget    everything a chain makes is charged to one account before it is made: a filter that
//             makes many tokens of one ends with an error that says so, and not with the memory.
//   Refusal   why a chain cannot be built or run, in the type and the words that Elasticsearch has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::text {

using Wide = std::u16string;
using WideView = std::u16string_view;

struct Refusal {
    int status = 400;
    std::string type = "illegal_argument_exception";
    std::string reason;
    std::string caused_by_type = {};  // empty: none
    std::string caused_by_reason = {};
};

template <typename T = void>
using Made = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refused(std::string reason) {
    Refusal refusal;
    refusal.reason = std::move(reason);
    return std::unexpected(std::move(refusal));
}

inline std::unexpected<Refusal> refused(int status, std::string type, std::string reason) {
    Refusal refusal;
    refusal.status = status;
    refusal.type = std::move(type);
    refusal.reason = std::move(reason);
    return std::unexpected(std::move(refusal));
}

struct Token {
    Wide term;
    std::int32_t start = 0;  // UTF-16 units of the original text
    std::int32_t end = 0;
    std::int32_t increment = 1;      // of the position; 0: where the token before it stands
    std::int32_t length = 1;         // in positions
    std::string_view type = "word";  // of static memory
    bool keyword = false;            // stemmers leave it as it is
    std::optional<std::string> payload = {};
};

struct Tokens {
    std::vector<Token> list;
    std::int32_t end = 0;       // offset behind the text
    std::int32_t trailing = 0;  // positions behind the last token that filters left empty
};

/// Of one run. All runs of the process share `all_bytes`, of which a run takes a piece after the
/// other, so that many clients with long texts hold no more than one of them could.
class Budget {
public:
    static constexpr std::size_t all_bytes = 256U << 20U;

    explicit Budget(std::size_t bytes = all_bytes) : left_(bytes) {}

    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;
    ~Budget();

    /// For tokens that are to be made, with `units` of text between them.
    Made<> spend(std::size_t tokens, std::size_t units) {
        const std::size_t bytes = tokens * sizeof(Token) + units * sizeof(char16_t);
        if (bytes > left_) return too_much();
        if (spent_ + bytes > taken_ && !take(spent_ + bytes - taken_)) return too_much();
        left_ -= bytes;
        spent_ += bytes;
        return {};
    }

    /// What all runs have taken, as of now.
    static std::size_t taken_by_all();

private:
    static Made<> too_much();
    bool take(std::size_t bytes);

    std::size_t left_;
    std::size_t spent_ = 0;
    std::size_t taken_ = 0;  // of all_bytes
};

/// From the offset `at` of a filtered text on, what it was made of is `shift` further.
struct Shift {
    std::int32_t at = 0;
    std::int32_t shift = 0;
};

/// A text, and for each character filter that it went through where its parts came from.
struct Filtered {
    Wide text;
    std::vector<std::vector<Shift>> layers = {};  // each ascending
};

/// Ascending shifts as a character filter finds them.
void add_shift(std::vector<Shift>& shifts, std::size_t at, std::int32_t shift);

Wide to_wide(std::string_view text);
void append_utf8(std::string& out, WideView text);
std::string to_utf8(WideView text);
void append_code_point(Wide& out, char32_t c);
/// The code point at `at`, which moves behind it. Half a surrogate pair is itself.
char32_t next_code_point(WideView text, std::size_t& at);
std::size_t code_points(WideView text);
/// Units of the first `count` code points, at most all.
std::size_t units_of(WideView text, std::size_t count);
Wide lowered(WideView text);

}  // namespace elkhorn::text
