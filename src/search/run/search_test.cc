// Whole searches over a small index in several row groups. The expected answers, scores among them,
// are those of Elasticsearch 7.10.2 for the same documents.

#include "search/run/test_index.h"

namespace elkhorn::search {
namespace {

using store::FieldType;

class Search : public testing::Test {
protected:
    void SetUp() override {
        index_.make("logs", {{"host", FieldType::keyword},
                             {"bytes", FieldType::int64},
                             {"load", FieldType::float64},
                             {"ok", FieldType::boolean},
                             {"at", FieldType::date},
                             {"client", FieldType::ip},
                             {"message", FieldType::text}});
        index_.put(
            "logs", "1",
            R"({"host":"web-1","bytes":100,"load":0.5,"ok":true,"at":"2024-03-01T10:00:00Z",)"
            R"("client":"10.0.0.1","message":"The quick brown fox jumps over the lazy dog"})");
        index_.put(
            "logs", "2",
            R"({"host":"web-2","bytes":200,"load":1.5,"ok":false,"at":"2024-03-01T11:00:00Z",)"
            R"("client":"10.0.0.2","message":"Connection refused: 10.0.0.1:5432"})");
        index_.put("logs", "3",
                   R"({"host":"db-1","bytes":[300,1],"ok":true,"at":"2024-03-02",)"
                   R"("client":"192.168.0.9","message":"quick quick quick"})");
        index_.put("logs", "4",
                   R"({"host":"Web-1","bytes":-5,"load":-2.25,"message":"dog, lazy; brown"})");
        index_.put(
            "logs", "5",
            R"({"host":["a","b"],"message":["lazy cat","brown fox"],"user":{"name":"ann"}})");
        index_.put("logs", "6", R"({"bytes":"many","other":1})");
    }

    TestIndex index_;
};

TEST_F(Search, ATermMeansTheTypeOfItsField) {
    EXPECT_EQ(index_.matching(R"({"term":{"host":"web-1"}})"), "1");
    EXPECT_EQ(index_.matching(R"({"term":{"host":{"value":"WEB-1","case_insensitive":true}}})"),
              "1 4");
    EXPECT_EQ(index_.matching(R"({"term":{"bytes":"100"}})"), "1");
    EXPECT_EQ(index_.matching(R"({"term":{"bytes":100.5}})"), "");
    EXPECT_EQ(index_.matching(R"({"term":{"at":"2024-03-01"}})"), "1 2");
    EXPECT_EQ(index_.matching(R"({"term":{"client":"10.0.0.0/24"}})"), "1 2");
    EXPECT_EQ(index_.matching(R"({"terms":{"bytes":[200,"1"]}})"), "2 3");
    EXPECT_EQ(index_.matching(R"({"term":{"load":"much"}})"),
              R"(query_shard_exception: failed to create query: For input string: "much")");
}

TEST_F(Search, HitsShowWhereTheWordsStand) {
    const auto shown = [this](std::string_view query, std::string_view options) {
        const auto found = index_.search(fmt::format(
            R"({{"query":{},"highlight":{{"fields":{{"message":{{}}}}{}}}}})", query, options));
        return found->hits.empty() ? std::string("no hit") : found->hits[0].highlight;
    };
    EXPECT_EQ(shown(R"({"match":{"message":"refused"}})", ""),
              R"({"message":["Connection <em>refused</em>: 10.0.0.1:5432"]})");
    EXPECT_EQ(shown(R"({"match_phrase":{"message":"brown fox"}})", R"(,"fragment_size":3)"),
              R"({"message":["<em>brown</em>","<em>fox</em>"]})");
    EXPECT_EQ(shown(R"({"match":{"host":"db-1"}})", ""), "");
    EXPECT_EQ(shown(R"({"match":{"host":"db-1"}})", R"(,"no_match_size":7)"),
              R"({"message":["quick quick"]})");
    EXPECT_EQ(shown(R"({"bool":{"must":{"ids":{"values":["3"]}},"must_not":{"match":)"
                    R"({"message":"lazy"}}}})",
                    R"(,"require_field_match":false)"),
              "");
}

TEST_F(Search, AValueThatDidNotFitItsFieldIsFoundAsText) {
    EXPECT_EQ(index_.matching(R"({"term":{"bytes":"many"}})"), "6");
    EXPECT_EQ(index_.matching(R"({"match":{"bytes":"MANY"}})"), "6");
    EXPECT_EQ(index_.matching(R"({"wildcard":{"bytes":"m*y"}})"), "6");
    EXPECT_EQ(index_.matching(R"({"exists":{"field":"bytes"}})"), "1 2 3 4 6");
    EXPECT_EQ(index_.matching(R"({"range":{"bytes":{"gte":-100}}})"), "1 2 3 4");
}

TEST_F(Search, RangesRoundDatesAndKnowTheirEnds) {
    EXPECT_EQ(index_.matching(R"({"range":{"bytes":{"gt":100,"lte":300}}})"), "2 3");
    EXPECT_EQ(index_.matching(R"({"range":{"load":{"gt":-2.25}}})"), "1 2");
    EXPECT_EQ(
        index_.matching(R"({"range":{"at":{"gt":"2024-03-01T10:00:00Z","lte":"2024-03-02"}}})"),
        "2 3");
    EXPECT_EQ(index_.matching(R"({"range":{"at":{"gte":"now/d","lt":"now"}}})"), "1 2");
    EXPECT_EQ(index_.matching(R"({"range":{"at":{"gte":"2024-03-31||/M","lt":"now-1h"}}})"), "1");
    EXPECT_EQ(index_.matching(R"({"range":{"client":{"gte":"10.0.0.2"}}})"), "2 3");
    EXPECT_EQ(index_.matching(R"({"range":{"at":{"gte":"now-1x"}}})"),
              "parse_exception: unit [x] not supported for date math [-1x]");
}

TEST_F(Search, WordsPhrasesAndPatterns) {
    EXPECT_EQ(index_.matching(R"({"match":{"message":"LAZY refused"}})"), "1 2 4 5");
    EXPECT_EQ(index_.matching(R"({"match":{"message":{"query":"brown fox","operator":"and"}}})"),
              "1 5");
    EXPECT_EQ(index_.matching(R"({"match_phrase":{"message":"cat brown"}})"), "")
        << "not over two values";
    EXPECT_EQ(index_.matching(R"({"match_phrase":{"message":{"query":"quick fox","slop":1}}})"),
              "1");
    EXPECT_EQ(index_.matching(R"({"match_phrase_prefix":{"message":"brown fo"}})"), "1 5");
    EXPECT_EQ(index_.matching(R"({"prefix":{"host":"web"}})"), "1 2");
    EXPECT_EQ(index_.matching(R"({"wildcard":{"message":"QU*"}})"), "1 3");
    EXPECT_EQ(index_.matching(R"({"regexp":{"host":"(web|db)-[0-9]"}})"), "1 2 3");
    EXPECT_EQ(index_.matching(R"({"regexp":{"host":"we(b"}})"),
              "query_shard_exception: failed to create query: expected ')' at position 4");
    EXPECT_EQ(index_.matching(R"({"fuzzy":{"message":"quikc"}})"), "1 3");
}

TEST_F(Search, BoolJoinsClausesAndCountsThem) {
    EXPECT_EQ(index_.matching(R"({"bool":{"must_not":{"exists":{"field":"at"}}}})"), "4 5 6");
    EXPECT_EQ(index_.matching(R"({"bool":{"should":[{"term":{"bytes":100}},{"term":{"load":0.5}},)"
                              R"({"term":{"host":"web-2"}}],"minimum_should_match":"67%"}})"),
              "1");
    EXPECT_EQ(
        index_.matching(
            R"({"bool":{"filter":{"match_none":{}},"must":{"query_string":{"query":"(a"}}}})"),
        "");
    EXPECT_EQ(index_.matching(R"({"bool":{"maybe":[]}})"),
              "x_content_parse_exception: [1:1] [bool] unknown field [maybe]");
    EXPECT_EQ(index_.matching(R"({"mach_all":{}})"),
              "parsing_exception: unknown query [mach_all] did you mean [match_all]?");
}

TEST_F(Search, TheQueryLanguageOfLucene) {
    const auto q = [&](const std::string& text) {
        return index_.ids("{}", {{"q", text}, {"sort", "_doc"}});
    };
    EXPECT_EQ(q("quick -host:web-1"), "3");
    EXPECT_EQ(q("message:(lazy AND brown) OR host:db*"), "1 3 4 5");
    EXPECT_EQ(q("bytes:[100 TO 200}"), "1");
    EXPECT_EQ(q("load:>=0.5 AND NOT ok:false"), "1");
    EXPECT_EQ(q("_exists_:user"), "5");
    EXPECT_EQ(q("\"brown fox\""), "1 5");
    EXPECT_EQ(q("load:word"), "") << "lenient, for the field was chosen in the text";
    EXPECT_EQ(q("(a"), "query_shard_exception: Failed to parse query [(a]");
    EXPECT_EQ(
        index_.matching(R"({"simple_query_string":{"query":"lazy + -cat","fields":["message"],)"
                        R"("default_operator":"and"}})"),
        "1 4");
}

TEST_F(Search, ScoresAreThoseOfLucene) {
    const auto found = index_.search(R"({"query":{"match":{"message":"quick"}}})");
    ASSERT_TRUE(found);
    ASSERT_EQ(found->hits.size(), 2U);
    EXPECT_EQ(found->hits[0].id, "3");
    EXPECT_NEAR(*found->hits[0].score, 1.4865341, 1e-6);
    EXPECT_NEAR(*found->hits[1].score, 0.62924314, 1e-6);
    EXPECT_EQ(found->max_score, found->hits[0].score);
    EXPECT_EQ(
        *index_.search(R"({"query":{"bool":{"filter":{"term":{"host":"web-1"}}}}})")->max_score,
        0.0F);
    EXPECT_EQ(index_.ids(R"({"query":{"match":{"message":"quick"}},"min_score":1})"), "3");
}

TEST_F(Search, SortsByKeysAndContinuesAfterThem) {
    EXPECT_EQ(index_.ids(R"({"sort":[{"bytes":"desc"},"host"]})"), "3 2 1 4 5 6");
    EXPECT_EQ(index_.ids(R"({"sort":[{"bytes":{"order":"asc","missing":"_first"}},"_doc"]})"),
              "5 6 4 3 1 2");
    EXPECT_EQ(index_.ids(R"({"sort":["host"],"size":2,"search_after":["b"]})"), "3 1");
    EXPECT_EQ(index_.search(R"({"sort":["load"],"size":6})")->hits[5].sort[0], "\"Infinity\"");
    EXPECT_EQ(index_.search(R"({"sort":["at"],"size":1})")->hits[0].sort[0], "1709287200000");
    EXPECT_EQ(index_.ids(R"({"sort":["nothing"]})"),
              "query_shard_exception: No mapping found for [nothing] in order to sort on");
    EXPECT_TRUE(index_.ids(R"({"sort":["message"]})")
                    .starts_with("illegal_argument_exception: Text fields are not"));
    EXPECT_EQ(index_.ids(R"({"sort":["bytes"],"search_after":["x"]})"),
              "illegal_argument_exception: Failed to parse search_after value for field [bytes].");
}

TEST_F(Search, TotalsStopWhereTheRequestSays) {
    EXPECT_EQ(index_.search(R"({"size":0})")->total, 6);
    const auto limited = index_.search(R"({"size":1,"track_total_hits":3,"sort":[{"at":"desc"}]})");
    EXPECT_EQ(limited->total, 3);
    EXPECT_TRUE(limited->total_is_lower_bound);
    EXPECT_EQ(limited->hits[0].id, "3");
    EXPECT_FALSE(index_.search(R"({"track_total_hits":false})")->total_known);
    EXPECT_EQ(index_.ids(R"({"from":9995,"size":10})").substr(0, 57),
              "illegal_argument_exception: Result window is too large, f");
}

TEST_F(Search, AnIndexThatCannotAnswerDoesNotSilenceTheOthers) {
    index_.put("other", "9", R"({"x":1})");
    const auto found = index_.search(R"({"sort":["bytes"]})", {}, {"logs", "other"});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->total, 6);
    ASSERT_EQ(found->failures.size(), 1U);
    EXPECT_EQ(found->failures[0].index, "other");
}

TEST_F(Search, DeletedDocumentsAreNotFound) {
    index_.put("logs", "3", R"({"message":"written again","bytes":7})");
    EXPECT_EQ(index_.matching(R"({"match":{"message":"quick"}})"), "1");
    EXPECT_EQ(index_.matching(R"({"term":{"bytes":7}})"), "3");
    EXPECT_EQ(index_.search(R"({"size":0})")->total, 6);
}

TEST_F(Search, NamedQueriesAreToldWithEachHit) {
    const auto found = index_.search(R"({"sort":["_doc"],"query":{"bool":{"_name":"all","should":[)"
                                     R"({"term":{"bytes":{"value":100,"_name":"b"}}},)"
                                     R"({"range":{"bytes":{"gte":200,"_name":"a"}}}]}}})");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->hits[0].matched_queries, (std::vector<std::string>{"all", "b"}));
    EXPECT_EQ(found->hits[1].matched_queries, (std::vector<std::string>{"a", "all"}));
}

TEST(SourceFilter, KeepsWhatIsWantedInItsOrder) {
    const std::string source =
        R"({"n":7,"http":{"request":{"method":"GET","bytes":5},"status":200},)"
        R"("users":[{"name":"ann","age":1},{"name":"bob"}],"dotted.name":3,"list":[]})";
    const auto filtered = [&](std::vector<std::string> includes,
                              std::vector<std::string> excludes) {
        SourceFilter filter;
        filter.includes = std::move(includes);
        filter.excludes = std::move(excludes);
        return *filter_source(source, filter);
    };
    EXPECT_EQ(filtered({}, {}), source);
    EXPECT_EQ(filtered({"http.request"}, {}), R"({"http":{"request":{"method":"GET","bytes":5}}})");
    EXPECT_EQ(filtered({"*.status"}, {}), R"({"http":{"status":200}})");
    EXPECT_EQ(filtered({"h*t"}, {}), R"({"http":{"request":{"method":"GET","bytes":5}}})");
    EXPECT_EQ(filtered({"users.name"}, {}), R"({"users":[{"name":"ann"},{"name":"bob"}]})");
    EXPECT_EQ(filtered({"http.*"}, {"*.bytes"}),
              R"({"http":{"request":{"method":"GET"},"status":200}})");
    EXPECT_EQ(filtered({}, {"http", "users", "*.size"}), R"({"n":7,"dotted.name":3,"list":[]})");
    EXPECT_EQ(filtered({"dotted.name"}, {}), R"({"dotted.name":3})");
    EXPECT_EQ(filtered({"colour"}, {}), "{}");
}

TEST(TooManyWords, AreRefusedHoweverLenientTheQuestion) {
    TestIndex index;
    index.make("logs", {{"t", store::FieldType::text}, {"n", store::FieldType::int64}});
    index.put("logs", "1", R"({"t":"a","n":1})");
    std::string words;
    for (int i = 0; i < 1025; ++i)
        words += "a ";
    for (const std::string_view query :
         {R"({{"query_string":{{"query":"{}"}}}})", R"({{"match":{{"t":"{}"}}}})"}) {
        const std::string asked = fmt::format(fmt::runtime(query), words);
        EXPECT_EQ(index.ids(fmt::format(R"({{"query":{}}})", asked)),
                  "query_shard_exception: failed to create query: maxClauseCount is set to 1024")
            << query;
    }
}

}  // namespace
}  // namespace elkhorn::search
