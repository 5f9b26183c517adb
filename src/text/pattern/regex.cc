#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/pattern/regex.h"

#include "base/assert.h"
#include "base/bytes.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <cstring>

namespace elkhorn::text {
namespace {

constexpr std::size_t stack_start_bytes = 32 << 10;
constexpr std::size_t stack_limit_bytes = 2 << 20;
constexpr std::uint32_t heap_limit_kib = 64 << 10;

PCRE2_SPTR bytes_of(std::string_view text) {
    static constexpr PCRE2_UCHAR nothing = 0;
    // pcre2's unsigned char and ours are the same bytes.
    return text.data() == nullptr ? &nothing
                                  : static_cast<PCRE2_SPTR>(static_cast<const void*>(text.data()));
}

bool contains(std::string_view text, std::string_view part) {
    return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

}  // namespace

bool is_ascii(std::string_view text) {
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t bits = 0;
    for (; left >= 8; at += 8, left -= 8)
        bits |= load<std::uint64_t>(at);
    for (; left > 0; ++at, --left)
        bits |= static_cast<unsigned char>(*at);
    return (bits & 0x8080808080808080ULL) == 0;
}

struct Regex::Code {
    Code(pcre2_code* compiled, bool jitted) : code(compiled), jit(jitted) {}

    ~Code() { pcre2_code_free(code); }

    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;

    static Result<std::shared_ptr<const Code>> make(const std::string& pattern,
                                                    std::uint32_t flags) {
        int error = 0;
        PCRE2_SIZE place = 0;
        pcre2_code* code =
            pcre2_compile(bytes_of(pattern), pattern.size(), flags, &error, &place, nullptr);
        if (code == nullptr) {
            std::array<PCRE2_UCHAR, 256> text{};
            pcre2_get_error_message(error, text.data(), text.size());
            const std::string_view around =
                std::string_view(pattern).substr(place > 20 ? place - 20 : 0, 40);
            std::string message;
            for (const PCRE2_UCHAR c : text) {
                if (c == 0) break;
                message.push_back(static_cast<char>(c));
            }
            return fail(ErrorCode::invalid, fmt::format("{} near \"{}\"", message, around));
        }
        const bool jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
        return std::make_shared<const Code>(code, jit);
    }

    pcre2_code* code;
    bool jit;
};

struct RegexMatches::Parts {
    Parts()
        : context(pcre2_match_context_create(nullptr)),
          stack(pcre2_jit_stack_create(stack_start_bytes, stack_limit_bytes, nullptr)) {
        pcre2_jit_stack_assign(context, nullptr, stack);
        pcre2_set_heap_limit(context, heap_limit_kib);
    }

    ~Parts() {
        pcre2_match_data_free(data);
        pcre2_jit_stack_free(stack);
        pcre2_match_context_free(context);
    }

    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    void make_room(std::uint32_t pairs) {
        if (pairs <= room) return;
        pcre2_match_data_free(data);
        data = pcre2_match_data_create(pairs, nullptr);
        room = pairs;
    }

    pcre2_match_context* context;
    pcre2_jit_stack* stack;
    pcre2_match_data* data = nullptr;
    std::uint32_t room = 0;
};

RegexMatches::RegexMatches() : parts_(std::make_unique<Parts>()) {}

RegexMatches::~RegexMatches() = default;
RegexMatches::RegexMatches(RegexMatches&&) noexcept = default;
RegexMatches& RegexMatches::operator=(RegexMatches&&) noexcept = default;

Result<Regex> Regex::compile(std::string_view pattern, const Options& options) {
    RegexSyntax syntax;
    syntax.dot_matches_newline = options.dot_matches_newline;
    return compile(TRY(parse_regex(pattern, syntax)), options);
}

Result<Regex> Regex::compile(const RegexTree& tree, const Options& options) {
    const std::string pattern = to_pcre2(tree);
    std::uint32_t flags = PCRE2_MULTILINE | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C;
    if (options.dot_matches_newline) flags |= PCRE2_DOTALL;
    if (options.ignore_case) flags |= PCRE2_CASELESS;
    Regex regex;
    if (auto ascii = Code::make(pattern, flags)) regex.ascii_ = *ascii;
    regex.utf8_ = TRY(Code::make(pattern, flags | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF));
    regex.names_ = tree.names;
    if (!options.ignore_case) regex.required_ = required_literal(tree);
    regex.step_limit_ = options.step_limit;
    return regex;
}

Regex::Outcome Regex::search(std::string_view subject, std::size_t from,
                             RegexMatches& matches) const {
    if (from > subject.size()) return Outcome::missed;
    if (!required_.empty() && !contains(subject.substr(from), required_)) return Outcome::missed;
    const Code& code = ascii_ && is_ascii(subject) ? *ascii_ : *utf8_;
    RegexMatches::Parts& parts = *matches.parts_;
    const auto pairs = static_cast<std::uint32_t>(names_.size() + 1);
    parts.make_room(pairs);
    pcre2_set_match_limit(parts.context, step_limit_);
    const int found = code.jit ? pcre2_jit_match(code.code, bytes_of(subject), subject.size(), from,
                                                 0, parts.data, parts.context)
                               : pcre2_match(code.code, bytes_of(subject), subject.size(), from, 0,
                                             parts.data, parts.context);
    if (found == PCRE2_ERROR_NOMATCH) return Outcome::missed;
    if (found < 0) return Outcome::gave_up;  // out of steps, stack or heap

    matches.groups_.assign(pairs, {});
    const PCRE2_SIZE* const offsets = pcre2_get_ovector_pointer(parts.data);
    for (std::size_t i = 0; i < static_cast<std::size_t>(found) && i < pairs; ++i) {
        const PCRE2_SIZE start = offsets[2 * i];
        const PCRE2_SIZE end = offsets[2 * i + 1];
        if (start == PCRE2_UNSET || end < start) continue;  // \K may put the end before the start
        ASSERT(end <= subject.size());
        matches.groups_[i] = {subject.data() + start, end - start};
    }
    return Outcome::matched;
}

}  // namespace elkhorn::text
