#include "json/flatten.h"

#include "event/arena.h"
#include "json/simdjson_error.h"
#include "json/simdjson_text.h"

namespace elkhorn::json {
namespace {

namespace ondemand = simdjson::ondemand;

}  // namespace

struct Flattener::Parts {
    explicit Parts(event::FieldNames& names) : fields(names) {}

    ondemand::parser parser;
    event::FieldCache fields;
    event::Arena arena;  // texts with escapes, JSON without padding

    template <typename T>
    simdjson::error_code add(T&& value, std::uint32_t node, int depth, event::Document& out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return error;
        switch (type) {
            case ondemand::json_type::object: {
                ondemand::object object;
                if (auto error = value.get_object().get(object)) return error;
                return members(object, node, depth + 1, out);
            }
            case ondemand::json_type::array: {
                if (depth >= max_depth) return simdjson::DEPTH_ERROR;
                ondemand::array array;
                if (auto error = value.get_array().get(array)) return error;
                for (auto element : array) {
                    if (auto error = add(element, node, depth + 1, out)) return error;
                }
                return simdjson::SUCCESS;
            }
            case ondemand::json_type::string: return add_string(value, node, out);
            case ondemand::json_type::number: return add_number(value, node, out);
            case ondemand::json_type::boolean: {
                bool boolean = false;
                if (auto error = value.get_bool().get(boolean)) return error;
                out.add_integer(fields.field(node, out), event::Kind::boolean, boolean ? 1 : 0);
                return simdjson::SUCCESS;
            }
            case ondemand::json_type::null: {
                bool null = false;
                if (auto error = value.is_null().get(null)) return error;
                if (!null) return simdjson::N_ATOM_ERROR;
                out.add_integer(fields.field(node, out), event::Kind::null, 0);
                return simdjson::SUCCESS;
            }
        }
        return simdjson::TAPE_ERROR;
    }

    simdjson::error_code members(ondemand::object& object, std::uint32_t node, int depth,
                                 event::Document& out) {
        if (depth > max_depth) return simdjson::DEPTH_ERROR;
        for (auto member : object) {
            ondemand::raw_json_string raw;
            if (auto error = member.key().get(raw)) return error;
            std::string_view key;
            if (!plain(raw.raw(), key)) {
                if (auto error = member.unescaped_key().get(key)) return error;
            }
            if (auto error = add(member.value(), fields.child(node, key), depth, out)) return error;
        }
        return simdjson::SUCCESS;
    }

    template <typename T>
    simdjson::error_code add_string(T&& value, std::uint32_t node, event::Document& out) {
        ondemand::raw_json_string raw;
        std::string_view text;
        const std::string_view token = value.raw_json_token();
        if (plain(token.data() + 1, text)) {
            if (auto error = value.get_raw_json_string().get(raw)) return error;
        } else {
            if (auto error = value.get_string().get(text)) return error;
            text = arena.copy(text);
        }
        out.add_text(fields.field(node, out), text);
        return simdjson::SUCCESS;
    }

    template <typename T>
    simdjson::error_code add_number(T&& value, std::uint32_t node, event::Document& out) {
        const event::FieldId field = fields.field(node, out);
        ondemand::number number;
        const auto error = value.get_number().get(number);
        double real = 0;
        if (error == simdjson::NUMBER_ERROR || error == simdjson::INCORRECT_TYPE) {
            if (auto again = value.get_double().get(real)) return again;
        } else if (error) {
            return error;
        } else if (number.is_int64()) {
            out.add_integer(field, event::Kind::integer, number.get_int64());
            return simdjson::SUCCESS;
        } else {
            real =
                number.is_uint64() ? static_cast<double>(number.get_uint64()) : number.get_double();
        }
        out.add_real(field, real);
        return simdjson::SUCCESS;
    }
};

Flattener::Flattener(event::FieldNames& names) : parts_(std::make_unique<Parts>(names)) {}

Flattener::~Flattener() = default;
Flattener::Flattener(Flattener&&) noexcept = default;
Flattener& Flattener::operator=(Flattener&&) noexcept = default;

void Flattener::reset() {
    parts_->arena.reset();
}

Result<> Flattener::flatten(std::string_view json, std::size_t readable_bytes,
                            event::Document& document) {
    document.clear();
    if (json.empty()) return fail(ErrorCode::invalid, "not JSON: it is empty");
    const auto text = padded(json, readable_bytes, parts_->arena);
    const ParserKeptSmall small(parts_->parser);
    ondemand::document parsed;
    if (auto error = parts_->parser.iterate(text).get(parsed)) return parse_failure(error);
    ondemand::object object;
    if (auto error = parsed.get_object().get(object)) {
        if (error == simdjson::INCORRECT_TYPE) return fail(ErrorCode::invalid, "not a JSON object");
        return parse_failure(error);
    }
    parts_->fields.start_document();
    const auto error = parts_->members(object, event::FieldCache::root, 1, document);
    if (error == simdjson::DEPTH_ERROR) return too_deep(max_depth);
    if (error) return parse_failure(error);
    if (bytes_follow(parsed)) return trailing_bytes();
    return {};
}

FlattenOne flatten_one(event::FieldNames& names) {
    return [flattener = std::make_shared<Flattener>(names)](std::string_view json,
                                                            event::Document& document) {
        flattener->reset();
        return flattener->flatten(json, json.size(), document);
    };
}

}  // namespace elkhorn::json
