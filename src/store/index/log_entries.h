// store/index/log_entries.h -- what a call of `write` gives to the log. Only store/index/index.cc
// includes it.
#pragma once

#include "base/bytes.h"
#include "store/limits/memory_account.h"
#include "store/log/log_entry.h"
#include "store/log/write.h"
#include "store/log/write_log.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::store {

/// Documents and deletes as they happened, a new entry wherever the kind changes or one is full. An
/// entry's bytes stay where they are, for rows point into it.
class LogEntries {
public:
    LogEntries(WriteLog& log, std::uint64_t incarnation, std::span<const Write* const> writes)
        : log_(log), incarnation_(incarnation), room_(bytes_of_first(writes)) {}

    /// The entry that takes the next change, with room for a text and an id of that many bytes.
    const std::shared_ptr<std::string>& of(LogEntry kind, std::size_t size_bytes) {
        const std::size_t needed = size_bytes + around;
        if (kind_ != kind || entry_->capacity() - entry_->size() < needed) begin(kind, needed);
        has_deletes_ = has_deletes_ || kind == LogEntry::deletes;
        return entry_;
    }

    void append() {
        if (entry_ == nullptr) return;
        room_ = std::min(2 * entry_->size(), most_room);
        last_ = log_.append(std::exchange(entry_, nullptr));
        kind_.reset();
        if (first_ == 0) first_ = last_;
    }

    /// Memory of what an update made, for as long as the call has not counted it.
    void hold(MemoryAccount::Charge charge) { held_.push_back(std::move(charge)); }

    Lsn first() const { return first_; }

    Lsn last() const { return last_; }

    bool has_deletes() const { return has_deletes_; }

private:
    static constexpr std::size_t around = 48;  // kind, numbers, lengths
    static constexpr std::size_t most_room = 1 << 20;

    /// What those at the front take that are of one kind. Of updates the size is not known yet.
    static std::size_t bytes_of_first(std::span<const Write* const> writes) {
        std::size_t bytes = around;
        for (const Write* write : writes) {
            const bool remove = write->action == Action::remove;
            if (remove != (writes.front()->action == Action::remove)) break;
            bytes += write->source.size() + write->id.size() + around;
        }
        return bytes;
    }

    void begin(LogEntry kind, std::size_t needed) {
        append();
        kind_ = kind;
        entry_ = std::make_shared<std::string>();
        entry_->reserve(std::max(room_, needed + around));
        entry_->push_back(static_cast<char>(kind));
        append_varint(*entry_, incarnation_);
    }

    WriteLog& log_;  // the node's
    std::uint64_t incarnation_;
    std::size_t room_;  // of the next entry, as far as that is known
    std::optional<LogEntry> kind_;
    std::shared_ptr<std::string> entry_;  // null without a kind
    Lsn first_ = 0;                       // 0: nothing was logged
    Lsn last_ = 0;
    bool has_deletes_ = false;
    std::vector<MemoryAccount::Charge> held_;
};

}  // namespace elkhorn::store
