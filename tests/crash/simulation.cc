// tests/crash/simulation.cc -- seeded histories of the store on a disk that crashes, tears, fails
// and
// fills up: after every crash each acknowledged document is there, once, as it was acknowledged.
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

#include <map>
#include <memory>
#include <set>
#include <string>

namespace elkhorn::crash {
namespace {

/// What may be found for an id: what was acknowledged last, or what was tried after it without an
/// answer.
struct Expected {
    std::string acknowledged;  // empty: never
    std::set<std::string> tried;
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
        options.log_file_bytes = 2000;
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

    /// False when the store refuses to go on.
    bool step() {
        clock_.advance_ns(static_cast<std::int64_t>(random_.below(50'000'000)));
        if (random_.chance(0.08)) {
            if (auto flushed = store_->flush(); !flushed && random_.chance(0.5)) return false;
            return true;
        }
        if (random_.chance(0.05)) return static_cast<bool>(store_->refresh("logs")) || true;
        return write_batch();
    }

    bool write_batch() {
        const std::size_t size = 1 + random_.below(6);
        std::vector<std::string> ids;
        std::vector<std::string> sources;
        std::vector<event::Document> documents(size);
        std::vector<store::Write> writes;
        for (std::size_t i = 0; i < size; ++i) {
            ids.push_back("k" + std::to_string(random_.below(60)));
            sources.push_back(
                fmt::format(R"({{"v":{},"w":"word{} more"}})", ++counter_, random_.below(9)));
        }
        flattener_->reset();
        for (std::size_t i = 0; i < size; ++i) {
            if (!flattener_->flatten(sources[i], sources[i].size(), documents[i])) return false;
            writes.push_back({"logs", store::Action::index, ids[i], sources[i], &documents[i], {}});
            expected_[ids[i]].tried.insert(sources[i]);
        }
        const auto written = store_->write(writes);
        if (!written) return false;
        for (std::size_t i = 0; i < size; ++i) {
            if ((*written)[i].error) continue;
            expected_[ids[i]] = {sources[i], {}};
        }
        return true;
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
        std::map<std::string, std::string> found;
        if (store_->exists("logs") && !read_all(found)) return;
        for (auto& [id, expected] : expected_) {
            const auto it = found.find(id);
            if (it == found.end()) {
                if (!expected.acknowledged.empty()) trouble_ = "lost " + id;
                continue;
            }
            const bool right =
                it->second == expected.acknowledged || expected.tried.contains(it->second);
            if (!right)
                trouble_ = fmt::format("{} is {}, not {}", id, it->second, expected.acknowledged);
            expected = {it->second, {}};  // what a crash has decided stays so
        }
        for (const auto& [id, source] : found) {
            if (!expected_.contains(id)) trouble_ = "nobody wrote " + id;
        }
    }

    bool read_all(std::map<std::string, std::string>& found) {
        if (!store_->refresh("logs")) return false;
        const auto view = store_->view("logs");
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
                if (!found.emplace(*id, *source).second) trouble_ = "twice: " + *id;
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
    std::map<std::string, Expected> expected_;
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
