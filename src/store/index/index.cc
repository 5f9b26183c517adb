#include "store/index/index.h"

#include "base/bytes.h"
#include "base/log.h"
#include "store/group/group_reader.h"
#include "store/index/log_entries.h"
#include "store/log/log_entry.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace elkhorn::store {
namespace {

// A refresh that finds this many rows in the growing builder ends it: encoding it over and over
// would cost more than a row group that is not full.
constexpr std::uint32_t freeze_at_refresh_rows = 8192;
constexpr std::int64_t refresh_interval_ns = 1'000'000'000;

Error conflict(std::string_view id, const std::string& why) {
    return {ErrorCode::conflict, fmt::format("[{}]: version conflict, {}", id, why)};
}

/// Why compare-and-write refuses the document that is at `seq_no` (nothing: there is none).
std::optional<Error> sequence_conflict(const Write& write, std::optional<std::int64_t> seq_no) {
    if (!write.if_seq_no) return std::nullopt;
    if (seq_no == write.if_seq_no && write.if_primary_term == 1) return std::nullopt;
    const std::string required = fmt::format("required seqNo [{}], primary term [{}]. ",
                                             *write.if_seq_no, write.if_primary_term);
    return conflict(write.id,
                    seq_no ? fmt::format("{}current document has seqNo [{}] and primary term [1]",
                                         required, *seq_no)
                           : required + "but no document was found");
}

std::optional<Error> version_conflict(const Write& write, bool live,
                                      std::optional<std::int64_t> version) {
    if (write.action == Action::create && live) {
        return conflict(write.id, fmt::format("document already exists (current version [{}])",
                                              version.value_or(0)));
    }
    if (!write.external || !version) return std::nullopt;
    const std::int64_t given = write.external->number;
    if (*version < given || (write.external->or_equal && *version == given)) return std::nullopt;
    return conflict(write.id,
                    fmt::format("current version [{}] is higher {} the one provided [{}]", *version,
                                write.external->or_equal ? "than" : "or equal to", given));
}

std::int64_t next_version(const Write& write, std::optional<std::int64_t> version) {
    if (write.external) return write.external->number;
    return version.value_or(0) + (version == std::numeric_limits<std::int64_t>::max() ? 0 : 1);
}

}  // namespace

Index::Index(Node& node, Manifest manifest)
    : node_(node),
      name_(manifest.name),
      uuid_(manifest.uuid),
      settings_(manifest.settings_json),
      incarnation_(manifest.incarnation),
      created_ms_(manifest.created_ms),
      salt_(id_salt(manifest.id_origin())),
      manifest_(std::move(manifest)),
      router_(*node.options->field_names, node.options->fields_limit),
      next_seq_no_(manifest_.flushed_seq_no),
      tombstones_(node.tombstone_bytes, node.options->tombstone_age_ms,
                  node.options->tombstone_limit_bytes),
      refreshed_ns_(node.options->clock->steady_ns() - refresh_interval_ns) {}

Index::~Index() {
    node_.tail_bytes -= counted_bytes_;
    node_.frozen_builders -= counted_frozen_;
}

void Index::set_created_at(Lsn lsn) {
    const Lock lock(mutex_);
    meta_.add(lsn);
}

// -- finding a document ---------------------------------------------------------------------------

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

Result<Index::Known> Index::look_up(std::string_view id) {
    Known known;
    if (id.empty()) return known;
    known.place = TRY(locate(id));
    known.version = known.place ? std::optional(known.place->version)
                                : tombstones_.version(id, node_.options->clock->steady_ns());
    return known;
}

Result<Found> Index::read(const Place& place) {
    Found found;
    found.seq_no = place.seq_no;
    found.version = place.version;
    if (place.slot->builder != nullptr)
        found.source = place.slot->builder->source(place.row);
    else {
        const auto sources = place.slot->group->sources();  // its text lives as long as it does
        found.source = TRY(sources->at(place.row));
    }
    return found;
}

Result<std::optional<Found>> Index::get(std::string_view id) {
    const Lock lock(mutex_);
    const auto place = TRY(locate(id));
    if (!place) return std::nullopt;
    return TRY(read(*place));
}

// -- writing --------------------------------------------------------------------------------------

/// The slot that takes the next row; a new one begins with that row's sequence number.
Slot& Index::growing(std::int64_t seq_no) {
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
    may_merge_ = may_merge_ || slot.segment != 0;
    dirty_ = true;
}

void Index::add_row(const NewRow& row, const event::Document& document, std::string_view source) {
    GroupBuilder& builder = *growing(row.seq_no).builder;
    const std::uint32_t number = builder.add(row);
    if (router_.add(number, document, source, builder, manifest_.mapping)) shown_mapping_ = nullptr;
    dirty_ = true;
}

/// The error is this write's alone.
Result<> Index::write_one(const Write& write, Written& result, LogEntries& entries) {
    Known known = TRY(look_up(write.id));
    const auto seq_no = known.place ? std::optional(known.place->seq_no) : std::nullopt;
    const bool compares = write.action != Action::update || known.place;  // else there is no update
    if (auto error = sequence_conflict(write, seq_no); error && compares)
        return std::unexpected(*error);
    if (auto error = version_conflict(write, known.place.has_value(), known.version))
        return std::unexpected(*error);
    if (write.action == Action::remove) {
        remove_one(write, known, result, entries);
        return {};
    }
    if (write.action != Action::update)
        return add_one(write, {write.source, write.document}, known, result, entries);
    std::optional<Found> current;
    if (known.place) current = TRY(read(*known.place));
    const auto next = TRY((*write.change)(current ? &*current : nullptr));
    if (next) return add_one(write, *next, known, result, entries);
    ASSERT(current.has_value());
    result.id = write.id;
    result.seq_no = current->seq_no;
    result.version = current->version;
    result.effect = Effect::unchanged;
    return {};
}

/// What is not there is deleted all the same: its number and version order it among other writes.
void Index::remove_one(const Write& write, Known& known, Written& result, LogEntries& entries) {
    result.id = write.id;
    result.seq_no = next_seq_no_++;
    result.version = next_version(write, known.version);
    result.effect = known.place ? Effect::deleted : Effect::missing;
    if (known.place) mark_deleted(*known.place);
    tombstones_.remember(write.id, result.version, node_.options->clock->steady_ns());
    std::string& entry = *entries.of(LogEntry::deletes, write.id.size());
    append_varint(entry, static_cast<std::uint64_t>(result.seq_no));
    append_varint(entry, static_cast<std::uint64_t>(result.version));
    append_text(entry, write.id);
}

Result<> Index::add_one(const Write& write, const Changed& next, Known& known, Written& result,
                        LogEntries& entries) {
    TRY(router_.check(*next.document, manifest_.mapping, write.id));
    NewRow row;
    row.seq_no = next_seq_no_++;
    row.version = next_version(write, known.version);
    row.id = write.id;
    if (known.place) mark_deleted(*known.place);
    const auto& entry = entries.of(LogEntry::documents, write.id.size() + next.source.size());
    append_varint(*entry, static_cast<std::uint64_t>(row.seq_no));
    append_varint(*entry, static_cast<std::uint64_t>(row.version));
    append_text(*entry, row.id);
    append_text(*entry, next.source);
    row.source = std::string_view(*entry).substr(entry->size() - next.source.size());
    row.kept_by = entry;
    add_row(row, *next.document, next.source);
    if (!write.id.empty()) tombstones_.forget(write.id);
    result.id = write.id.empty() ? generated_id(salt_, row.seq_no) : std::string(write.id);
    result.seq_no = row.seq_no;
    result.version = row.version;
    result.effect = known.place ? Effect::updated : Effect::created;
    freeze_if_full();
    return {};
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
    std::int64_t frozen = 0;
    for (const std::shared_ptr<Slot>& slot : slots_) {
        if (slot->builder != nullptr)
            bytes += static_cast<std::int64_t>(slot->builder->memory_bytes());
        if (slot->builder != nullptr && slot->frozen) ++frozen;
        if (slot->bytes != nullptr) bytes += static_cast<std::int64_t>(slot->bytes->size());
    }
    node_.tail_bytes += bytes - counted_bytes_;
    counted_bytes_ = bytes;
    node_.frozen_builders += frozen - counted_frozen_;
    counted_frozen_ = frozen;
}

std::optional<Lsn> Index::write(std::span<const Write* const> writes,
                                std::span<Written* const> results) {
    const Lock lock(mutex_);
    if (retired_) return std::nullopt;
    LogEntries entries(*node_.log, incarnation_, writes);
    const std::size_t slots_before = slots_.empty() ? 0 : slots_.size() - 1;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (auto done = write_one(*writes[i], *results[i], entries); !done)
            results[i]->error = done.error();
    }
    entries.append();
    if (entries.has_deletes()) logged_deletes_.add(entries.first());
    for (std::size_t i = slots_before; i < slots_.size(); ++i) {
        if (slots_[i]->first_lsn == 0 && slots_[i]->segment == 0)
            slots_[i]->first_lsn = entries.first();
    }
    count_bytes();
    // "It is so already" is an acknowledgement too, of a write that may still wait for its sync.
    const bool unchanged = std::ranges::any_of(results, [](const Written* result) {
        return !result->error && result->effect == Effect::unchanged;
    });
    return unchanged ? node_.log->last_lsn() : entries.last();
}

Result<> Index::replay(Lsn lsn, const LoggedDocument& document, const event::Document& flat) {
    const Lock lock(mutex_);
    if (document.seq_no < next_seq_no_) return {};  // a segment has it
    if (!document.id.empty()) {
        if (auto old = TRY(locate(document.id))) mark_deleted(*old);
        tombstones_.forget(document.id);
    }
    next_seq_no_ = document.seq_no;
    NewRow row;
    row.seq_no = next_seq_no_++;
    row.version = document.version;
    row.id = document.id;
    row.source = document.source;
    add_row(row, flat, row.source);
    if (slots_.back()->first_lsn == 0) slots_.back()->first_lsn = lsn;
    freeze_if_full();
    if (slots_.back()->frozen) count_bytes();
    return {};
}

Result<> Index::replay(Lsn lsn, const LoggedDelete& logged) {
    const Lock lock(mutex_);
    if (logged.seq_no < next_seq_no_) return {};  // the deletes file has it
    if (auto old = TRY(locate(logged.id))) mark_deleted(*old);
    tombstones_.remember(logged.id, logged.version, node_.options->clock->steady_ns());
    next_seq_no_ = logged.seq_no + 1;
    logged_deletes_.add(lsn);
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
    meta_.add(lsn);
    return lsn;
}

void Index::replay_mapping(Lsn lsn, const Mapping& update) {
    const Lock lock(mutex_);
    if (!merge_mapping(manifest_.mapping, update)) {
        log::warn("a mapping update of the log was applied already", {{"index", name_}});
    }
    router_.reset();
    shown_mapping_ = nullptr;
    meta_.add(lsn);
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

std::optional<std::string> Index::warning() const {
    const Lock lock(mutex_);
    if (!router_.full()) return std::nullopt;
    return fmt::format(
        "index [{}]: it has {} fields, and further ones are kept in their documents but not "
        "searchable: are names of fields made of data? Map the object above them as `flattened`",
        name_, manifest_.mapping.fields.size());
}

void Index::forget_tombstones() {
    const Lock lock(mutex_);
    tombstones_.forget_old(node_.options->clock->steady_ns());
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
    while (true) {
        TRY(refresh());
        const Lock lock(mutex_);
        if (view_ != nullptr) return view_;  // a merge may have taken it away again
    }
}

}  // namespace elkhorn::store
