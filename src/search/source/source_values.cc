#include "search/source/source_values.h"

#include "json/parse.h"
#include "store/limits/memory_hold.h"

#include <fmt/format.h>

#include <vector>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

/// A path may go through lists, and a key may have dots.
void collect(const Value& value, std::string_view rest, std::vector<Value>& values) {
    if (value.is(Kind::array)) {
        for (const Value& item : value.as_array().values())
            collect(item, rest, values);
        return;
    }
    if (rest.empty()) {
        values.push_back(value);
        return;
    }
    if (!value.is(Kind::object)) return;
    for (const event::Member& member : value.as_object().members()) {
        if (!rest.starts_with(member.name)) continue;
        const std::string_view more = rest.substr(member.name.size());
        if (more.empty()) collect(member.value, more, values);
        if (more.starts_with('.')) collect(member.value, more.substr(1), values);
    }
}

std::unexpected<Failure> too_many_values(std::string_view path, const store::MemoryHold& room) {
    auto failure = refuse_in_phase(
        "circuit_breaking_exception",
        fmt::format("[parent] Data too large, data for the values of [{}] would be more than is "
                    "left of the [{}] that all searches may take at once: ask about fewer "
                    "documents, try again, or raise `memory`",
                    path, room.limit()));
    failure.error().status = 429;
    failure.error().over = true;
    return failure;
}

}  // namespace

void put_at_path(event::Arena& arena, event::Object& root, std::string_view path,
                 const Value& value) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    if (dot == std::string_view::npos) {
        root.add(arena, name, value);
        return;
    }
    event::Object* below = event::make_object(arena);
    put_at_path(arena, *below, path.substr(dot + 1), value);
    root.add(arena, name, Value::object(below));
}

Answer<> each_source_value(
    const GroupContext& context, std::string_view path,
    const std::function<std::uint64_t(std::uint32_t row, std::span<const event::Value> values)>&
        visit) {
    constexpr std::uint64_t free_bytes = 1 << 20;
    constexpr std::uint64_t step_bytes = 64 << 10;  // the account is asked once for so many
    store::MemoryHold room(context.request == nullptr ? nullptr : context.request->memory,
                           store::MemoryUse::queries, free_bytes);
    const auto sources = context.group->sources();
    json::Parser parser;
    event::Arena arena;
    std::vector<Value> values;
    for (std::uint32_t row = 0; row < context.rows(); ++row) {
        if (row % 1024 == 0) ASK(context.go_on());
        arena.reset();
        const auto document = parser.parse(ASK(sources->at(row)), arena);
        values.clear();
        if (document) collect(*document, path, values);
        const std::uint64_t bytes = visit(row, values);
        if (bytes > room.held() && !room.hold(bytes + step_bytes))
            return too_many_values(path, room);
    }
    return {};
}

}  // namespace elkhorn::search
