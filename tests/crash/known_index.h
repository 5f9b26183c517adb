// crash/known_index.h -- what somebody knows of an index who has heard all its answers, and what
// must therefore be found in it after a crash: each document as it was acknowledged last, or as
// something tried after it without an answer would have left it.
//
// A delete of the whole index that was answered with an error leaves two possibilities and no
// third: all that was there is there, or none of it is.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace elkhorn::crash {

/// A document as somebody was told it is.
struct State {
    std::string source;  // empty: there is none
    std::int64_t version = 0;
    std::int64_t seq_no = -1;

    bool there() const { return !source.empty(); }

    bool operator==(const State&) const = default;
};

struct Expected {
    State acknowledged;
    std::set<std::string> tried;  // sources; empty: a delete
    bool unsure = false;          // an answer was an error, so memory may be ahead of it
    bool may_be_gone = false;     // with its index
};

struct KnownIndex {
    std::map<std::string, Expected> documents;
    std::int64_t newest_seq_no = -1;  // of those acknowledged
    bool there = false;
    bool unsure = false;  // it was made or deleted without an answer
    std::set<std::string> fields;
    std::set<std::string> of_one_fate;  // documents there when a delete of the index failed
    bool may_be_another = false;        // and its numbers may begin anew since

    /// Somebody asked for something that may have changed this document.
    void tried(const std::string& id, const std::string& source) {
        documents[id].tried.insert(source);
        of_one_fate.erase(id);
    }

    /// Empty, or what is wrong.
    std::string acknowledge(const std::string& id, const State& state, std::int64_t seq_no) {
        const bool again = seq_no <= newest_seq_no && !may_be_another;
        newest_seq_no = seq_no;
        may_be_another = unsure = false;
        there = true;
        documents[id] = {state, {}, false, false};
        return again ? "a sequence number was given twice" : "";
    }

    void delete_failed() {
        of_one_fate.clear();
        for (auto& [id, expected] : documents) {
            if (expected.acknowledged.there() && expected.tried.empty() && !expected.unsure)
                of_one_fate.insert(id);
            expected.unsure = expected.may_be_gone = true;
        }
        fields.clear();  // one made by a write since need not have them
        unsure = may_be_another = true;
    }

    /// Holds what a restart shows against it; what a crash has decided stays so. Empty, or what is
    /// wrong.
    std::string check(const std::map<std::string, State>& found) {
        std::string trouble = check_fate(found);
        for (auto& [id, expected] : documents) {
            const auto it = found.find(id);
            const State now = it == found.end() ? State{} : it->second;
            const State& before = expected.acknowledged;
            const bool same =
                now.source == before.source &&
                (!now.there() || (now.version == before.version && now.seq_no == before.seq_no));
            const bool gone = expected.may_be_gone && !now.there();
            if (!same && !gone && !expected.tried.contains(now.source)) {
                trouble = fmt::format("{} is [{}] at {}/{}, not [{}] at {}/{}", id, now.source,
                                      now.version, now.seq_no, before.source, before.version,
                                      before.seq_no);
            }
            newest_seq_no = std::max(newest_seq_no, now.seq_no);
            expected = {now, {}, false, false};
        }
        for (const auto& [id, state] : found) {
            if (!documents.contains(id)) trouble = "nobody wrote " + id;
        }
        there = true;
        unsure = false;
        return trouble;
    }

private:
    std::string check_fate(const std::map<std::string, State>& found) {
        std::size_t left = 0;
        for (const std::string& id : of_one_fate)
            left += found.contains(id);
        const std::size_t were = of_one_fate.size();
        of_one_fate.clear();
        if (left == 0 || left == were) return {};
        return fmt::format("its delete failed, and then it has {} of {} documents", left, were);
    }
};

}  // namespace elkhorn::crash
