#include "search/source/family.h"

#include "event/format.h"
#include "json/parse.h"
#include "search/source/source_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

std::string text_of(const Value* value) {
    std::string text;
    if (value != nullptr && !value->is_null()) event::append_text(text, *value);
    return text;
}

}  // namespace

std::optional<std::string> JoinField::parent_of(std::string_view name) const {
    for (const auto& [parent, named] : children) {
        if (named.contains(std::string(name))) return parent;
    }
    return std::nullopt;
}

std::optional<JoinField> find_join_field(const store::IndexView& index) {
    for (const auto& [path, mapping] : index.mapping->fields) {
        if (mapping.es_name != "join") continue;
        JoinField join;
        join.path = path;
        event::Arena arena;
        json::Parser parser;
        const auto extra = parser.parse("{" + mapping.extra_json + "}", arena);
        const Value* relations =
            extra && extra->is(Kind::object) ? extra->as_object().find("relations") : nullptr;
        if (relations == nullptr || !relations->is(Kind::object)) return join;
        for (const event::Member& member : relations->as_object().members()) {
            auto& children = join.children[std::string(member.name)];
            if (member.value.is(Kind::array)) {
                for (const Value& child : member.value.as_array().values())
                    children.insert(text_of(&child));
            } else {
                children.insert(text_of(&member.value));
            }
        }
        return join;
    }
    return std::nullopt;
}

std::uint64_t Family::size_bytes() const {
    constexpr std::uint64_t bytes_of_an_id = 32;
    return name_of.size() * 4 + parent_of.size() * (sizeof(std::string) + bytes_of_an_id);
}

Answer<std::shared_ptr<const Family>> family_of(const GroupContext& context,
                                                const std::string& path) {
    const auto make = [&](Family& made) -> Answer<> {
        std::map<std::string, std::uint32_t> numbers;
        std::vector<std::string> in_order;
        ASK(each_source_value(context, path, [&](std::uint32_t, std::span<const Value> values) {
            std::string name;
            std::string parent;
            if (!values.empty() && values[0].is(Kind::object)) {
                name = text_of(values[0].as_object().find("name"));
                parent = text_of(values[0].as_object().find("parent"));
            } else if (!values.empty()) {
                name = text_of(&values[0]);
            }
            const auto next = static_cast<std::uint32_t>(in_order.size());
            const auto [number, is_new] =
                numbers.try_emplace(name, name.empty() ? Family::nobody : next);
            if (is_new && !name.empty()) in_order.push_back(name);
            made.name_of.push_back(number->second);
            made.parent_of.push_back(std::move(parent));
            return made.size_bytes();
        }));
        made.names = std::move(in_order);
        return {};
    };
    return made_of_group<Family>(context, fmt::format("family at {}", path), make);
}

}  // namespace elkhorn::search
