// Views of an index. A refresh shows one moment: the rows there were when it began, and which of
// them were deleted then. What is written while it encodes them is the next one's, so that it ends
// however fast somebody writes.

#include "store/group/group_reader.h"
#include "store/index/index.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

// A refresh that finds this many rows in the growing builder ends it: encoding it over and over
// would cost more than a row group that is not full.
constexpr std::uint32_t freeze_at_refresh_rows = 8192;

}  // namespace

/// A slot as of that moment.
struct Index::Shown {
    std::shared_ptr<Slot> slot;
    std::shared_ptr<const RowGroup> group;  // null: it is frozen, and yet to be encoded
    std::shared_ptr<const Bitmap> deleted;
    std::uint32_t deleted_rows = 0;
    bool whole = false;   // no row came after
    bool sealed = false;  // it was in a segment
};

/// Encodes a frozen builder, once; whoever comes second waits for the first.
Result<> Index::encode(const std::shared_ptr<Slot>& slot) {
    const std::lock_guard<std::mutex> once(slot->encoding);
    std::shared_ptr<GroupBuilder> builder;
    {
        const Lock lock(mutex_);
        builder = slot->builder;
    }
    if (builder == nullptr) return {};
    auto bytes = std::make_shared<const std::string>(builder->encode());
    auto group = TRY(open_group({bytes, *bytes, "the tail of " + name_, 0}, salt_, node_.cache));
    const Lock lock(mutex_);
    slot->bytes = std::move(bytes);
    slot->group = std::move(group);
    slot->builder = nullptr;
    count_bytes();
    return {};
}

Result<bool> Index::encode_frozen() {
    Slots frozen;
    {
        const Lock lock(mutex_);
        for (const auto& slot : slots_) {
            if (slot->frozen && slot->builder != nullptr) frozen.push_back(slot);
        }
    }
    TRY(encode_all(frozen));
    return !frozen.empty();
}

Result<> Index::encode_all(const Slots& slots) {
    if (node_.encoding != nullptr && slots.size() > 1)
        return node_.encoding->run(slots.size(), [&](std::size_t i) { return encode(slots[i]); });
    for (const auto& slot : slots)
        TRY(encode(slot));
    return {};
}

std::shared_ptr<const Bitmap> Index::deletes_of(Slot& slot) {
    if (slot.deleted_rows == 0) return nullptr;
    if (slot.shown_deleted == nullptr || slot.shown_deleted->size() != slot.rows()) {
        auto copy = std::make_shared<Bitmap>(slot.rows());
        slot.deleted.for_each([&](std::uint32_t row) { copy->set(row); });
        slot.shown_deleted = std::move(copy);
    }
    return slot.shown_deleted;
}

/// The moment, and a view of it without its row groups. The builder that grows is encoded here: it
/// has few rows.
Result<std::shared_ptr<IndexView>> Index::begin_view(std::vector<Shown>& shown) {
    auto view = std::make_shared<IndexView>();
    view->name = name_;
    view->uuid = manifest_.uuid;
    view->created_ms = manifest_.created_ms;
    view->settings_json = manifest_.settings_json;
    view->segments = static_cast<std::uint32_t>(manifest_.segments.size());
    for (const SegmentEntry& segment : manifest_.segments)
        view->size_bytes += segment.size_bytes;
    for (const auto& slot : slots_) {
        if (slot->rows() == 0) continue;
        std::shared_ptr<const RowGroup> group = slot->group;
        if (group == nullptr && !slot->frozen) {
            auto bytes = std::make_shared<const std::string>(slot->builder->encode());
            group = TRY(open_group({bytes, *bytes, "the tail of " + name_, 0}, salt_, node_.cache));
        }
        shown.push_back({slot, std::move(group), deletes_of(*slot), slot->deleted_rows,
                         slot->frozen, slot->segment != 0});
    }
    return view;
}

/// Shows the moment, all of whose row groups are encoded.
void Index::publish(std::shared_ptr<IndexView> view, const std::vector<Shown>& shown) {
    for (const Shown& each : shown) {
        // A flush may have put it into a segment meanwhile.
        const auto& group = each.whole ? each.slot->group : each.group;
        if (!each.sealed) {
            view->size_bytes += group->size_bytes();
            view->memory_bytes += group->size_bytes();
        }
        view->groups.push_back({group, each.deleted});
        view->documents += group->rows() - each.deleted_rows;
        view->deleted += each.deleted_rows;
    }
    if (shown_mapping_ == nullptr)
        shown_mapping_ = std::make_shared<const Mapping>(manifest_.mapping);
    view->mapping = shown_mapping_;
    view_ = std::move(view);
    refreshed_ns_ = node_.options->clock->steady_ns();
}

Result<> Index::refresh() {
    const std::lock_guard<std::mutex> once(refreshing_);
    std::vector<Shown> shown;
    std::shared_ptr<IndexView> view;
    std::uint64_t changes = 0;
    {
        const Lock lock(mutex_);
        if (!dirty_ && view_ != nullptr) return {};
        if (!slots_.empty() && slots_.back()->builder != nullptr &&
            slots_.back()->builder->rows() >= freeze_at_refresh_rows) {
            slots_.back()->frozen = true;
        }
        view = TRY(begin_view(shown));
        changes = changes_;
    }
    Slots frozen;
    for (const Shown& each : shown) {
        if (each.group == nullptr) frozen.push_back(each.slot);
    }
    TRY(encode_all(frozen));
    const Lock lock(mutex_);
    publish(std::move(view), shown);
    dirty_ = changes_ != changes;
    return {};
}

/// The view as it is, with the newest mapping: that one is shown at once, documents after a
/// refresh.
void Index::show_mapping() {
    shown_mapping_ = std::make_shared<const Mapping>(manifest_.mapping);
    auto view = std::make_shared<IndexView>(*view_);
    view->mapping = shown_mapping_;
    view_ = std::move(view);
}

Result<std::shared_ptr<const IndexView>> Index::view() {
    {
        const Lock lock(mutex_);
        if (view_ != nullptr && shown_mapping_ == nullptr) show_mapping();
        const std::int64_t age = node_.options->clock->steady_ns() - refreshed_ns_;
        if (view_ != nullptr && (!dirty_ || age < refresh_interval_ns)) return view_;
    }
    while (true) {
        TRY(refresh());
        const Lock lock(mutex_);
        if (view_ != nullptr) return view_;  // a merge may have taken it away again
    }
}

}  // namespace elkhorn::store
