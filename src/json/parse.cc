#include "json/parse.h"

#include "json/simdjson_error.h"

#include <string>

namespace elkhorn::json {
namespace {

namespace ondemand = simdjson::ondemand;

/// Builds the tree below one value. Recursion is bounded by max_depth.
class TreeBuilder {
public:
    explicit TreeBuilder(event::Arena& arena) : arena_(arena) {}

    template <typename T>
    simdjson::error_code build(T&& value, int depth, event::Value& out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return error;
        switch (type) {
            case ondemand::json_type::object: {
                ondemand::object object;
                if (auto error = value.get_object().get(object)) return error;
                event::Object* built = event::make_object(arena_);
                out = event::Value::object(built);
                return members(object, depth + 1, *built);
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
            case ondemand::json_type::string: {
                std::string_view text;
                if (auto error = value.get_string().get(text)) return error;
                out = event::Value::string(arena_.copy(text));
                return simdjson::SUCCESS;
            }
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

    simdjson::error_code members(ondemand::object& object, int depth, event::Object& out) {
        if (depth > max_depth) return simdjson::DEPTH_ERROR;
        for (auto member : object) {
            std::string_view name;
            if (auto error = member.unescaped_key().get(name)) return error;
            const std::string_view kept = arena_.copy(name);
            event::Value built;
            if (auto error = build(member.value(), depth, built)) return error;
            out.set(arena_, kept, built);
        }
        return simdjson::SUCCESS;
    }

private:
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
};

}  // namespace

struct Parser::Parts {
    ondemand::parser parser;
    std::string padded;

    Result<ondemand::document> open(std::string_view json) {
        if (json.empty()) return fail(ErrorCode::invalid, "not JSON: it is empty");
        padded.assign(json);
        padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
        ondemand::document document;
        if (auto error = parser.iterate(padded).get(document)) return parse_failure(error);
        return document;
    }
};

Parser::Parser() : parts_(std::make_unique<Parts>()) {}

Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

Result<event::Value> Parser::parse(std::string_view json, event::Arena& arena) {
    auto opened = parts_->open(json);
    if (!opened) return std::unexpected(opened.error());
    ondemand::document& document = *opened;
    event::Value value;
    const auto error = TreeBuilder(arena).build(document, 0, value);
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
