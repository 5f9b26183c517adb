// tests/crash/simulation.cc -- seeded histories of the store on a disk that crashes, tears, fails
// and fills up: documents are written, replaced where nobody else did, changed, deleted and made
// again. After every crash each acknowledged document is there, once, with its newest source,
// version and sequence number; what was deleted stays deleted; no sequence number is given twice.
//
//   crash_simulation [FIRST_SEED [COUNT]]      exit 0: none lost; 1: the first losing seed is
//   printed
//
// The same program built without the log's fdatasync must find a loss: tests/CMakeLists.txt runs
// both.

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace elkhorn::crash {
namespace {

/// A document as somebody was told it is.
struct State {
    std::string source;  // empty: there is none
    std::int64_t version = 0;
    std::int64_t seq_no = -1;

    bool there() const { return !source.empty(); }
};

/// What may be found for an id: what was acknowledged last, or what was tried after it without an
/// answer.
struct Expected {
    State acknowledged;
    std::set<std::string> tried;  // sources; empty: a delete
};

/// Two, for what one flushes decides which of the other's entries leave the log.
constexpr std::array<std::string_view, 2> indices = {"logs", "other"};

struct Index {
    std::map<std::string, Expected> documents;
    std::int64_t newest_seq_no = -1;  // of those acknowledged
};

/// One write of a batch, and what it needs until the batch is written.
struct Attempt {
    std::string_view index;
    std::string id;
    std::string source;
    event::Document document;
    store::Change change;
    store::Write write;
};

class History {
public:
    explicit History(std::uint64_t seed) : random_(seed) {}

    /// Empty when nothing was lost, else what was.
    std::string run() {
        for (int crash = 0; crash < 5 && trouble_.empty(); ++crash) {
            if (!open()) return trouble_;
            plan_fault();
            for (int i = 0; i < 80 && step(); ++i) {
            }
            store_.reset();
            disk_.fill_after(~std::uint64_t{0});
            disk_.crash(random_);
            if (random_.chance(0.3)) crash_in_recovery();
            check();
        }
        return trouble_;
    }

private:
    bool open() {
        names_ = std::make_unique<event::FieldNames>();
        flattener_ = std::make_shared<json::Flattener>(*names_);
        store::Options options;
        options.flatten = [f = flattener_](std::string_view source, event::Document& document) {
            f->reset();
            return f->flatten(source, source.size(), document);
        };
        options.field_names = names_.get();
        options.clock = &clock_;
        options.random_seed = random_.next() | 1;
        options.group_rows = static_cast<std::uint32_t>(5 + random_.below(40));
        options.groups_per_segment = 2;
        options.merge_segments = 3;
        options.log_file_bytes = 2000;
        options.tombstone_age_ms = 1000;
        options.tombstone_limit_bytes = 4000;
        options.background = false;
        auto opened = store::Store::open(disk_.view(), options);
        if (!opened) {
            trouble_ = "cannot open: " + opened.error().message;
            return false;
        }
        store_ = std::move(*opened);
        return true;
    }

    void plan_fault() {
        const double p = random_.unit();
        if (p < 0.5)
            disk_.fail_after(static_cast<int>(random_.below(200)));
        else if (p < 0.6)
            disk_.fill_after(random_.below(20'000));
    }

    std::string_view any_index() { return indices[random_.chance(0.3) ? 1 : 0]; }

    Expected& expected(const Attempt& attempt) {
        return indices_[attempt.index].documents[attempt.id];
    }

    /// False when the store refuses to go on.
    bool step() {
        clock_.advance_ns(static_cast<std::int64_t>(random_.below(50'000'000)));
        if (random_.chance(0.08)) {
            if (auto flushed = store_->flush(); !flushed && random_.chance(0.5)) return false;
            return true;
        }
        if (random_.chance(0.05)) return static_cast<bool>(store_->refresh(any_index())) || true;
        if (random_.chance(0.04)) return merge();
        return write_batch();
    }

    bool merge() {
        store::ForceMerge request;
        request.most_segments = 1 + random_.below(4);
        request.only_expunge = random_.chance(0.3);
        const auto merged = store_->merge(any_index(), request);
        return merged || merged.error().code == ErrorCode::not_found || random_.chance(0.5);
    }

    bool write_batch() {
        const std::size_t size = 1 + random_.below(6);
        std::deque<Attempt> attempts;
        std::vector<store::Write> writes;
        flattener_->reset();
        for (std::size_t i = 0; i < size; ++i) {
            Attempt& attempt = attempts.emplace_back();
            attempt.index = any_index();
            attempt.id = "k" + std::to_string(random_.below(60));
            if (!prepare(attempt)) return false;
            writes.push_back(attempt.write);
            expected(attempt).tried.insert(attempt.source);
        }
        const auto written = store_->write(writes);
        if (!written) return false;
        for (std::size_t i = 0; i < size; ++i)
            acknowledge(attempts[i], (*written)[i]);
        return trouble_.empty();
    }

    /// A delete, a document, one in the place of what a look has shown, or a change.
    bool prepare(Attempt& attempt) {
        store::Write& write = attempt.write;
        write.index = attempt.index;
        write.id = attempt.id;
        const double kind = random_.unit();
        if (kind < 0.25) {
            write.action = store::Action::remove;
            return true;
        }
        attempt.source =
            fmt::format(R"({{"v":{},"w":"word{} more"}})", ++counter_, random_.below(9));
        const std::string& source = attempt.source;
        if (!flattener_->flatten(source, source.size(), attempt.document)) return false;
        write.source = source;
        write.document = &attempt.document;
        if (kind < 0.4) {
            write.action = store::Action::update;
            attempt.change =
                [&attempt](const store::Found* current) -> Result<std::optional<store::Changed>> {
                if (current == nullptr) return fail(ErrorCode::not_found, "there is nothing");
                return store::Changed{attempt.source, &attempt.document};
            };
            write.change = &attempt.change;
        } else if (kind < 0.6 && store_->exists(attempt.index)) {
            const auto seen = store_->get(attempt.index, attempt.id);
            if (!seen) return false;
            if (*seen) write.if_seq_no = (*seen)->seq_no;
        }
        return true;
    }

    /// Holds the answer against what was known before it.
    void acknowledge(const Attempt& attempt, const store::Written& written) {
        Expected& expected = this->expected(attempt);
        std::int64_t& newest_seq_no = indices_[attempt.index].newest_seq_no;
        const State& before = expected.acknowledged;
        if (written.error) expected.tried.erase(attempt.source);
        if (written.error && written.error->code != ErrorCode::conflict &&
            written.error->code != ErrorCode::not_found)
            return;  // the disk would not say what is there
        const store::Write& write = attempt.write;
        const bool compares = write.if_seq_no && before.seq_no != *write.if_seq_no;
        const bool missing = write.action == store::Action::update && !before.there();
        // A delete makes no index, so the very first one may find none.
        const bool nowhere = write.action == store::Action::remove && newest_seq_no < 0;
        const bool right = written.error ? compares || missing || nowhere : !compares && !missing;
        if (!right) {
            trouble_ = fmt::format("{} at {}/{}: {}", attempt.id, before.version, before.seq_no,
                                   written.error ? written.error->message : "taken");
        }
        if (written.error) return;
        if (written.seq_no <= newest_seq_no) trouble_ = "a sequence number was given twice";
        newest_seq_no = written.seq_no;
        if (before.there() && written.version != before.version + 1)
            trouble_ = "a version was left out: " + attempt.id;
        const bool created =
            written.effect == store::Effect::created || written.effect == store::Effect::missing;
        if (created == before.there()) trouble_ = "not what was there before: " + attempt.id;
        expected = {{attempt.source, written.version, attempt.source.empty() ? -1 : written.seq_no},
                    {}};
    }

    /// Opens on a failing disk and loses power again.
    void crash_in_recovery() {
        disk_.fail_after(static_cast<int>(random_.below(30)));
        open();
        trouble_.clear();
        store_.reset();
        disk_.crash(random_);
    }

    void check() {
        if (!open()) return;
        for (auto& [name, index] : indices_) {
            std::map<std::string, State> found;
            if (store_->exists(name) && !read_all(name, found)) return;
            check(index, found);
        }
    }

    void check(Index& index, const std::map<std::string, State>& found) {
        for (auto& [id, expected] : index.documents) {
            const auto it = found.find(id);
            const State now = it == found.end() ? State{} : it->second;
            const State& before = expected.acknowledged;
            const bool same =
                now.source == before.source &&
                (!now.there() || (now.version == before.version && now.seq_no == before.seq_no));
            if (!same && !expected.tried.contains(now.source)) {
                trouble_ = fmt::format("{} is [{}] at {}/{}, not [{}] at {}/{}", id, now.source,
                                       now.version, now.seq_no, before.source, before.version,
                                       before.seq_no);
            }
            index.newest_seq_no = std::max(index.newest_seq_no, now.seq_no);
            expected = {now, {}};  // what a crash has decided stays so
        }
        for (const auto& [id, state] : found) {
            if (!index.documents.contains(id)) trouble_ = "nobody wrote " + id;
        }
    }

    bool read_all(std::string_view index, std::map<std::string, State>& found) {
        if (!store_->refresh(index)) return false;
        const auto view = store_->view(index);
        if (!view) return false;
        for (const store::GroupView& shown : (*view)->groups) {
            const auto sources = shown.group->sources();
            for (std::uint32_t row = 0; row < shown.group->rows(); ++row) {
                if (shown.deleted != nullptr && shown.deleted->test(row)) continue;
                const auto id = shown.group->id(row);
                const auto source = sources->at(row);
                if (!id || !source) {
                    trouble_ = "a row cannot be read";
                    return false;
                }
                const auto seq_no = shown.group->seq_no(row);
                const auto version = shown.group->version(row);
                if (!seq_no || !version) {
                    trouble_ = "a row's numbers cannot be read";
                    return false;
                }
                const State state{std::string(*source), *version, *seq_no};
                if (!found.emplace(*id, state).second) trouble_ = "twice: " + *id;
            }
        }
        return trouble_.empty();
    }

    Random random_;
    io::FakeDisk disk_;
    ManualClock clock_{1'700'000'000'000'000'000};
    std::unique_ptr<event::FieldNames> names_;
    std::shared_ptr<json::Flattener> flattener_;
    std::unique_ptr<store::Store> store_;
    std::map<std::string_view, Index> indices_;
    std::uint64_t counter_ = 0;
    std::string trouble_;
};

}  // namespace
}  // namespace elkhorn::crash

int main(int argc, char** argv) {
    using namespace elkhorn;
    log::configure(log::Level::off, log::Format::text);
    const auto first = argc > 1 ? to_integer(argv[1]).value_or(1) : 1;
    const auto count = argc > 2 ? to_integer(argv[2]).value_or(500) : 500;
    for (std::int64_t seed = first; seed < first + count; ++seed) {
        const std::string trouble = crash::History(static_cast<std::uint64_t>(seed)).run();
        if (trouble.empty()) continue;
        fmt::print("seed {}: {}\n", seed, trouble);
        return 1;
    }
    fmt::print("{} histories from seed {}: nothing lost\n", count, first);
    return 0;
}
