// tests/crash/simulation.cc -- seeded histories of the store on a disk that crashes, tears, fails
// and fills up: documents are written, replaced where nobody else did, changed, deleted and made
// again; indices are made, mapped and deleted. After every crash each acknowledged document is
// there, once, with its newest source, version and sequence number; what was deleted stays deleted;
// no sequence number is given twice; each index is there or not, whole, with its fields.
//
//   crash_simulation [FIRST_SEED [COUNT]]
//   crash_simulation --neglect KIND [FIRST_SEED [COUNT]]
//
// The seeds of regressions.h come first. Exit 0: nothing was lost; how often each step was taken
// and each fault came to pass is printed. 1: the first losing seed is printed; put it in that list.
// A new kind of step is a method and a line of `History::steps`. A step that fails on a disk that
// has not failed is a loss, too.
//
// With --neglect the disk leaves out a kind of sync (`neglects`), as a store would that forgot it:
// exit 0 when the simulation notices, 1 when nothing was lost.

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "crash/known_index.h"
#include "crash/neglects.h"
#include "crash/regressions.h"
#include "crash/trail.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/node/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

namespace elkhorn::crash {
namespace {

/// Two, for what one flushes decides which of the other's entries leave the log.
constexpr std::array<std::string_view, 2> indices = {"logs", "other"};

/// One write of a batch, and what it needs until the batch is written.
struct Attempt {
    std::string_view index;
    std::string id;
    std::string source;
    event::Document document;
    store::Change change;
    store::Write write;
};

/// A snapshot of "logs", and what it holds.
struct Picture {
    std::string name;
    std::map<std::string, State> documents;
    bool acknowledged = false;
};

using Counts = std::map<std::string_view, std::uint64_t>;

class History {
public:
    History(std::uint64_t seed, const io::FakeDisk::Duties& duties) : random_(seed) {
        disk_.neglect(duties);
    }

    /// What has happened in it, added to these.
    void count(Counts& taken, Counts& faults) const {
        for (const auto& [name, n] : taken_)
            taken[name] += n;
        for (const auto& [name, n] : disk_.faults())
            faults[name] += n;
    }

    /// Empty when nothing was lost, else what was.
    std::string run() {
        for (int crash = 0; crash < 5 && trouble_.empty(); ++crash) {
            if (!open()) return trouble_;
            plan_fault();
            for (int i = 0; i < 80 && step(); ++i) {
            }
            if (!trouble_.empty()) break;
            store_.reset();
            disk_.fill_after(~std::uint64_t{0});
            disk_.crash(random_);
            while (random_.chance(0.3))
                crash_in_recovery();
            check();
        }
        return trouble_;
    }

private:
    struct Step {
        std::string_view name;
        double weight;            // of the sum of all
        bool (History::*take)();  // false: the history ends with a crash
    };

    static const std::vector<Step> steps;

    bool open() {
        names_ = std::make_unique<event::FieldNames>();
        flattener_ = std::make_shared<json::Flattener>(*names_);
        store::Options options;
        options.flatten = json::flatten_one(*names_);
        options.field_names = names_.get();
        options.clock = &clock_;
        options.random_seed = random_.next() | 1;
        options.group_rows = static_cast<std::uint32_t>(5 + random_.below(Trail::in_group - 5));
        options.groups_per_segment = 2;
        options.merge_segments = 3;
        options.log_file_bytes = 2000;
        options.log_frame_bytes = random_.chance(0.5) ? 150 : 1 << 20;
        options.tombstone_age_ms = 1000;
        options.tombstone_limit_bytes = 4000;
        options.retention.rules = {{"trail", std::nullopt, std::nullopt, Trail::rows}};
        options.snapshot_folders = {"/backups"};
        options.open_folder = [this](const std::string& path, bool) {
            return Result<std::unique_ptr<io::Folder>>(disk_.view(path.substr(1)));
        };
        options.background = false;
        auto opened = store::Store::open(disk_.view(), options);
        if (!opened) {
            trouble_ = "cannot open: " + opened.error().message;
            return false;
        }
        store_ = std::move(*opened);
        faults_before_ = faults();
        return true;
    }

    std::uint64_t faults() const {
        std::uint64_t sum = 0;
        for (const auto& [name, n] : disk_.faults())
            sum += n;
        return sum;
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

    /// False when the store refuses to go on, or something is wrong.
    bool step() {
        clock_.advance_ns(static_cast<std::int64_t>(random_.below(50'000'000)));
        double sum = 0;
        for (const Step& step : steps)
            sum += step.weight;
        double at = random_.unit() * sum;
        for (const Step& step : steps) {
            at -= step.weight;
            if (at >= 0) continue;
            ++taken_[step.name];
            return (this->*step.take)();
        }
        return true;
    }

    bool flush() {
        const auto flushed = store_->flush();
        return flushed || go_on(flushed.error());
    }

    bool merge() {
        store::ForceMerge request;
        request.most_segments = 1 + random_.below(4);
        request.only_expunge = random_.chance(0.3);
        const auto merged = store_->merge(any_index(), request);
        return merged || merged.error().code == ErrorCode::not_found || go_on(merged.error());
    }

    bool append_to_trail() {
        std::deque<Attempt> attempts;
        std::vector<store::Write> writes;
        flattener_->reset();
        const std::uint64_t size = 1 + random_.below(8);
        for (std::uint64_t i = 0; i < size; ++i) {
            Attempt& attempt = attempts.emplace_back();
            attempt.id = fmt::format("t{}", ++counter_);
            attempt.source = fmt::format(R"({{"v":{}}})", counter_);
            const std::string& source = attempt.source;
            if (!flattener_->flatten(source, source.size(), attempt.document))
                return wrong("cannot be flattened: " + source);
            writes.push_back(
                {"trail", store::Action::create, attempt.id, source, &attempt.document, {}});
            trail_.try_one(attempt.id);
        }
        const auto written = store_->write(writes);
        if (!written) return go_on(written.error());
        for (std::size_t i = 0; i < written->size(); ++i) {
            if ((*written)[i].error) trouble_ = (*written)[i].error->message;
            trail_.acknowledge(attempts[i].id);
        }
        return trouble_.empty();
    }

    bool keep_limits() {
        const auto kept = store_->keep_limits();
        return kept || go_on(kept.error());
    }

    bool snapshot() {
        store::Snapshots& snapshots = store_->snapshots();
        if (snapshots.repositories().empty()) {
            const auto put = snapshots.put_repository("r", {"fs", {{"location", "r"}}}, true);
            if (!put) return go_on(put.error());
        }
        if (!store_->exists("logs")) return true;
        Picture& picture = pictures_.emplace_back();
        picture.name = fmt::format("s{}", ++counter_);
        if (!read_all("logs", picture.documents)) return false;
        const auto made = snapshots.create("r", {picture.name, {"logs"}, true, ""});
        picture.acknowledged = made.has_value();
        return picture.acknowledged || go_on(made.error());
    }

    bool refresh() {
        const auto shown = store_->refresh(any_index());
        if (shown || shown.error().code == ErrorCode::not_found) return true;
        return wrong("cannot be refreshed: " + shown.error().message);
    }

    bool wrong(std::string trouble) {
        trouble_ = std::move(trouble);
        return false;
    }

    /// After an error: whoever runs the machine frees some room, or gives up.
    bool go_on(const Error& error) {
        if (faults() == faults_before_) return wrong("on a sound disk: " + error.message);
        if (random_.chance(0.5)) disk_.fill_after(random_.below(20'000));
        return random_.chance(0.7);
    }

    bool create_index() {
        const std::string_view name = any_index();
        KnownIndex& index = indices_[name];
        const std::string field = fmt::format("f{}", ++counter_);
        store::IndexSettings settings;
        settings.mapping.fields[field] = store::dynamic_field(store::FieldType::keyword);
        const auto made = store_->create_index(name, settings);
        if (!made && made.error().code != ErrorCode::conflict) {
            index.unsure = true;
            return go_on(made.error());
        }
        if (!index.unsure && static_cast<bool>(made) == index.there)
            trouble_ = fmt::format("{} was made while it was there, or not", name);
        if (made) index = {};
        if (made) index.fields.insert(field);
        index.there = true;
        index.unsure = index.unsure && !made;
        return trouble_.empty();
    }

    bool delete_index() {
        const std::string_view name = any_index();
        KnownIndex& index = indices_[name];
        const auto gone = store_->delete_index(name);
        if (!gone && gone.error().code != ErrorCode::not_found) {
            index.delete_failed();
            return go_on(gone.error());
        }
        if (!index.unsure && static_cast<bool>(gone) != index.there)
            trouble_ = fmt::format("{} was deleted while it was not there, or not", name);
        if (gone) index = {};
        return trouble_.empty();
    }

    bool put_mapping() {
        const std::string_view name = any_index();
        const std::string field = fmt::format("f{}", ++counter_);
        store::Mapping update;
        update.fields[field] = store::dynamic_field(store::FieldType::int64);
        const auto put = store_->put_mapping(name, update);
        if (put) indices_[name].fields.insert(field);
        return put || put.error().code == ErrorCode::not_found || go_on(put.error());
    }

    bool write_batch() {
        // A long one is more than a sector, and than a frame of the log.
        const std::size_t size = 1 + random_.below(random_.chance(0.1) ? 40 : 6);
        std::deque<Attempt> attempts;
        std::vector<store::Write> writes;
        flattener_->reset();
        for (std::size_t i = 0; i < size; ++i) {
            Attempt& attempt = attempts.emplace_back();
            attempt.index = any_index();
            attempt.id = "k" + std::to_string(random_.below(60));
            if (!prepare(attempt)) return false;
            writes.push_back(attempt.write);
            indices_[attempt.index].tried(attempt.id, attempt.source);
        }
        const auto written = store_->write(writes);
        if (!written) {
            for (const Attempt& attempt : attempts) {
                expected(attempt).unsure = true;
                indices_[attempt.index].unsure |= !indices_[attempt.index].there;
            }
            return go_on(written.error());
        }
        for (std::size_t i = 0; i < size; ++i)
            acknowledge(attempts[i], (*written)[i]);
        for (const Attempt& attempt : attempts) {
            // Its index was made for it, whatever became of the document; no answer says so.
            indices_[attempt.index].unsure |= !indices_[attempt.index].there;
        }
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
        // Some are more than a sector of the disk, however the log compresses them.
        std::string pad(random_.chance(0.1) ? random_.below(1000) : 0, ' ');
        for (char& c : pad)
            c = static_cast<char>('a' + random_.below(26));
        attempt.source =
            fmt::format(R"({{"v":{},"w":"word{} {}"}})", ++counter_, random_.below(9), pad);
        const std::string& source = attempt.source;
        if (!flattener_->flatten(source, source.size(), attempt.document))
            return wrong("cannot be flattened: " + source);
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
            if (!seen) return wrong("cannot get: " + seen.error().message);
            if (*seen) write.if_seq_no = (*seen)->seq_no;
        }
        return true;
    }

    /// Holds the answer against what was known before it.
    void acknowledge(const Attempt& attempt, const store::Written& written) {
        Expected& expected = this->expected(attempt);
        KnownIndex& index = indices_[attempt.index];
        if (written.error) expected.tried.erase(attempt.source);
        if (written.error && written.error->code != ErrorCode::conflict &&
            written.error->code != ErrorCode::not_found)
            return;  // the disk would not say what is there
        if (!expected.unsure && !index.unsure) check(attempt, written, expected.acknowledged);
        if (written.error) return;
        const State state{attempt.source, written.version,
                          attempt.source.empty() ? -1 : written.seq_no};
        const std::string wrong = index.acknowledge(attempt.id, state, written.seq_no);
        if (!wrong.empty()) trouble_ = wrong;
    }

    /// An answer where it is known what is there.
    void check(const Attempt& attempt, const store::Written& written, const State& before) {
        const store::Write& write = attempt.write;
        const bool compares = write.if_seq_no && before.seq_no != *write.if_seq_no;
        const bool missing = write.action == store::Action::update && !before.there();
        // A delete makes no index, so the very first one may find none.
        const bool nowhere = write.action == store::Action::remove && !indices_[write.index].there;
        const bool right = written.error ? compares || missing || nowhere : !compares && !missing;
        if (!right) {
            trouble_ = fmt::format("{} at {}/{}: {}", attempt.id, before.version, before.seq_no,
                                   written.error ? written.error->message : "taken");
        }
        if (written.error) return;
        if (before.there() && written.version != before.version + 1)
            trouble_ = "a version was left out: " + attempt.id;
        const bool created =
            written.effect == store::Effect::created || written.effect == store::Effect::missing;
        if (created == before.there()) trouble_ = "not what was there before: " + attempt.id;
    }

    /// Opens on a failing disk and loses power again.
    void crash_in_recovery() {
        disk_.fail_after(static_cast<int>(random_.below(30)));
        if (open() || disk_.failed()) trouble_.clear();
        store_.reset();
        disk_.crash(random_);
    }

    void check() {
        if (!trouble_.empty() || !open()) return;
        for (auto& [name, index] : indices_) {
            const bool exists = store_->exists(name);
            if (exists != index.there && !index.unsure)
                trouble_ = fmt::format("index {} {}", name, exists ? "is back" : "is lost");
            if (!exists) {
                index = {};
                continue;
            }
            std::map<std::string, State> found;
            if (!read_all(name, found) || !check_fields(name, index)) return;
            const std::string wrong = index.check(found);
            if (!wrong.empty()) trouble_ = fmt::format("{}: {}", name, wrong);
        }
        if (trouble_.empty()) check_trail();
        if (trouble_.empty()) check_picture();
    }

    void check_trail() {
        std::map<std::string, State> found;
        if (!store_->exists("trail")) {
            if (trail_.must_be_there()) trouble_ = "the trail is lost";
            return;
        }
        if (!read_all("trail", found)) return;
        std::map<std::int64_t, std::string> in_order;
        for (const auto& [id, state] : found)
            in_order[state.seq_no] = id;
        trouble_ = trail_.check(in_order);
    }

    /// One of the snapshots is as it was when it was made.
    void check_picture() {
        if (pictures_.empty()) return;
        const Picture& picture = pictures_[random_.below(pictures_.size())];
        store::Snapshots& snapshots = store_->snapshots();
        if (!snapshots.find("r", picture.name)) {
            if (picture.acknowledged) trouble_ = "the snapshot is lost: " + picture.name;
            return;
        }
        const store::RestoreIndex wanted{"logs", "copy", ""};
        const auto restored = snapshots.restore("r", picture.name, std::span(&wanted, 1));
        if (!restored) {
            if (picture.acknowledged) trouble_ = "cannot restore: " + restored.error().message;
            return;
        }
        std::map<std::string, State> found;
        if (!read_all("copy", found)) return;
        if (found != picture.documents) trouble_ = "not what was taken: " + picture.name;
        if (!store_->delete_index("copy")) trouble_ = "the copy cannot be deleted";
    }

    bool check_fields(std::string_view name, const KnownIndex& index) {
        const auto view = store_->view(name);
        if (!view) return wrong(fmt::format("cannot view {}: {}", name, view.error().message));
        for (const std::string& field : index.fields) {
            if ((*view)->mapping->find(field) == nullptr)
                trouble_ = fmt::format("{} has lost its field {}", name, field);
        }
        return trouble_.empty();
    }

    /// Reading asks nothing of the disk that it may refuse: what cannot be read is lost.
    bool read_all(std::string_view index, std::map<std::string, State>& found) {
        if (const auto shown = store_->refresh(index); !shown)
            return wrong(fmt::format("cannot refresh {}: {}", index, shown.error().message));
        const auto view = store_->view(index);
        if (!view) return wrong(fmt::format("cannot view {}: {}", index, view.error().message));
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
    std::uint64_t faults_before_ = 0;  // that came to pass before this store was opened
    std::map<std::string_view, KnownIndex> indices_;
    Trail trail_;
    std::vector<Picture> pictures_;
    std::uint64_t counter_ = 0;
    Counts taken_;
    std::string trouble_;
};

const std::vector<History::Step> History::steps = {
    {"write", 82, &History::write_batch},
    {"flush", 8, &History::flush},
    {"refresh", 5, &History::refresh},
    {"put_mapping", 2, &History::put_mapping},
    {"create_index", 1, &History::create_index},
    {"delete_index", 2, &History::delete_index},
    {"merge", 4, &History::merge},
    {"append_to_trail", 8, &History::append_to_trail},
    {"keep_limits", 3, &History::keep_limits},
    {"snapshot", 1, &History::snapshot},
};

std::string listed(const Counts& counts) {
    std::string out;
    for (const auto& [name, n] : counts)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, name);
    return out;
}

/// False, and told, when something was lost.
bool run(std::uint64_t seed, const io::FakeDisk::Duties& duties, Counts& taken, Counts& faults) {
    History history(seed, duties);
    const std::string trouble = history.run();
    history.count(taken, faults);
    if (!trouble.empty()) fmt::print("seed {}: {}\n", seed, trouble);
    return trouble.empty();
}

struct Seeds {
    std::uint64_t first = 1;
    std::uint64_t count = 500;
};

Seeds seeds_of(std::span<char*> arguments) {
    Seeds seeds;
    if (!arguments.empty())
        seeds.first = static_cast<std::uint64_t>(to_integer(arguments[0]).value_or(1));
    if (arguments.size() > 1)
        seeds.count = static_cast<std::uint64_t>(to_integer(arguments[1]).value_or(500));
    return seeds;
}

int run_sound(const Seeds& seeds) {
    Counts taken;
    Counts faults;
    for (const auto& [seed, found] : regressions) {
        if (!run(seed, {}, taken, faults)) return 1;
    }
    for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
        if (!run(seed, {}, taken, faults)) return 1;
    }
    fmt::print("{} histories from seed {}, and {} regressions: nothing lost\n", seeds.count,
               seeds.first, regressions.size());
    fmt::print("steps: {}\nfaults: {}\n", listed(taken), listed(faults));
    return seeds.count > 0 ? 0 : 1;
}

/// The simulation must notice. It has as many tries as it is given seeds.
int run_neglecting(std::string_view kind, const Seeds& seeds) {
    const auto* const neglect = std::ranges::find(neglects, kind, &Neglect::name);
    if (neglect == neglects.end()) {
        fmt::print("crash_simulation: no such kind of neglect: {}\n", kind);
        return 2;
    }
    Counts taken;
    Counts faults;
    for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
        if (run(seed, neglect->duties, taken, faults)) continue;
        fmt::print("{} not synced: noticed after {} histories\n", kind, seed - seeds.first + 1);
        return 0;
    }
    fmt::print("{} not synced, and nothing was lost in {} histories: the simulation is blind\n",
               kind, seeds.count);
    return 1;
}

}  // namespace
}  // namespace elkhorn::crash

int main(int argc, char** argv) {
    using namespace elkhorn;
    log::configure(log::Level::off, log::Format::text);
    const std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
    if (arguments.size() > 1 && std::string_view(arguments[0]) == "--neglect")
        return crash::run_neglecting(arguments[1], crash::seeds_of(arguments.subspan(2)));
    return crash::run_sound(crash::seeds_of(arguments));
}
