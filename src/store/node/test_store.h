// store/node/test_store.h -- for tests: a store on a disk in memory that can be closed, crashed and
// opened again.
#pragma once

#include "base/log.h"
#include "base/random.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/node/hooked_folder.h"
#include "store/node/store.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::store {

using Documents = std::map<std::string, std::string>;  // source by _id

/// Every visible document; one that is there twice is a failure.
inline Documents documents_of(Store& store, std::string_view index) {
    Documents all;
    EXPECT_TRUE(store.refresh(index));
    const auto view = store.view(index);
    EXPECT_TRUE(view) << view.error().message;
    if (!view) return all;
    for (const GroupView& shown : (*view)->groups) {
        const auto sources = shown.group->sources();
        for (std::uint32_t row = 0; row < shown.group->rows(); ++row) {
            if (shown.deleted != nullptr && shown.deleted->test(row)) continue;
            const auto id = shown.group->id(row);
            const auto source = sources->at(row);
            EXPECT_TRUE(id && source);
            if (id && source) {
                EXPECT_TRUE(all.emplace(*id, *source).second) << "twice: " << *id;
            }
        }
    }
    EXPECT_EQ(all.size(), (*view)->documents);
    return all;
}

class TestStore {
public:
    /// `adjust` changes the options of every opening. Without threads unless it asks for them.
    explicit TestStore(std::function<void(Options&)> adjust = {}) : adjust_(std::move(adjust)) {
        open();
    }

    void open() {
        log::configure(log::Level::off, log::Format::text);  // failures are what these tests make
        store_.reset();
        names_ = std::make_unique<event::FieldNames>();
        flattener_ = std::make_shared<json::Flattener>(*names_);
        Options options;
        options.flatten = json::flatten_one(*names_);
        options.field_names = names_.get();
        options.clock = &clock_;
        options.random_seed = 7;
        options.group_rows = 100;
        options.tombstone_limit_bytes = 1 << 20;
        options.background = false;
        if (adjust_) adjust_(options);
        auto opened = Store::open(std::make_unique<HookedFolder>(disk_.view(), disk_hook), options);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
    }

    void crash(std::uint64_t seed) {
        Random random(seed);
        disk_.crash(random);
        open();
    }

    Written put(std::string_view index, std::string_view source, std::string_view id = "",
                Action action = Action::index) {
        event::Document document;
        flattener_->reset();
        EXPECT_TRUE(flattener_->flatten(source, source.size(), document));
        return write({index, action, id, source, &document, {}});
    }

    Written write(const Write& write) {
        auto written = store_->write(std::span(&write, 1));
        if (written) return (*written)[0];
        Written refused;
        refused.error = written.error();
        return refused;
    }

    Written remove(std::string_view index, std::string_view id,
                   std::optional<std::int64_t> if_seq_no = {}) {
        Write write;
        write.index = index;
        write.action = Action::remove;
        write.id = id;
        write.if_seq_no = if_seq_no;
        return this->write(write);
    }

    Documents contents(std::string_view index) { return documents_of(*store_, index); }

    Store& store() { return *store_; }

    /// Asked before each call on the disk.
    DiskHook disk_hook;

    io::FakeDisk& disk() { return disk_; }

    ManualClock& clock() { return clock_; }

    json::Flattener& flattener() { return *flattener_; }

private:
    std::function<void(Options&)> adjust_;
    io::FakeDisk disk_;
    ManualClock clock_{1'432'036'800'000'000'000};
    std::unique_ptr<event::FieldNames> names_;
    std::shared_ptr<json::Flattener> flattener_;
    std::unique_ptr<Store> store_;
};

}  // namespace elkhorn::store
