// Finding one document by its _id: in the builders of the tail, and in row groups. An explicit id
// may also be one that was generated here before; of all rows of an id at most one is not deleted.

#include "store/index/index.h"
#include "store/schema/document_id.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

// After so many looks that writers overtook, writers wait.
constexpr int looks_beside_writers = 3;

/// The first of the rows whose number is not less; `number_of(row)` grows.
template <typename NumberOf>
Result<std::uint32_t> first_at_least(std::int64_t number, std::uint32_t rows,
                                     NumberOf&& number_of) {
    std::uint32_t low = 0;
    std::uint32_t high = rows;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        const std::int64_t there = TRY(number_of(middle));
        if (there < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/// The row of an id, deleted or not; the newest of several.
std::optional<std::uint32_t> row_in(const GroupBuilder& builder, std::string_view id,
                                    std::optional<std::int64_t> generated_at) {
    if (const auto row = builder.find_id(id)) return row;
    if (!generated_at || *generated_at < builder.first_seq_no() ||
        *generated_at > builder.last_seq_no())
        return std::nullopt;
    const auto numbers = builder.seq_nos();
    const auto at = std::ranges::lower_bound(numbers, *generated_at);
    const auto row = static_cast<std::uint32_t>(at - numbers.begin());
    // The row may be of a document that was given its id explicitly.
    if (at == numbers.end() || *at != *generated_at || builder.has_id(row)) return std::nullopt;
    return row;
}

Result<std::optional<std::uint32_t>> row_in(const RowGroup& group, std::string_view id,
                                            std::optional<std::int64_t> generated_at) {
    if (const auto row = TRY(group.find_id(id))) return row;
    if (!generated_at || *generated_at < group.first_seq_no() ||
        *generated_at > group.last_seq_no())
        return std::nullopt;
    const std::uint32_t row = TRY(first_at_least(
        *generated_at, group.rows(), [&](std::uint32_t middle) { return group.seq_no(middle); }));
    if (row == group.rows()) return std::nullopt;
    const std::int64_t number = TRY(group.seq_no(row));
    if (number != *generated_at) return std::nullopt;
    const std::string its_id = TRY(group.id(row));
    if (its_id != id) return std::nullopt;
    return row;
}

Result<Found> read_row(const RowGroup& group, std::uint32_t row) {
    Found found;
    found.seq_no = TRY(group.seq_no(row));
    found.version = TRY(group.version(row));
    const auto sources = group.sources();  // its text lives as long as it does
    found.source = TRY(sources->at(row));
    return found;
}

}  // namespace

Result<Index::Place> Index::place_in(const std::shared_ptr<Slot>& slot, std::uint32_t row) const {
    Place place;
    place.slot = slot;
    place.row = row;
    if (slot->builder != nullptr) {
        place.seq_no = slot->builder->seq_no(row);
        place.version = slot->builder->version(row);
    } else {
        place.seq_no = TRY(slot->group->seq_no(row));
        place.version = TRY(slot->group->version(row));
    }
    return place;
}

/// The live document of that id, newest first.
Result<std::optional<Index::Place>> Index::locate(std::string_view id) {
    const auto generated_at = seq_no_of(salt_, id);
    for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) {
        const std::shared_ptr<Slot>& slot = *it;
        const auto row = slot->builder != nullptr ? row_in(*slot->builder, id, generated_at)
                                                  : TRY(row_in(*slot->group, id, generated_at));
        if (row && !slot->is_deleted(*row)) return TRY(place_in(slot, *row));
    }
    return std::nullopt;
}

Result<Index::Known> Index::look_up(std::string_view id) {
    Known known;
    if (id.empty()) return known;
    known.place = TRY(locate(id));
    known.version = known.place ? std::optional(known.place->version)
                                : tombstones_.version(id, node_.options->clock->steady_ns());
    return known;
}

Result<Found> Index::read(const Place& place) {
    if (place.slot->builder == nullptr) return read_row(*place.slot->group, place.row);
    Found found;
    found.seq_no = place.seq_no;
    found.version = place.version;
    found.source = place.slot->builder->source(place.row);
    return found;
}

/// What of the tail is still being built, and so in memory.
std::optional<Found> Index::get_built(std::string_view id, Groups& groups, Slots& slots) const {
    const auto generated_at = seq_no_of(salt_, id);
    for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) {
        const Slot& slot = **it;
        if (slot.builder == nullptr) {
            groups.push_back(slot.group);
            slots.push_back(*it);
            continue;
        }
        const auto row = row_in(*slot.builder, id, generated_at);
        if (!row || slot.is_deleted(*row)) continue;
        return Found{std::string(slot.builder->source(*row)), slot.builder->seq_no(*row),
                     slot.builder->version(*row)};
    }
    return std::nullopt;
}

/// Nothing is read from the disk while writers wait: a row is found first, and then asked whether
/// it still is the document's. Where it is not, somebody wrote meanwhile.
Result<std::optional<Found>> Index::get(std::string_view id) {
    const auto generated_at = seq_no_of(salt_, id);
    for (int look = 0; look < looks_beside_writers; ++look) {
        Groups groups;
        Slots slots;
        std::uint64_t changes = 0;
        {
            const Lock lock(mutex_);
            changes = changes_;
            if (auto built = get_built(id, groups, slots)) return built;
        }
        bool overtaken = false;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto row = TRY(row_in(*groups[i], id, generated_at));
            if (!row) continue;
            if (is_live(slots[i], *row)) return TRY(read_row(*groups[i], *row));
            overtaken = true;
        }
        const Lock lock(mutex_);
        if (!overtaken || changes_ == changes) return std::nullopt;
    }
    const Lock lock(mutex_);
    const auto place = TRY(locate(id));
    if (!place) return std::nullopt;
    return TRY(read(*place));
}

bool Index::is_live(const std::shared_ptr<Slot>& slot, std::uint32_t row) const {
    const Lock lock(mutex_);
    // Of a slot that a merge has replaced, nobody notes any more what is deleted.
    return !slot->is_deleted(row) && std::ranges::find(slots_, slot) != slots_.end();
}

}  // namespace elkhorn::store
