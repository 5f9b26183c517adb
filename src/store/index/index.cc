#include "store/index/index.h"

#include "base/bytes.h"
#include "base/log.h"
#include "base/units.h"
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
    changed();
}

/// The next view will be another one.
void Index::changed() {
    dirty_ = true;
    ++changes_;
}

void Index::add_row(const NewRow& row, const event::Document& document, std::string_view source) {
    GroupBuilder& builder = *growing(row.seq_no).builder;
    const std::uint32_t number = builder.add(row);
    if (router_.add(number, document, source, builder, manifest_.mapping)) shown_mapping_ = nullptr;
    changed();
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
    return update_one(write, known, result, entries);
}

/// Room on its way to disk for a document of that size, which nobody could ask for before: of an
/// update the size is not known until it is made. Writers are not kept waiting for it.
Result<MemoryAccount::Charge> Index::room_for(std::uint64_t source_bytes) const {
    if (node_.memory == nullptr) return MemoryAccount::Charge();
    node_.memory->note(MemoryUse::tails,
                       static_cast<std::uint64_t>(std::max<std::int64_t>(0, node_.tail_bytes)));
    auto room = node_.memory->take(MemoryUse::tails, tail_bytes_of(source_bytes));
    if (room) return std::move(*room);
    const auto text = [](std::uint64_t bytes) {
        return format_bytes(static_cast<std::int64_t>(bytes));
    };
    return fail(
        ErrorCode::overloaded,
        fmt::format("the updated document has {}, and {} of documents wait to be written to "
                    "disk, which may take {}: try again, or raise `memory`",
                    text(source_bytes), text(node_.memory->used(MemoryUse::tails)),
                    text(node_.memory->limit(MemoryUse::tails))));
}

Result<> Index::update_one(const Write& write, Known& known, Written& result, LogEntries& entries) {
    std::optional<Found> current;
    if (known.place) current = TRY(read(*known.place));
    const auto copied = TRY(room_for(current ? current->source.size() : 0));
    const auto next = TRY((*write.change)(current ? &*current : nullptr));
    if (next && next->removes) {
        remove_one(write, known, result, entries);
        return {};
    }
    if (next) {
        entries.hold(TRY(room_for(next->source.size())));
        return add_one(write, *next, known, result, entries);
    }
    constexpr std::int64_t unassigned = -2;
    result.id = write.id;
    result.seq_no = current ? current->seq_no : unassigned;
    result.version = current ? current->version : -1;
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
    auto bytes = static_cast<std::int64_t>(router_.memory_bytes());
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
    changed();
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

}  // namespace elkhorn::store
