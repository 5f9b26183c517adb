#include "json/parse.h"

#include "base/hash.h"
#include "json/simdjson_error.h"
#include "json/simdjson_text.h"

#include <span>
#include <unordered_map>
#include <vector>

namespace elkhorn::json {
namespace {

namespace ondemand = simdjson::ondemand;

/// The members of an object while it is read, on top of those of the objects around it: the last
/// value of a name counts, at the place of the first.
class MemberList {
public:
    explicit MemberList(std::vector<event::Member>& stack) : stack_(stack), first_(stack.size()) {}

    ~MemberList() { stack_.resize(first_); }

    MemberList(const MemberList&) = delete;
    MemberList& operator=(const MemberList&) = delete;

    void set(std::string_view name, event::Value value) {
        if (event::Member* known = find(name)) {
            known->value = value;
            return;
        }
        stack_.push_back({name, value});
    }

    std::span<const event::Member> members() const { return std::span(stack_).subspan(first_); }

private:
    static constexpr std::size_t few = 64;

    /// Names it has not seen are told by a bit of `seen_`, mostly; many by a table.
    event::Member* find(std::string_view name) {
        if (stack_.size() - first_ >= few) return find_among_many(name);
        const std::uint64_t bit = std::uint64_t{1} << (hash64(name) & 63);
        const bool unseen = (seen_ & bit) == 0;
        seen_ |= bit;
        if (unseen) return nullptr;
        for (event::Member& member : std::span(stack_).subspan(first_)) {
            if (member.name == name) return &member;
        }
        return nullptr;
    }

    /// After it the name is in the table, at the end where it was not there.
    event::Member* find_among_many(std::string_view name) {
        if (places_.empty()) {
            for (std::size_t i = first_; i < stack_.size(); ++i)
                places_.emplace(stack_[i].name, i);
        }
        const auto [place, is_new] = places_.emplace(name, stack_.size());
        return is_new ? nullptr : &stack_[place->second];
    }

    std::vector<event::Member>& stack_;
    const std::size_t first_;
    std::uint64_t seen_ = 0;
    std::unordered_map<std::string_view, std::size_t> places_;
};

/// Builds the tree below one value. Recursion is bounded by max_depth.
class TreeBuilder {
public:
    TreeBuilder(event::Arena& arena, std::vector<event::Member>& scratch)
        : arena_(arena), scratch_(scratch) {}

    template <typename T>
    simdjson::error_code build(T&& value, int depth, event::Value& out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return error;
        switch (type) {
            case ondemand::json_type::object: {
                ondemand::object object;
                if (auto error = value.get_object().get(object)) return error;
                return members(object, depth + 1, out);
            }
            case ondemand::json_type::array: {
                ondemand::array array;
                if (auto error = value.get_array().get(array)) return error;
                return elements(array, depth + 1, out);
            }
            case ondemand::json_type::number: {
                ondemand::number number;
                const auto error = value.get_number().get(number);
                if (error == simdjson::NUMBER_ERROR || error == simdjson::INCORRECT_TYPE) {
                    return big_number(value, out);
                }
                if (error) return error;
                out = from_number(number);
                return simdjson::SUCCESS;
            }
            case ondemand::json_type::string: return text(value, out);
            case ondemand::json_type::boolean: {
                bool boolean = false;
                if (auto error = value.get_bool().get(boolean)) return error;
                out = event::Value::boolean(boolean);
                return simdjson::SUCCESS;
            }
            case ondemand::json_type::null: {
                out = event::Value();
                bool null = false;
                if (auto error = value.is_null().get(null)) return error;
                return null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
            }
        }
        return simdjson::TAPE_ERROR;
    }

private:
    simdjson::error_code members(ondemand::object& object, int depth, event::Value& out) {
        if (depth > max_depth) return simdjson::DEPTH_ERROR;
        MemberList list(scratch_);
        for (auto member : object) {
            ondemand::raw_json_string raw;
            if (auto error = member.key().get(raw)) return error;
            std::string_view name;
            if (!plain(raw.raw(), name)) {
                if (auto error = member.unescaped_key().get(name)) return error;
                name = arena_.copy(name);
            }
            event::Value built;
            if (auto error = build(member.value(), depth, built)) return error;
            list.set(name, built);
        }
        out = event::Value::object(event::make_object(arena_, list.members()));
        return simdjson::SUCCESS;
    }

    template <typename T>
    simdjson::error_code text(T&& value, event::Value& out) {
        ondemand::raw_json_string raw;
        std::string_view token;
        if (auto error = value.raw_json_token().get(token)) return error;
        std::string_view text;
        if (plain(token.data() + 1, text)) {
            if (auto error = value.get_raw_json_string().get(raw)) return error;
        } else {
            if (auto error = value.get_string().get(text)) return error;
            text = arena_.copy(text);
        }
        out = event::Value::string(text);
        return simdjson::SUCCESS;
    }

    static event::Value from_number(const ondemand::number& number) {
        if (number.is_int64()) return event::Value::integer(number.get_int64());
        if (number.is_uint64()) return event::Value::real(static_cast<double>(number.get_uint64()));
        return event::Value::real(number.get_double());
    }

    /// A whole number beyond 64 bits.
    template <typename T>
    static simdjson::error_code big_number(T&& value, event::Value& out) {
        double number = 0;
        if (auto error = value.get_double().get(number)) return error;
        out = event::Value::real(number);
        return simdjson::SUCCESS;
    }

    simdjson::error_code elements(ondemand::array& array, int depth, event::Value& out) {
        if (depth > max_depth) return simdjson::DEPTH_ERROR;
        event::Array* built = event::make_array(arena_);
        out = event::Value::array(built);
        for (auto element : array) {
            event::Value item;
            if (auto error = build(element, depth, item)) return error;
            built->push_back(arena_, item);
        }
        return simdjson::SUCCESS;
    }

    event::Arena& arena_;
    std::vector<event::Member>& scratch_;
};

}  // namespace

struct Parser::Parts {
    ondemand::parser parser;
    std::vector<event::Member> scratch;
};

Parser::Parser() : parts_(std::make_unique<Parts>()) {}

Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

Result<event::Value> Parser::parse(std::string_view json, event::Arena& arena) {
    return parse_kept(json, 0, arena);
}

Result<event::Value> Parser::parse_kept(std::string_view json, std::size_t readable_bytes,
                                        event::Arena& arena) {
    if (json.empty()) return fail(ErrorCode::invalid, "not JSON: it is empty");
    const ParserKeptSmall small(parts_->parser);
    ondemand::document document;
    const auto text = padded(json, readable_bytes, arena);
    if (auto error = parts_->parser.iterate(text).get(document)) return parse_failure(error);
    event::Value value;
    parts_->scratch.clear();
    const auto error = TreeBuilder(arena, parts_->scratch).build(document, 0, value);
    if (error == simdjson::DEPTH_ERROR) return too_deep(max_depth);
    if (error) return parse_failure(error);
    if (bytes_follow(document)) return trailing_bytes();
    return value;
}

Result<> Parser::parse_into(std::string_view json, event::Event& event) {
    event::Value value = TRY(parse(json, event.arena()));
    if (!value.is(event::Kind::object)) {
        return fail(ErrorCode::invalid, "not a JSON object");
    }
    for (const event::Member& member : value.as_object().members()) {
        event.set_view(member.name, member.value);
    }
    return {};
}

}  // namespace elkhorn::json
