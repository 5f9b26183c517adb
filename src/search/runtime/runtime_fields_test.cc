// Fields that scripts make are found, sorted by and counted as ones that lie in columns: the same
// questions of a runtime field and of a field with the same values, over small row groups, deleted
// documents and several threads.

#include "base/random.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace elkhorn::search {
namespace {

constexpr int documents = 200;

// NAME is the field: "twin" lies in the documents, "made" is made of "n".
constexpr std::array questions = {
    R"("query":{"range":{"NAME":{"gte":6,"lt":14}}})",
    R"("query":{"term":{"NAME":8}})",
    R"("query":{"terms":{"NAME":[2,4,99]}})",
    R"("query":{"bool":{"must_not":{"exists":{"field":"NAME"}}}})",
    R"("query":{"bool":{"filter":[{"term":{"host":"h1"}},{"range":{"NAME":{"gt":4}}}]}})",
    R"("query":{"exists":{"field":"NAME"}},"sort":[{"NAME":"desc"},"id"])",
    R"("sort":[{"NAME":{"order":"asc","missing":"_first"}},"id"],"search_after":[6,50])",
    R"("size":0,"aggs":{"t":{"terms":{"field":"NAME"},"aggs":{"s":{"sum":{"field":"n"}}}}})",
    R"("size":0,"aggs":{"t":{"terms":{"field":"host"},"aggs":{"s":{"stats":{"field":"NAME"}}}}})",
    R"("size":0,"aggs":{"h":{"histogram":{"field":"NAME","interval":5}}})",
    R"("size":0,"aggs":{"m":{"missing":{"field":"NAME"}},"p":{"percentiles":{"field":"NAME"}}})",
    R"("size":0,"aggs":{"r":{"range":{"field":"NAME","ranges":[{"to":5},{"from":5}]}}})",
    R"("collapse":{"field":"NAME"},"sort":["id"])",
};

constexpr std::string_view made_of_n = R"json("runtime_mappings":{
    "half":{"type":"long","script":"if (doc['n'].size() != 0) emit(doc['n'].value)"},
    "made":{"type":"long","script":"for (v in doc['half']) emit(v * 2)"}},)json";

constexpr std::string_view throws = R"json("runtime_mappings":{
    "made":{"type":"long","script":"emit(doc['n'].value)"}},)json";

class RuntimeFieldsTest : public testing::Test {
protected:
    void SetUp() override {
        index_.make("logs", {{"id", store::FieldType::int64},
                             {"n", store::FieldType::int64},
                             {"twin", store::FieldType::int64},
                             {"host", store::FieldType::keyword}});
        Random random(5);
        for (int i = 0; i < documents; ++i) {
            const auto n = static_cast<int>(random.below(10));
            const std::string values =
                i % 6 == 0 ? "" : fmt::format(R"(,"n":{},"twin":{})", n, 2 * n);
            index_.put("logs", std::to_string(i),
                       fmt::format(R"({{"id":{},"host":"h{}"{}}})", i, random.below(3), values));
        }
        for (int i = 0; i < documents; i += 17)
            index_.remove("logs", std::to_string(i));
    }

    /// The question of the field `name`, with what comes before it.
    static std::string body(std::string_view before, std::string_view question,
                            std::string_view name) {
        std::string text = fmt::format("{{\"size\":50,{}{}}}", before, question);
        for (std::size_t at = 0; (at = text.find("NAME", at)) != std::string::npos;)
            text.replace(at, 4, name);
        return text;
    }

    std::string answer(const std::string& body) {
        const auto found = index_.search(body);
        if (!found) return found.error().type + ": " + found.error().reason;
        std::string text = fmt::format("{} ", found->total);
        for (const Hit& hit : found->hits)
            text += hit.id + " ";
        return text + found->aggregations;
    }

    TestIndex index_;
};

TEST_F(RuntimeFieldsTest, AreAsFieldsOfTheDocuments) {
    for (const auto* question : questions) {
        const std::string twin = answer(body("", question, "twin"));
        EXPECT_EQ(answer(body(made_of_n, question, "made")), twin) << question;
        EXPECT_EQ(twin.find("exception"), std::string::npos) << twin;
    }
}

TEST_F(RuntimeFieldsTest, OneThatThrowsEndsTheSearchWhereverItIsLookedAt) {
    for (const auto* question : questions) {
        EXPECT_EQ(answer(body(throws, question, "made")), "script_exception: runtime error")
            << question;
    }
    EXPECT_EQ(answer(body(throws, R"("query":{"term":{"id":1}})", "made")), "1 1 ");
}

}  // namespace
}  // namespace elkhorn::search
