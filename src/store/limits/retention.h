// store/limits/retention.h -- what is too old, too much or too many: rules by index pattern, and
// the pure function that says what of the indices must go. It reads no clock, no disk and no lock.
//
//   rules: logs-* max_age 30d      the first rule whose pattern fits an index is its rule; a rule
//          audit-*                 without limits keeps its indices whatever happens
//
// Within a rule the oldest row groups go first, by their newest `@timestamp`; those of an index
// without one are as old as the index. An index goes as a whole once nothing is left of it and it
// is not the newest of its rule: that one is written to. Bytes and rows are those of all indices
// of the rule together. A segment file is written anew once a quarter of it goes, or the disk is
// short of room: until then some of it stays beyond its limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct RetentionRule {
    std::string pattern;  // of index names, with *
    std::optional<std::int64_t> max_age_ms;
    std::optional<std::uint64_t> max_bytes;
    std::optional<std::uint64_t> max_rows;

    bool limits_something() const { return max_age_ms || max_bytes || max_rows; }
};

struct RetentionOptions {
    std::vector<RetentionRule> rules;
    /// The oldest data goes while less is free on the disk; 0: never.
    std::uint64_t free_disk_bytes = 0;
    std::int64_t interval_ms = 60'000;
};

struct RetainedGroup {
    std::int64_t first_seq_no = 0;
    std::uint64_t rows = 0;
    std::uint64_t size_bytes = 0;
    std::optional<std::int64_t> newest_ms;  // of `@timestamp`
    std::uint64_t segment = 0;              // the file it is in
};

/// What is not in segments yet; nothing of it is dropped but with its index.
struct RetainedTail {
    std::uint64_t rows = 0;
    std::uint64_t size_bytes = 0;
    std::optional<std::int64_t> newest_ms;
    std::int64_t next_seq_no = 0;  // that the next change will get
};

struct RetainedIndex {
    std::string name;
    std::int64_t created_ms = 0;
    std::vector<RetainedGroup> groups;
    RetainedTail tail;
};

struct RetentionMoment {
    std::int64_t now_ms = 0;         // by which ages are counted (retention_clock.h)
    std::uint64_t bytes_wanted = 0;  // on the disk, beyond those that are free
};

enum class DropReason : std::uint8_t { age, bytes, rows, free_disk };

std::string_view name_of(DropReason reason);

/// One index's part of what must go.
struct Drop {
    std::size_t index = 0;  // among those given
    DropReason reason = DropReason::age;
    std::optional<std::size_t> rule;          // that says so; nothing: the disk
    bool whole = false;                       // the index itself goes, with all it has
    bool flush = false;                       // its tail is past its age: into segments with it
    std::vector<std::int64_t> first_seq_nos;  // of the row groups, where it is not `whole`
    std::uint64_t rows = 0;
    std::uint64_t size_bytes = 0;
};

/// In the order of the indices; several of one index where it has several reasons.
std::vector<Drop> decide_drops(std::span<const RetentionRule> rules,
                               std::span<const RetainedIndex> indices,
                               const RetentionMoment& moment);

/// For logs: "logs-* max_age 30d".
std::string describe(const RetentionRule& rule, DropReason reason);

}  // namespace elkhorn::store
