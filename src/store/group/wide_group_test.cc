// A row group of very many fields: reading one document touches the columns of that document, and
// no others; what is set up is held in the node's cache and let go with the group.

#include "store/group/group_builder.h"
#include "store/group/group_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::store {
namespace {

constexpr int fields = 10'000;
constexpr int fields_of_one = 10;

std::string source_of(int row) {
    std::string source = "{";
    for (int i = 0; i < fields_of_one; ++i) {
        const int field = row * fields_of_one + i;
        source += fmt::format("{}\"f{}\":\"v{}\"", i == 0 ? "" : ",", field, field);
    }
    return source + "}";
}

/// 1,000 documents of 10 fields each, and every one of other fields.
std::string wide_group() {
    GroupBuilder builder(0);
    for (int i = 0; i < fields / fields_of_one; ++i) {
        NewRow row;
        row.seq_no = i;
        const std::string id = fmt::format("id{}", i);
        row.id = id;
        const std::string source = source_of(i);
        row.source = source;
        const std::uint32_t number = builder.add(row);
        for (int j = 0; j < fields_of_one; ++j) {
            const int field = i * fields_of_one + j;
            builder.add_text(builder.column(fmt::format("f{}", field), ColumnKind::text), number,
                             fmt::format("v{}", field), "");
        }
    }
    return builder.encode();
}

class WideGroup : public testing::Test {
protected:
    std::shared_ptr<const RowGroup> open() {
        auto opened = open_group({bytes_, *bytes_, "a test", 0}, 7, cache_);
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? *opened : nullptr;
    }

    std::shared_ptr<const std::string> bytes_ = std::make_shared<const std::string>(wide_group());
    std::shared_ptr<Cache> cache_ = std::make_shared<Cache>(64 << 20);
};

TEST_F(WideGroup, ADocumentSetsUpItsOwnColumns) {
    const auto group = open();
    const std::uint32_t own = group->columns_set_up();  // _source, _seq_no, _version, _id
    EXPECT_LE(own, 4U);
    ASSERT_EQ(group->sources()->at(3).value_or(""), source_of(3));
    EXPECT_EQ(group->columns_set_up(), own + fields_of_one);
    ASSERT_EQ(group->sources()->at(3).value_or(""), source_of(3));
    EXPECT_EQ(group->columns_set_up(), own + fields_of_one);
    EXPECT_EQ(*group->find_id("id77"), 77U);
    EXPECT_EQ(group->columns_set_up(), own + fields_of_one);
}

TEST_F(WideGroup, EachFieldIsFoundAndNoOther) {
    const auto group = open();
    for (int i = 0; i < fields; i += 7) {
        const Column* column = group->find(fmt::format("f{}", i), ColumnKind::text);
        ASSERT_NE(column, nullptr) << i;
        EXPECT_EQ(column->path(), fmt::format("f{}", i));
        EXPECT_EQ(group->find(fmt::format("f{}", i), ColumnKind::integer), nullptr);
    }
    EXPECT_EQ(group->find("f", ColumnKind::text), nullptr);
    EXPECT_EQ(group->find("f10000", ColumnKind::text), nullptr);
    EXPECT_EQ(group->find("zz", ColumnKind::text), nullptr);
    const auto all = group->columns();
    EXPECT_EQ(all.size(), std::size_t{fields} + 4);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i]->number(), i);
        EXPECT_EQ(group->find(all[i]->path(), all[i]->kind()), all[i]);
    }
}

TEST_F(WideGroup, CheckingItsBytesSetsUpNothing) {
    const auto group = open();
    const std::uint32_t own = group->columns_set_up();
    ASSERT_TRUE(group->bytes());
    EXPECT_EQ(group->columns_set_up(), own);
}

TEST_F(WideGroup, WhatIsSetUpIsHeldInTheCacheUntilTheGroupGoes) {
    auto group = open();
    const std::uint64_t opened_bytes = cache_->size_bytes();
    EXPECT_GT(opened_bytes, std::uint64_t{fields} * 8);
    group->columns();
    EXPECT_GT(cache_->size_bytes(), opened_bytes + std::uint64_t{fields} * 100);
    const std::uint64_t before_filter = cache_->size_bytes();
    ASSERT_TRUE(group->find_id("id77"));
    EXPECT_GT(cache_->size_bytes(), before_filter + 2 * fields / fields_of_one);
    group.reset();
    EXPECT_EQ(cache_->size_bytes(), 0U);
}

TEST_F(WideGroup, FiltersOfIdsPastHalfOfTheCacheAreDroppedAgain) {
    cache_ = std::make_shared<Cache>(std::uint64_t{1000});
    const auto group = open();
    EXPECT_EQ(*group->find_id("id77"), 77U);
    EXPECT_EQ(*group->find_id("nobody"), std::nullopt);
}

}  // namespace
}  // namespace elkhorn::store
