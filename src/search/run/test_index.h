// search/run/test_index.h -- for tests: an index on a disk in memory, filled with JSON and asked
// with JSON.
#pragma once

#include "base/log.h"
#include "io/fake_folder.h"
#include "io/workers.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "search/run/search.h"
#include "store/node/store.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {

class TestIndex {
public:
    explicit TestIndex(std::uint32_t group_rows = 4) {
        log::configure(log::Level::off, log::Format::text);
        store::Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.clock = &clock_;
        options.random_seed = 7;
        options.group_rows = group_rows;
        options.background = false;
        store_ = std::move(*store::Store::open(disk_.view(), options));
    }

    void make(std::string_view index,
              const std::vector<std::pair<std::string, store::FieldType>>& fields) {
        store::IndexSettings settings;
        for (const auto& [name, type] : fields)
            settings.mapping.fields[name] = store::dynamic_field(type);
        ASSERT_TRUE(store_->create_index(index, settings));
    }

    void put(std::string_view index, std::string_view id, std::string_view source) {
        event::Document document;
        flattener_.reset();
        ASSERT_TRUE(flattener_.flatten(source, source.size(), document));
        const store::Write write{index, store::Action::index, id, source, &document, {}};
        ASSERT_TRUE(store_->write(std::span(&write, 1)));
    }

    void remove(std::string_view index, std::string_view id) {
        const store::Write write{index, store::Action::remove, id, {}, nullptr, {}};
        ASSERT_TRUE(store_->write(std::span(&write, 1)));
    }

    RequestContext context(const std::vector<std::string>& indices = {"logs"}) {
        RequestContext context;
        context.clock = &clock_;
        context.now_ms = clock_.wall_ms();
        context.spawn = [this](std::function<void()> task) {
            helpers_.submit(std::move(task));
        };
        context.threads = 3;
        context.rows_worth_a_thread = 1;
        for (const std::string& index : indices) {
            EXPECT_TRUE(store_->refresh(index));
            context.indices.push_back(*store_->view(index));
        }
        return context;
    }

    Answer<Found> search(std::string_view body, const Parameters& parameters = {},
                         const std::vector<std::string>& indices = {"logs"}) {
        event::Arena arena;
        const auto value = parser_.parse(body, arena);
        EXPECT_TRUE(value) << body;
        const auto request = parse_request(*value, parameters);
        if (!request) return std::unexpected(request.error());
        return run(*request, context(indices), false);
    }

    /// The ids of the hits, parted by blanks; or the refusal.
    std::string ids(std::string_view body, const Parameters& parameters = {}) {
        const auto found = search(body, parameters);
        if (!found) return found.error().type + ": " + found.error().reason;
        std::string ids;
        for (const Hit& hit : found->hits)
            ids += (ids.empty() ? "" : " ") + hit.id;
        return ids;
    }

    /// The ids that a query matches, in the order of arrival.
    std::string matching(const std::string& query) {
        return ids(R"({"size":100,"sort":["_doc"],"query":)" + query + "}");
    }

    store::Store& store() { return *store_; }

private:
    io::FakeDisk disk_;
    ManualClock clock_{1'709'294'400'000'000'000};  // 2024-03-01T12:00:00Z
    event::FieldNames names_;
    json::Flattener flattener_{names_};
    json::Parser parser_;
    std::unique_ptr<store::Store> store_;
    io::Workers helpers_{"helpers", 2, 64};  // find rows beside the test's thread
};

}  // namespace elkhorn::search
