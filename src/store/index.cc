#include "store/index.h"

#include "base/bytes.h"
#include "base/log.h"
#include "store/document_id.h"
#include "store/group_reader.h"
#include "store/log_entry.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

// A refresh that finds this many rows in the growing builder ends it: encoding it over and over
// would
// cost more than a row group that is not full.
constexpr std::uint32_t freeze_at_refresh_rows = 8192;
constexpr std::int64_t refresh_interval_ns = 1'000'000'000;

}  // namespace

std::int64_t Index::Slot::first_seq_no() const {
    return builder != nullptr ? builder->first_seq_no() : group->first_seq_no();
}

std::int64_t Index::Slot::last_seq_no() const {
    return builder != nullptr ? builder->last_seq_no() : group->last_seq_no();
}

std::uint32_t Index::Slot::rows() const {
    return builder != nullptr ? builder->rows() : group->rows();
}

Index::Index(Node& node, Manifest manifest)
    : node_(node),
      name_(manifest.name),
      uuid_(manifest.uuid),
      settings_(manifest.settings_json),
      incarnation_(manifest.incarnation),
      salt_(id_salt(manifest.uuid)),
      manifest_(std::move(manifest)),
      router_(*node.options->field_names),
      next_seq_no_(manifest_.flushed_seq_no),
      refreshed_ns_(node.options->clock->steady_ns() - refresh_interval_ns) {}

Index::~Index() {
    node_.tail_bytes -= counted_bytes_;
}

void Index::set_created_at(Lsn lsn) {
    const Lock lock(mutex_);
    meta_lsn_ = lsn;
}

// -- finding a document
// ------------------------------------------------------------------------------

Result<std::optional<Index::Place>> Index::place_in(const std::shared_ptr<Slot>& slot,
                                                    std::uint32_t row) const {
    if (slot->is_deleted(row)) return std::nullopt;
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

/// The live document of that id. An explicit id may also be one that was generated here before.
Result<std::optional<Index::Place>> Index::locate(std::string_view id) {
    for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) {
        const std::shared_ptr<Slot>& slot = *it;
        const auto row =
            slot->builder != nullptr ? slot->builder->find_id(id) : TRY(slot->group->find_id(id));
        if (!row) continue;
        if (auto place = TRY(place_in(slot, *row))) return place;
    }
    const auto seq_no = seq_no_of(salt_, id);
    if (!seq_no || *seq_no >= next_seq_no_) return std::nullopt;
    for (const std::shared_ptr<Slot>& slot : slots_) {
        if (*seq_no < slot->first_seq_no() || *seq_no > slot->last_seq_no()) continue;
        std::uint32_t low = 0;
        std::uint32_t high = slot->rows();
        while (low < high) {
            const std::uint32_t middle = low + (high - low) / 2;
            const std::int64_t at = slot->builder != nullptr ? slot->builder->seq_no(middle)
                                                             : TRY(slot->group->seq_no(middle));
            if (at < *seq_no)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == slot->rows()) return std::nullopt;
        auto place = TRY(place_in(slot, low));
        // The row may be of a document that was given its id explicitly.
        if (!place || place->seq_no != *seq_no) return std::nullopt;
        if (slot->builder == nullptr && TRY(slot->group->id(low)) != id) return std::nullopt;
        return place;
    }
    return std::nullopt;
}

Result<std::optional<Found>> Index::get(std::string_view id) {
    const Lock lock(mutex_);
    const auto place = TRY(locate(id));
    if (!place) return std::nullopt;
    Found found;
    found.seq_no = place->seq_no;
    found.version = place->version;
    if (place->slot->builder != nullptr)
        found.source = place->slot->builder->source(place->row);
    else {
        const auto sources = place->slot->group->sources();  // its text lives as long as it does
        found.source = TRY(sources->at(place->row));
    }
    return found;
}

// -- writing
// ------------------------------------------------------------------------------------------

/// The slot that takes the next row; a new one begins with that row's sequence number.
Index::Slot& Index::growing(std::int64_t seq_no) {
    if (slots_.empty() || slots_.back()->frozen || slots_.back()->builder == nullptr) {
        slots_.push_back(std::make_shared<Slot>());
        slots_.back()->builder = std::make_shared<GroupBuilder>(seq_no);
        router_.reset();
    }
    return *slots_.back();
}

void Index::mark_deleted(Place& place) {
    Slot& slot = *place.slot;
    if (slot.deleted.size() < slot.rows()) {
        Bitmap larger(slot.group != nullptr ? slot.group->rows() : node_.options->group_rows);
        slot.deleted.for_each([&](std::uint32_t row) { larger.set(row); });
        slot.deleted = std::move(larger);
    }
    slot.deleted.set(place.row);
    ++slot.deleted_rows;
    slot.shown_deleted = nullptr;
    deletes_changed_ = true;
}

void Index::add_row(const NewRow& row, const event::Document& document) {
    GroupBuilder& builder = *growing(row.seq_no).builder;
    const std::uint32_t number = builder.add(row);
    if (router_.add(number, document, row.source, builder, manifest_.mapping))
        shown_mapping_ = nullptr;
    dirty_ = true;
}

/// False, with the reason in the result, when this write is not taken.
bool Index::write_one(const Write& write, Written& result, std::string& entry) {
    const auto refuse = [&](Error error) {
        result.error = std::move(error);
        return false;
    };
    std::optional<Place> old;
    if (!write.id.empty()) {
        auto found = locate(write.id);
        if (!found) return refuse(found.error());
        old = std::move(*found);
    }
    if (write.action == Action::create && old) {
        return refuse(
            {ErrorCode::conflict,
             fmt::format("[{}]: version conflict, document already exists (current version [{}])",
                         write.id, old->version)});
    }
    if (write.if_seq_no && (!old || old->seq_no != *write.if_seq_no)) {
        return refuse(
            {ErrorCode::conflict,
             old ? fmt::format("[{}]: version conflict, required seqNo [{}], primary term [1]. "
                               "current document has seqNo [{}] and primary term [1]",
                               write.id, *write.if_seq_no, old->seq_no)
                 : fmt::format("[{}]: version conflict, required seqNo [{}], primary term [1]. but "
                               "no document was found",
                               write.id, *write.if_seq_no)});
    }
    if (auto sound = router_.check(*write.document, manifest_.mapping, write.id); !sound) {
        return refuse(sound.error());
    }
    NewRow row;
    row.seq_no = next_seq_no_++;
    row.version = old ? old->version + 1 : 1;
    row.id = write.id;
    row.source = write.source;
    if (old) mark_deleted(*old);
    add_row(row, *write.document);
    result.id = write.id.empty() ? generated_id(salt_, row.seq_no) : std::string(write.id);
    result.seq_no = row.seq_no;
    result.version = row.version;
    result.created = !old;
    append_varint(entry, static_cast<std::uint64_t>(row.seq_no));
    append_varint(entry, static_cast<std::uint64_t>(row.version));
    append_text(entry, row.id);
    append_text(entry, row.source);
    freeze_if_full();
    return true;
}

void Index::freeze_if_full() {
    const GroupBuilder& builder = *slots_.back()->builder;
    if (builder.rows() >= node_.options->group_rows ||
        builder.source_bytes() >= node_.options->group_source_bytes) {
        slots_.back()->frozen = true;
    }
}

void Index::count_bytes() {
    std::int64_t bytes = 0;
    for (const std::shared_ptr<Slot>& slot : slots_) {
        if (slot->builder != nullptr)
            bytes += static_cast<std::int64_t>(slot->builder->memory_bytes());
        if (slot->bytes != nullptr) bytes += static_cast<std::int64_t>(slot->bytes->size());
    }
    node_.tail_bytes += bytes - counted_bytes_;
    counted_bytes_ = bytes;
}

Lsn Index::write(std::span<const Write* const> writes, std::span<Written* const> results) {
    std::string entry;
    entry.push_back(static_cast<char>(LogEntry::documents));
    append_varint(entry, incarnation_);
    const std::size_t empty = entry.size();
    const Lock lock(mutex_);
    const std::size_t slots_before = slots_.empty() ? 0 : slots_.size() - 1;
    for (std::size_t i = 0; i < writes.size(); ++i)
        write_one(*writes[i], *results[i], entry);
    if (entry.size() == empty) return 0;
    const Lsn lsn = node_.log->append(std::move(entry));
    for (std::size_t i = slots_before; i < slots_.size(); ++i) {
        if (slots_[i]->first_lsn == 0 && slots_[i]->segment == 0) slots_[i]->first_lsn = lsn;
    }
    count_bytes();
    return lsn;
}

Result<> Index::replay(Lsn lsn, const LoggedDocument& document, const event::Document& flat) {
    const Lock lock(mutex_);
    if (document.seq_no < next_seq_no_) return {};  // a segment has it
    if (!document.id.empty()) {
        if (auto old = TRY(locate(document.id))) mark_deleted(*old);
    }
    next_seq_no_ = document.seq_no;
    NewRow row;
    row.seq_no = next_seq_no_++;
    row.version = document.version;
    row.id = document.id;
    row.source = document.source;
    add_row(row, flat);
    if (slots_.back()->first_lsn == 0) slots_.back()->first_lsn = lsn;
    freeze_if_full();
    if (slots_.back()->frozen) count_bytes();
    return {};
}

Result<Lsn> Index::put_mapping(const Mapping& update) {
    std::string entry;
    entry.push_back(static_cast<char>(LogEntry::mapping));
    append_varint(entry, incarnation_);
    std::string bytes;
    append_mapping(bytes, update);
    append_text(entry, bytes);
    const Lock lock(mutex_);
    TRY(merge_mapping(manifest_.mapping, update));
    router_.reset();
    shown_mapping_ = nullptr;
    dirty_ = true;
    const Lsn lsn = node_.log->append(std::move(entry));
    if (meta_lsn_ == 0) meta_lsn_ = lsn;
    return lsn;
}

void Index::replay_mapping(Lsn lsn, const Mapping& update) {
    const Lock lock(mutex_);
    if (!merge_mapping(manifest_.mapping, update)) {
        log::warn("a mapping update of the log was applied already", {{"index", name_}});
    }
    router_.reset();
    shown_mapping_ = nullptr;
    if (meta_lsn_ == 0) meta_lsn_ = lsn;
}

// -- views ----------------------------------------------------------------------------------------

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
    std::vector<std::shared_ptr<Slot>> frozen;
    {
        const Lock lock(mutex_);
        for (const auto& slot : slots_) {
            if (slot->frozen && slot->builder != nullptr) frozen.push_back(slot);
        }
    }
    for (const auto& slot : frozen)
        TRY(encode(slot));
    return !frozen.empty();
}

std::size_t Index::frozen_builders() const {
    const Lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(
        slots_, [](const auto& slot) { return slot->frozen && slot->builder != nullptr; }));
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

/// Makes the view of what is encoded and, when asked, of the growing builder as it is now.
Result<> Index::publish(bool with_growing) {
    auto view = std::make_shared<IndexView>();
    view->name = name_;
    view->uuid = manifest_.uuid;
    view->created_ms = manifest_.created_ms;
    view->settings_json = manifest_.settings_json;
    view->segments = static_cast<std::uint32_t>(manifest_.segments.size());
    if (shown_mapping_ == nullptr)
        shown_mapping_ = std::make_shared<const Mapping>(manifest_.mapping);
    view->mapping = shown_mapping_;
    for (const SegmentEntry& segment : manifest_.segments)
        view->size_bytes += segment.size_bytes;
    for (const auto& slot : slots_) {
        std::shared_ptr<const RowGroup> group = slot->group;
        if (group == nullptr) {
            if (!with_growing || slot->builder->rows() == 0) continue;
            auto bytes = std::make_shared<const std::string>(slot->builder->encode());
            group = TRY(open_group({bytes, *bytes, "the tail of " + name_, 0}, salt_, node_.cache));
        }
        if (slot->segment == 0) view->size_bytes += group->size_bytes();
        view->groups.push_back({group, deletes_of(*slot)});
        view->documents += group->rows() - slot->deleted_rows;
        view->deleted += slot->deleted_rows;
    }
    view_ = std::move(view);
    return {};
}

Result<> Index::refresh() {
    const std::lock_guard<std::mutex> once(refreshing_);
    {
        const Lock lock(mutex_);
        if (!dirty_ && view_ != nullptr) return {};
        if (!slots_.empty() && slots_.back()->builder != nullptr &&
            slots_.back()->builder->rows() >= freeze_at_refresh_rows) {
            slots_.back()->frozen = true;
        }
    }
    // Builders may be frozen by writers meanwhile: go on until only the growing one is left.
    while (TRY(encode_frozen())) {
    }
    const Lock lock(mutex_);
    const bool full = std::ranges::any_of(
        slots_, [](const auto& slot) { return slot->frozen && slot->builder != nullptr; });
    TRY(publish(true));
    dirty_ = full;
    refreshed_ns_ = node_.options->clock->steady_ns();
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
    TRY(refresh());
    const Lock lock(mutex_);
    return view_;
}

}  // namespace elkhorn::store
