// Aggregations through a whole search: answers as Elasticsearch 7.10.2 gave them for the same
// documents.

#include "search/run/test_index.h"

#include <gtest/gtest.h>

namespace elkhorn::search {
namespace {

using store::FieldType;

class AggregationsTest : public ::testing::Test {
protected:
    AggregationsTest() {
        index_.make("logs", {{"k", FieldType::keyword},
                             {"n", FieldType::int64},
                             {"d", FieldType::float64},
                             {"b", FieldType::boolean},
                             {"t", FieldType::date},
                             {"ip", FieldType::ip},
                             {"x", FieldType::text}});
        put(R"({"k":"a","n":1,"d":0.5,"b":true,"t":"2024-01-01T10:00:00Z",)"
            R"("ip":"10.0.0.1","x":"hi"})");
        put(R"({"k":"a","n":2,"d":1.5,"b":false,"t":"2024-01-02T10:00:00Z","ip":"10.0.0.2"})");
        put(R"({"k":"b","n":3,"d":2.5,"b":true,"t":"2024-01-05T10:00:00Z","ip":"::1"})");
        put(R"({"k":["a","c","a"],"n":[5,5,7],"d":-1})");
        put(R"({"k":"d"})");
    }

    void put(std::string_view source) { index_.put("logs", std::to_string(next_++), source); }

    /// The answer without its braces, or the refusal.
    std::string ask(const std::string& aggs, const std::string& query = R"({"match_all":{}})") {
        const auto found =
            index_.search(R"({"size":0,"query":)" + query + R"(,"aggs":)" + aggs + "}");
        if (!found) {
            const Failure& failure = found.error();
            return std::to_string(failure.status) + " " + failure.type + ": " + failure.reason;
        }
        return found->aggregations.substr(1, found->aggregations.size() - 2);
    }

    /// The buckets of one aggregation named "a".
    std::string buckets(const std::string& agg, const std::string& query = R"({"match_all":{}})") {
        const std::string answer = ask(R"({"a":)" + agg + "}", query);
        const std::size_t from = answer.find(R"("buckets":)");
        if (from == std::string::npos) return answer;
        return answer.substr(from + 10, answer.size() - from - 11);
    }

    TestIndex index_{2};  // two rows a group, so that buckets span groups
    int next_ = 1;
};

TEST_F(AggregationsTest, TermsComeMostFrequentFirstAndThenByKey) {
    EXPECT_EQ(ask(R"({"a":{"terms":{"field":"k","size":2}}})"),
              R"("a":{"doc_count_error_upper_bound":0,"sum_other_doc_count":2,"buckets":)"
              R"([{"key":"a","doc_count":3},{"key":"b","doc_count":1}]})");
    EXPECT_EQ(buckets(R"({"terms":{"field":"n","order":{"_key":"desc"},"size":2}})"),
              R"([{"key":7,"doc_count":1},{"key":5,"doc_count":1}])")
        << "a document with the same value twice counts once";
    EXPECT_EQ(buckets(R"({"terms":{"field":"b"}})"),
              R"([{"key":1,"key_as_string":"true","doc_count":2},)"
              R"({"key":0,"key_as_string":"false","doc_count":1}])");
    EXPECT_EQ(buckets(R"({"terms":{"field":"ip","size":2}})"),
              R"([{"key":"::1","doc_count":1},{"key":"10.0.0.1","doc_count":1}])");
}

TEST_F(AggregationsTest, TermsGoByAMetricInsideThem) {
    const std::string inside = R"(,"aggs":{"m":{"avg":{"field":"d"}}})";
    EXPECT_EQ(buckets(R"({"terms":{"field":"k","order":{"m":"desc"},"size":1})" + inside + "}"),
              R"([{"key":"b","doc_count":1,"m":{"value":2.5}}])");
    EXPECT_EQ(buckets(R"({"terms":{"field":"k","order":{"f>m":"asc"},"size":1},"aggs":{"f":{)"
                      R"("filter":{"term":{"b":true}})" +
                      inside + "}}}"),
              R"([{"key":"a","doc_count":3,"f":{"doc_count":1,"m":{"value":0.5}}}])");
    EXPECT_EQ(buckets(R"({"terms":{"field":"k","order":{"zz":"asc"}}})"),
              "500 aggregation_execution_exception: Invalid aggregation order path [zz]. The "
              "provided aggregation [zz] either does not exist, or is a pipeline aggregation and "
              "cannot be used to sort the buckets.");
}

TEST_F(AggregationsTest, TermsOfDocumentsThatNothingFoundAreShownWhenAskedFor) {
    EXPECT_EQ(buckets(R"({"terms":{"field":"k","min_doc_count":0,"order":{"_key":"asc"}}})",
                      R"({"term":{"k":"b"}})"),
              R"([{"key":"a","doc_count":0},{"key":"b","doc_count":1},)"
              R"({"key":"c","doc_count":0},{"key":"d","doc_count":0}])");
}

TEST_F(AggregationsTest, TermsAreIncludedExcludedAndParted) {
    EXPECT_EQ(buckets(R"({"terms":{"field":"k","include":"[ab]","exclude":"b"}})"),
              R"([{"key":"a","doc_count":3}])");
    EXPECT_EQ(buckets(R"({"terms":{"field":"n","include":[2,"3"]}})"),
              R"([{"key":2,"doc_count":1},{"key":3,"doc_count":1}])");
    EXPECT_EQ(buckets(R"({"terms":{"field":"n","include":{"partition":1,"num_partitions":2}}})"),
              R"([{"key":1,"doc_count":1},{"key":2,"doc_count":1}])");
    EXPECT_EQ(buckets(R"({"terms":{"field":"k","missing":"none","include":["none"]}})"), "[]");
}

TEST_F(AggregationsTest, DaysBetweenBucketsAreFilled) {
    EXPECT_EQ(buckets(R"({"date_histogram":{"field":"t","calendar_interval":"day","format":"dd"},)"
                      R"("aggs":{"s":{"sum":{"field":"n"}}}})"),
              R"([{"key_as_string":"01","key":1704067200000,"doc_count":1,"s":{"value":1.0}},)"
              R"({"key_as_string":"02","key":1704153600000,"doc_count":1,"s":{"value":2.0}},)"
              R"({"key_as_string":"03","key":1704240000000,"doc_count":0,"s":{"value":0.0}},)"
              R"({"key_as_string":"04","key":1704326400000,"doc_count":0,"s":{"value":0.0}},)"
              R"({"key_as_string":"05","key":1704412800000,"doc_count":1,"s":{"value":3.0}}])");
    EXPECT_EQ(buckets(R"({"date_histogram":{"field":"t","fixed_interval":"1s"}})").substr(0, 32),
              "503 too_many_buckets_exception: ");
    EXPECT_EQ(
        buckets(R"({"date_histogram":{"field":"t","calendar_interval":"day","hard_bounds":)"
                R"({"min":"2024-01-02T12:00:00Z","max":"2024-01-05T00:00:01Z"}}})"),
        R"([{"key_as_string":"2024-01-02T00:00:00.000Z","key":1704153600000,"doc_count":1}])");
}

TEST_F(AggregationsTest, BoundsMakeBucketsOverNothing) {
    EXPECT_EQ(buckets(R"({"date_histogram":{"field":"nope","calendar_interval":"day",)"
                      R"("extended_bounds":{"min":"2024-01-01","max":"2024-01-01||+1d"}}})"),
              R"([{"key_as_string":"2024-01-01T00:00:00.000Z","key":1704067200000,"doc_count":0},)"
              R"({"key_as_string":"2024-01-02T00:00:00.000Z","key":1704153600000,"doc_count":0}])");
    EXPECT_EQ(buckets(R"({"histogram":{"field":"n","interval":2,"extended_bounds":)"
                      R"({"min":-1,"max":9}}})"),
              R"([{"key":-2.0,"doc_count":0},{"key":0.0,"doc_count":1},{"key":2.0,"doc_count":2},)"
              R"({"key":4.0,"doc_count":1},{"key":6.0,"doc_count":1},{"key":8.0,"doc_count":0}])");
}

TEST_F(AggregationsTest, MetricsOverSomethingAndOverNothing) {
    EXPECT_EQ(ask(R"({"a":{"stats":{"field":"n"}},"b":{"max":{"field":"t"}}})"),
              R"("a":{"count":6,"min":1.0,"max":7.0,"avg":3.8333333333333335,"sum":23.0},)"
              R"("b":{"value":1.7044488E12,"value_as_string":"2024-01-05T10:00:00.000Z"})");
    EXPECT_EQ(ask(R"({"a":{"avg":{"field":"d"}},"b":{"sum":{"field":"d"}},)"
                  R"("c":{"cardinality":{"field":"k"}},"d":{"value_count":{"field":"k"}}})",
                  R"({"term":{"k":"nobody"}})"),
              R"("a":{"value":null},"b":{"value":0.0},"c":{"value":0},"d":{"value":0})");
    EXPECT_EQ(ask(R"({"a":{"cardinality":{"field":"n"}},"b":{"value_count":{"field":"k"}}})"),
              R"("a":{"value":5},"b":{"value":6})");
    EXPECT_EQ(ask(R"({"a":{"percentiles":{"field":"n","percents":[25,50,99]}}})"),
              R"("a":{"values":{"25.0":2.0,"50.0":4.0,"99.0":7.0}})");
    EXPECT_EQ(ask(R"({"a":{"percentile_ranks":{"field":"n","values":[1,3]}}})"),
              R"("a":{"values":{"1.0":8.333333333333332,"3.0":38.88888888888889}})");
    EXPECT_EQ(ask(R"({"a":{"avg":{"field":"n","format":"0.0#"}}})"),
              R"("a":{"value":3.8333333333333335,"value_as_string":"3.83"})");
}

TEST_F(AggregationsTest, RangesComeInTheOrderOfTheirBounds) {
    EXPECT_EQ(buckets(R"({"range":{"field":"n","ranges":[{"from":3},{"to":3,"key":"low"}]}})"),
              R"([{"key":"low","to":3.0,"doc_count":2},{"key":"3.0-*","from":3.0,"doc_count":2}])");
    EXPECT_EQ(buckets(R"({"ip_range":{"field":"ip","ranges":[{"mask":"10.0.0.0/31"}]}})"),
              R"([{"key":"10.0.0.0/31","from":"10.0.0.0","to":"10.0.0.2","doc_count":1}])");
    EXPECT_EQ(buckets(R"({"date_range":{"field":"t","format":"yyyy-MM","ranges":[)"
                      R"({"from":"2024-01","to":"2024-01||+1M"}]}})"),
              R"([{"key":"2024-01-2024-02","from":1.7040672E12,"from_as_string":"2024-01",)"
              R"("to":1.7067456E12,"to_as_string":"2024-02","doc_count":3}])");
}

TEST_F(AggregationsTest, FiltersMissingAndGlobal) {
    EXPECT_EQ(buckets(R"({"filters":{"other_bucket_key":"rest","filters":{"z":{"term":{"k":"a"}},)"
                      R"("b":{"term":{"b":true}}}}})"),
              R"({"b":{"doc_count":2},"z":{"doc_count":3},"rest":{"doc_count":1}})");
    EXPECT_EQ(ask(R"({"g":{"global":{},"aggs":{"m":{"missing":{"field":"n"}}}}})",
                  R"({"term":{"k":"nobody"}})"),
              R"("g":{"doc_count":5,"m":{"doc_count":1}})");
}

TEST_F(AggregationsTest, PipelinesLookAtTheBucketsBesideThem) {
    EXPECT_EQ(ask(R"({"h":{"histogram":{"field":"n","interval":2},"aggs":{)"
                  R"("s":{"sum":{"field":"d"}},"c":{"cumulative_sum":{"buckets_path":"s"}},)"
                  R"("w":{"bucket_script":{"buckets_path":{"x":"c"},"script":"params.x * 2"}},)"
                  R"("p":{"bucket_sort":{"sort":[{"c":"desc"}],"size":1}}}},)"
                  R"("m":{"max_bucket":{"buckets_path":"h>s"}}})"),
              R"("h":{"buckets":[{"key":2.0,"doc_count":2,"s":{"value":4.0},"c":{"value":4.5},)"
              R"("w":{"value":9.0}}]},"m":{"value":4.0,"keys":["2.0"]})");
}

TEST_F(AggregationsTest, CombinationsComePageByPage) {
    const std::string sources =
        R"("sources":[{"k":{"terms":{"field":"k"}}},{"b":{"terms":{"field":"b"}}}])";
    EXPECT_EQ(ask(R"({"c":{"composite":{"size":2,)" + sources + "}}}"),
              R"("c":{"after_key":{"k":"a","b":true},"buckets":[{"key":{"k":"a","b":false},)"
              R"("doc_count":1},{"key":{"k":"a","b":true},"doc_count":1}]})");
    EXPECT_EQ(ask(R"({"c":{"composite":{"after":{"k":"a","b":true},)" + sources + "}}}"),
              R"("c":{"after_key":{"k":"b","b":true},"buckets":[{"key":{"k":"b","b":true},)"
              R"("doc_count":1}]})");
}

TEST_F(AggregationsTest, PagesEndThoughTheFormatLosesWhereTheyDo) {
    const std::string sources =
        R"("size":1,"sources":[{"h":{"date_histogram":{"field":"t","fixed_interval":"1h",)"
        R"("format":"yyyy"}}}])";
    std::string after;
    int pages = 0;
    while (pages < 9) {
        const std::string answer = ask(R"({"c":{"composite":{)" + after + sources + "}}}");
        const std::size_t at = answer.find(R"("after_key":)");
        if (at == std::string::npos) break;
        EXPECT_NE(answer.find(R"({"key":{"h":"2024"},"doc_count":1})"), std::string::npos);
        after = R"("after":)" + answer.substr(at + 12, answer.find('}', at) - at - 11) + ",";
        ++pages;
    }
    EXPECT_EQ(pages, 3) << after;
}

TEST_F(AggregationsTest, TheIntervalIsChosenByTheData) {
    EXPECT_EQ(ask(R"({"a":{"auto_date_histogram":{"field":"t","buckets":3,"format":"dd"},)"
                  R"("aggs":{"s":{"sum":{"field":"n"}}}}})"),
              R"("a":{"buckets":[{"key_as_string":"01","key":1704067200000,"doc_count":3,)"
              R"("s":{"value":6.0}}],"interval":"7d"})");
}

TEST_F(AggregationsTest, TheFirstHitsOfABucket) {
    EXPECT_EQ(ask(R"({"h":{"filter":{"term":{"k":"a"}},"aggs":{"t":{"top_hits":{"size":1,)"
                  R"("sort":[{"n":"desc"}],"_source":["k"]}}}}})"),
              R"("h":{"doc_count":3,"t":{"hits":{"total":{"value":3,"relation":"eq"},)"
              R"("max_score":null,"hits":[{"_index":"logs","_type":"_doc","_id":"4","_score":null,)"
              R"("_source":{"k":["a","c","a"]},"sort":[7]}]}}})");
}

TEST_F(AggregationsTest, WhatCannotBeIsRefusedInElasticsearchsWords) {
    EXPECT_EQ(ask(R"({"a":{"term":{"field":"k"}}})"),
              "400 parsing_exception: Unknown aggregation type [term] did you mean [terms]?");
    EXPECT_EQ(ask(R"({"a":{"terms":{"field":"k","siz":1}}})"),
              "400 x_content_parse_exception: [1:1] [terms] unknown field [siz] did you mean "
              "[size]?");
    EXPECT_EQ(ask(R"({"a":{"avg":{"field":"k"}}})"),
              "400 illegal_argument_exception: Field [k] of type [keyword] is not supported for "
              "aggregation [avg]");
    EXPECT_EQ(ask(R"({"a":{"terms":{"field":"x"}}})").substr(0, 70),
              "400 illegal_argument_exception: Text fields are not optimised for oper");
    EXPECT_EQ(
        ask(R"({"a":{"max":{"field":"n"},"aggs":{}}})"),
        "500 aggregation_initialization_exception: Aggregator [a] of type [max] cannot accept "
        "sub-aggregations");
    EXPECT_EQ(ask(R"({"a":{"histogram":{"field":"n"}}})"),
              "400 illegal_argument_exception: interval must be positive, got: 0.0");
    EXPECT_EQ(
        ask(R"({"a>b":{"max":{"field":"n"}}})"),
        "400 parsing_exception: Invalid aggregation name [a>b]. Aggregation names can contain "
        "any character except '[', ']', and '>'");
    EXPECT_EQ(ask(R"({"a":{"max":{}}})"),
              "400 illegal_argument_exception: Required one of fields [field, script], but none "
              "were specified. ");
}

TEST_F(AggregationsTest, TypedKeysAndMetaAreWrittenFirst) {
    event::Arena arena;
    json::Parser parser;
    const auto aggs =
        parser.parse(R"({"t":{"terms":{"field":"n","size":1},"meta":{"x":[1,null]},)"
                     R"("aggs":{"m":{"percentiles":{"field":"n","percents":[50]}}}}})",
                     arena);
    RequestContext context = index_.context();
    const auto tree = parse_aggregations(*aggs, context);
    ASSERT_TRUE(tree);
    json::Writer out;
    out.begin_object();
    ASSERT_TRUE((*tree)->render(out, true));
    out.end_object();
    EXPECT_EQ(out.take(), R"({"lterms#t":{"meta":{"x":[1,null]},"doc_count_error_upper_bound":0,)"
                          R"("sum_other_doc_count":0,"buckets":[]}})");
}

}  // namespace
}  // namespace elkhorn::search
