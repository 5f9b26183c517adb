// crash/trail.h -- an index that only grows at its end, and of which retention takes the oldest:
// what must be true of it after a crash.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace elkhorn::crash {

class Trail {
public:
    static constexpr std::uint64_t rows = 100;     // that retention may leave
    static constexpr std::uint64_t in_group = 45;  // at most; a row group goes as a whole

    void try_one(const std::string& id) { tried_.insert(id); }

    void acknowledge(const std::string& id) { acknowledged_.push_back(id); }

    bool must_be_there() const { return !acknowledged_.empty(); }

    /// Retention takes from the oldest on, never so much that less is left than it may leave, and
    /// what it took does not come back. Empty, or what is wrong. `found` are ids by sequence number.
    std::string check(const std::map<std::int64_t, std::string>& found) {
        std::set<std::string> ids;
        for (const auto& [seq_no, id] : found) {
            ids.insert(id);
            if (gone_.contains(id)) return id + " came back";
            if (!tried_.contains(id)) return "nobody wrote " + id;
        }
        std::size_t first = 0;
        while (first < acknowledged_.size() && !ids.contains(acknowledged_[first]))
            gone_.insert(acknowledged_[first++]);
        for (std::size_t i = first; i < acknowledged_.size(); ++i) {
            if (!ids.contains(acknowledged_[i])) return "a hole at " + acknowledged_[i];
        }
        const std::size_t left = acknowledged_.size() - first;
        if (first > 0 && left < rows - in_group) return fmt::format("the trail has {} rows", left);
        acknowledged_.clear();  // what a crash has decided stays so
        for (const auto& [seq_no, id] : found)
            acknowledged_.push_back(id);
        return {};
    }

private:
    std::vector<std::string> acknowledged_;  // in the order they were written
    std::set<std::string> tried_;
    std::set<std::string> gone_;  // dropped, as a restart has shown
};

}  // namespace elkhorn::crash
