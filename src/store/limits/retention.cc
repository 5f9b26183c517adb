#include "store/limits/retention.h"

#include "base/units.h"
#include "base/wildcard.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace elkhorn::store {
namespace {

constexpr std::size_t no_rule = std::numeric_limits<std::size_t>::max();

/// In the largest unit that fits: "30d", "90s".
std::string duration_text(std::int64_t ms) {
    for (const auto& [unit, size] : {std::pair("d", 86'400'000), {"h", 3'600'000}, {"m", 60'000}}) {
        if (ms >= size && ms % size == 0) return fmt::format("{}{}", ms / size, unit);
    }
    return fmt::format("{}s", ms / 1000);
}

/// One index while it is decided.
struct Part {
    std::size_t rule = no_rule;
    bool newest = false;  // of its rule
    std::vector<std::optional<DropReason>> gone;
    std::size_t left = 0;
    std::optional<DropReason> last;  // why the last of its groups went
    bool expired = false;            // nothing in it is within its age
    bool tail_expired = false;
};

/// A row group on its way out, oldest first.
struct Candidate {
    std::int64_t newest_ms = 0;
    std::size_t index = 0;
    std::size_t group = 0;
};

class Decision {
public:
    Decision(std::span<const RetentionRule> rules, std::span<const RetainedIndex> indices,
             const RetentionMoment& moment)
        : rules_(rules), indices_(indices), moment_(moment), parts_(indices.size()) {
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            parts_[i].gone.resize(indices_[i].groups.size());
            parts_[i].left = indices_[i].groups.size();
            const auto fits = [&](const RetentionRule& rule) {
                return matches_star(rule.pattern, indices_[i].name);
            };
            const auto rule = std::ranges::find_if(rules_, fits);
            if (rule != rules_.end())
                parts_[i].rule = static_cast<std::size_t>(rule - rules_.begin());
        }
        for (std::size_t rule = 0; rule < rules_.size(); ++rule)
            mark_newest(rule);
        mark_newest(no_rule);
    }

    std::vector<Drop> drops() {
        for (std::size_t i = 0; i < indices_.size(); ++i)
            apply_age(i);
        for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
            apply_limit(rule, rules_[rule].max_bytes, DropReason::bytes);
            apply_limit(rule, rules_[rule].max_rows, DropReason::rows);
        }
        free_disk();
        for (std::size_t i = 0; i < indices_.size(); ++i)
            put_off(i);
        std::vector<Drop> drops;
        for (std::size_t i = 0; i < indices_.size(); ++i)
            append(i, drops);
        return drops;
    }

private:
    /// The one that was made last: it is written to, so it stays even when nothing is in it.
    void mark_newest(std::size_t rule) {
        std::optional<std::size_t> newest;
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            if (parts_[i].rule != rule) continue;
            if (!newest || age_key(*newest) < age_key(i)) newest = i;
        }
        if (newest) parts_[*newest].newest = true;
    }

    std::pair<std::int64_t, std::string_view> age_key(std::size_t index) const {
        return {indices_[index].created_ms, indices_[index].name};
    }

    bool past(std::int64_t time_ms, std::int64_t max_age_ms) const {
        return moment_.now_ms > std::numeric_limits<std::int64_t>::min() + max_age_ms &&
               time_ms < moment_.now_ms - max_age_ms;
    }

    /// Rows without a time are as old as their index; but in the newest index they may have come a
    /// moment ago.
    bool past(std::size_t index, std::optional<std::int64_t> newest_ms,
              std::int64_t max_age_ms) const {
        if (newest_ms) return past(*newest_ms, max_age_ms);
        return !parts_[index].newest && past(indices_[index].created_ms, max_age_ms);
    }

    void apply_age(std::size_t i) {
        Part& part = parts_[i];
        const RetainedIndex& index = indices_[i];
        if (part.rule == no_rule || !rules_[part.rule].max_age_ms) return;
        const std::int64_t max_age_ms = *rules_[part.rule].max_age_ms;
        for (std::size_t g = 0; g < index.groups.size(); ++g) {
            if (past(i, index.groups[g].newest_ms, max_age_ms)) drop(i, g, DropReason::age);
        }
        part.tail_expired = index.tail.rows > 0 && past(i, index.tail.newest_ms, max_age_ms);
        const bool empty = index.groups.empty() && index.tail.rows == 0;
        part.expired = part.left == 0 && (index.tail.rows == 0 || part.tail_expired) &&
                       (!empty || past(index.created_ms, max_age_ms));
    }

    void drop(std::size_t index, std::size_t group, DropReason reason) {
        Part& part = parts_[index];
        part.gone[group] = reason;
        --part.left;
        part.last = reason;
    }

    /// Those of the rule that are still there, oldest first.
    template <typename Wanted>
    std::vector<Candidate> candidates(Wanted&& wanted) const {
        std::vector<Candidate> found;
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            if (!wanted(i)) continue;
            for (std::size_t g = 0; g < indices_[i].groups.size(); ++g) {
                if (parts_[i].gone[g]) continue;
                found.push_back(
                    {indices_[i].groups[g].newest_ms.value_or(indices_[i].created_ms), i, g});
            }
        }
        std::ranges::sort(found, {}, [this](const Candidate& each) {
            return std::tuple(each.newest_ms, age_key(each.index),
                              indices_[each.index].groups[each.group].first_seq_no);
        });
        return found;
    }

    void apply_limit(std::size_t rule, std::optional<std::uint64_t> limit, DropReason reason) {
        if (!limit) return;
        const auto amount = [reason](const auto& rows) {
            return reason == DropReason::bytes ? rows.size_bytes : rows.rows;
        };
        const auto found = candidates([&](std::size_t i) { return parts_[i].rule == rule; });
        std::uint64_t total = 0;
        for (const Candidate& each : found)
            total += amount(indices_[each.index].groups[each.group]);
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            if (parts_[i].rule == rule) total += amount(indices_[i].tail);
        }
        for (const Candidate& each : found) {
            if (total <= *limit) return;
            total -= amount(indices_[each.index].groups[each.group]);
            drop(each.index, each.group, reason);
        }
    }

    /// Whose data may go to make room on the disk: of what no rule speaks of and is nobody's
    /// internals, and of rules that limit something. Of an index that is written to, the last row
    /// group stays: were it to go, the disk is full of something else.
    void free_disk() {
        std::uint64_t wanted = moment_.bytes_wanted;
        for (std::size_t i = 0; i < parts_.size(); ++i)
            wanted -= std::min(wanted, bytes_gone(i));
        if (wanted == 0) return;
        const auto may_go = [this](std::size_t i) {
            if (parts_[i].rule == no_rule) return !indices_[i].name.starts_with('.');
            return rules_[parts_[i].rule].limits_something();
        };
        for (const Candidate& each : candidates(may_go)) {
            if (wanted == 0) return;
            if (parts_[each.index].newest && parts_[each.index].left == 1) continue;
            wanted -= std::min(wanted, indices_[each.index].groups[each.group].size_bytes);
            drop(each.index, each.group, DropReason::free_disk);
        }
    }

    /// Leaves segments alone of which little goes, unless the disk is short of room: to write the
    /// rest anew each minute would wear it out.
    void put_off(std::size_t i) {
        struct Segment {
            std::uint64_t bytes = 0;
            std::uint64_t gone = 0;
        };

        if (moment_.bytes_wanted > 0) return;
        Part& part = parts_[i];
        const auto& groups = indices_[i].groups;
        std::map<std::uint64_t, Segment> segments;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            Segment& segment = segments[groups[g].segment];
            segment.bytes += groups[g].size_bytes;
            if (part.gone[g]) segment.gone += groups[g].size_bytes;
        }
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const Segment& segment = segments[groups[g].segment];
            if (!part.gone[g] || segment.gone >= segment.bytes / 4) continue;
            part.gone[g].reset();
            ++part.left;
        }
    }

    std::uint64_t bytes_gone(std::size_t index) const {
        std::uint64_t bytes = 0;
        for (std::size_t g = 0; g < parts_[index].gone.size(); ++g) {
            if (parts_[index].gone[g]) bytes += indices_[index].groups[g].size_bytes;
        }
        return bytes;
    }

    void append(std::size_t i, std::vector<Drop>& drops) const {
        const Part& part = parts_[i];
        const RetainedIndex& index = indices_[i];
        const bool emptied = part.left == 0 && part.last && index.tail.rows == 0;
        if (!part.newest && (part.expired || emptied)) {
            Drop whole = make(i, part.last.value_or(DropReason::age));
            whole.whole = true;
            whole.rows = index.tail.rows;
            whole.size_bytes = index.tail.size_bytes;
            for (const RetainedGroup& group : index.groups) {
                whole.rows += group.rows;
                whole.size_bytes += group.size_bytes;
            }
            drops.push_back(std::move(whole));
            return;
        }
        using enum DropReason;
        for (const DropReason reason : {age, bytes, rows, free_disk}) {
            Drop some = make(i, reason);
            some.flush = reason == age && part.tail_expired;
            for (std::size_t g = 0; g < index.groups.size(); ++g) {
                if (part.gone[g] != reason) continue;
                some.first_seq_nos.push_back(index.groups[g].first_seq_no);
                some.rows += index.groups[g].rows;
                some.size_bytes += index.groups[g].size_bytes;
            }
            if (some.flush || !some.first_seq_nos.empty()) drops.push_back(std::move(some));
        }
    }

    Drop make(std::size_t index, DropReason reason) const {
        Drop drop;
        drop.index = index;
        drop.reason = reason;
        if (reason != DropReason::free_disk) drop.rule = parts_[index].rule;
        return drop;
    }

    std::span<const RetentionRule> rules_;    // the caller's, like all here
    std::span<const RetainedIndex> indices_;  // as long as this object
    const RetentionMoment& moment_;
    std::vector<Part> parts_;
};

}  // namespace

std::string_view name_of(DropReason reason) {
    switch (reason) {
        case DropReason::age: return "max_age";
        case DropReason::bytes: return "max_bytes";
        case DropReason::rows: return "max_rows";
        case DropReason::free_disk: return "retention.free_disk";
    }
    return "";
}

std::vector<Drop> decide_drops(std::span<const RetentionRule> rules,
                               std::span<const RetainedIndex> indices,
                               const RetentionMoment& moment) {
    return Decision(rules, indices, moment).drops();
}

std::string describe(const RetentionRule& rule, DropReason reason) {
    std::string limit;
    if (reason == DropReason::age && rule.max_age_ms) limit = " " + duration_text(*rule.max_age_ms);
    if (reason == DropReason::bytes && rule.max_bytes)
        limit = " " + format_bytes(static_cast<std::int64_t>(*rule.max_bytes));
    if (reason == DropReason::rows && rule.max_rows) limit = fmt::format(" {}", *rule.max_rows);
    return fmt::format("{} {}{}", rule.pattern, name_of(reason), limit);
}

}  // namespace elkhorn::store
