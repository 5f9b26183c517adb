#include "search/run/slice.h"

#include "base/hash.h"
#include "search/base/members.h"
#include "search/fetch/page_parse.h"
#include "search/query/core/query_parse.h"
#include "search/run/request_tables.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <utility>

namespace elkhorn::search {
namespace {

using event::Value;

constexpr std::int64_t most_slices = 1024;  // index.max_slices_per_scroll
constexpr std::uint64_t stretch_rows = 1024;

std::unexpected<Failure> bad_slice(std::string reason) {
    return refuse("illegal_argument_exception", std::move(reason));
}

std::unexpected<Failure> bad_field(std::string_view field, std::string reason) {
    auto failure = bad_content(fmt::format("[slice] failed to parse field [{}]", field));
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = std::move(reason);
    return failure;
}

Answer<> check(const Slice& slice) {
    if (slice.id < 0) return bad_field("id", "id must be greater than or equal to 0");
    if (slice.max <= 1) return bad_field("max", "max must be greater than 1");
    if (slice.id >= slice.max) return bad_field("max", "max must be greater than id");
    if (slice.max > most_slices) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("The number of slices [{}] is too large. It must be less than [{}]. This "
                        "limit can be set by changing the [index.max_slices_per_scroll] index "
                        "level setting.",
                        slice.max, most_slices));
    }
    return {};
}

/// The number of the row that its share hangs on; rows without one are all in the share of 0.
std::uint64_t number_of(const Numbers& numbers, std::uint32_t row) {
    if (numbers.integers != nullptr && numbers.integers->rows.has(row)) {
        return static_cast<std::uint64_t>(
            numbers.integers->values[numbers.integers->rows.first(row)]);
    }
    if (numbers.reals != nullptr && numbers.reals->rows.has(row))
        return std::bit_cast<std::uint64_t>(numbers.reals->values[numbers.reals->rows.first(row)]);
    return 0;
}

}  // namespace

Answer<Slice> parse_slice(const Value& body) {
    constexpr std::array<ParameterTable, 1> tables = {slice_members};
    ASK(check_members("[slice]", body, tables));
    Slice slice;
    bool has_id = false;
    bool has_max = false;
    for (const event::Member& member : body.as_object().members()) {
        if (member.name == "field") {
            slice.field = ASK(text_option("slice", member));
        } else if (member.name == "id") {
            slice.id = ASK(whole_number(member.value));
            has_id = true;
        } else if (member.name == "max") {
            slice.max = ASK(whole_number(member.value));
            has_max = true;
        } else {
            return bad_content(fmt::format("[slice] unknown field [{}]", member.name));
        }
    }
    if (!has_id || !has_max) {
        return bad_slice(fmt::format("Required [{}]", has_id ? "max" : has_max ? "id" : "id, max"));
    }
    ASK(check(slice));
    return slice;
}

Answer<std::unique_ptr<SliceRows>> SliceRows::plan(const Slice& slice,
                                                   const store::IndexView& index) {
    Field field;
    if (!slice.by_place()) {
        field = find_field(index, slice.field);
        if (!field.has_values()) {
            return refuse_in_phase("illegal_argument_exception",
                                   fmt::format("field {} not found", slice.field));
        }
        const bool number = field.is_number() || field.is_date() || field.is_boolean();
        if (!number || !field.mapping->doc_values) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("cannot load numeric doc values on {}", slice.field));
        }
    }
    return std::unique_ptr<SliceRows>(new SliceRows(slice, std::move(field)));
}

Answer<> SliceRows::keep(const GroupContext& context, std::uint64_t first_row,
                         store::Bitmap& rows) const {
    const auto max = static_cast<std::uint64_t>(slice_.max);
    const auto mine = static_cast<std::uint64_t>(slice_.id);
    Numbers numbers;
    if (field_.known()) numbers = ASK(exact_numbers_of(context, field_));
    store::Bitmap kept(rows.size());
    rows.for_each([&](std::uint32_t row) {
        const std::uint64_t of =
            field_.known() ? number_of(numbers, row) : (first_row + row) / stretch_rows;
        if (hash64(of) % max == mine) kept.set(row);
    });
    rows = std::move(kept);
    return {};
}

}  // namespace elkhorn::search
