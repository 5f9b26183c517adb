// Random documents, and aggregations that have a simple answer besides: rare values, matrices of
// filters, cells of grids, significant terms, moments, windows. The answer from the columns is that
// of a plain walk over the documents, however the rows lie in groups and whichever were replaced.

#include "base/random.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

namespace elkhorn::search {
namespace {

using store::FieldType;

struct Point {
    double lat = 0;
    double lon = 0;
};

struct Document {
    std::vector<std::string> words;
    std::vector<int> numbers;
    std::vector<Point> points;
    double real = 0;

    std::string json() const {
        std::string out = fmt::format(R"({{"d":{:.2f})", real);
        const auto list = [&](std::string_view name, const auto& values, auto&& text) {
            for (std::size_t i = 0; i < values.size(); ++i)
                out += (i == 0 ? fmt::format(R"(,"{}":[)", name) : ",") + text(values[i]);
            if (!values.empty()) out += "]";
        };
        list("k", words, [](const std::string& word) { return "\"" + word + "\""; });
        list("n", numbers, [](int number) { return std::to_string(number); });
        list("g", points, [](const Point& point) {
            return fmt::format("\"{:.4f},{:.4f}\"", point.lat, point.lon);
        });
        return out + "}";
    }

    bool has(std::string_view word) const { return std::ranges::find(words, word) != words.end(); }
};

Document random_document(Random& random) {
    constexpr std::array words = {"alpha", "beta", "gamma", "delta", "eta", "zeta", "theta"};
    Document document;
    document.real = static_cast<double>(random.below(4000)) / 100 - 7;
    for (auto i = random.below(4); i > 0; --i)
        document.words.emplace_back(words[random.below(random.below(words.size()) + 1)]);
    for (auto i = random.below(3); i > 0; --i)
        document.numbers.push_back(static_cast<int>(random.below(40)) - 10);
    for (auto i = random.below(3); i > 0; --i) {
        // Away from the borders of cells, so that no rounding moves a point over one.
        document.points.push_back({static_cast<double>(random.below(160'000)) / 1000 - 79.9995,
                                   static_cast<double>(random.below(350'000)) / 1000 - 174.9995});
    }
    return document;
}

class KindsTest : public ::testing::TestWithParam<std::uint32_t> {
protected:
    void fill(std::uint64_t seed) {
        Random random(seed);
        index_ = std::make_unique<TestIndex>(GetParam());
        index_->make("logs", {{"k", FieldType::keyword},
                              {"n", FieldType::int64},
                              {"d", FieldType::float64},
                              {"g", FieldType::geo_point}});
        std::map<int, Document> by_id;
        for (int i = 0; i < 90; ++i) {
            const int id = random.chance(0.2) ? static_cast<int>(random.below(60)) : i;
            by_id[id] = random_document(random);
            index_->put("logs", std::to_string(id), by_id[id].json());
        }
        documents_.clear();
        for (auto& [id, document] : by_id)
            documents_.push_back(std::move(document));
    }

    /// The answer of the one aggregation without what is around it.
    std::string ask(const std::string& agg, const std::string& query = R"({"match_all":{}})") {
        const auto found =
            index_->search(R"({"size":0,"query":)" + query + R"(,"aggs":{"a":)" + agg + "}}");
        if (!found) return found.error().type + ": " + found.error().reason;
        constexpr std::size_t before = std::string_view(R"({"a":{)").size();
        return found->aggregations.substr(before, found->aggregations.size() - before - 2);
    }

    static std::string buckets(const std::vector<std::pair<std::string, std::size_t>>& counted) {
        std::string out = R"("buckets":[)";
        for (const auto& [key, count] : counted) {
            out += fmt::format(R"({}{{"key":{},"doc_count":{}}})", out.back() == '[' ? "" : ",",
                               key, count);
        }
        return out + "]";
    }

    std::unique_ptr<TestIndex> index_;
    std::vector<Document> documents_;
};

TEST_P(KindsTest, RareTermsAreThoseThatFewDocumentsHave) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        fill(seed);
        std::map<int, std::size_t> counts;
        for (const Document& document : documents_) {
            for (const int number : std::set(document.numbers.begin(), document.numbers.end()))
                ++counts[number];
        }
        for (const std::size_t most : {1, 2, 3, 50}) {
            std::vector<std::pair<std::size_t, int>> rare;
            for (const auto& [number, count] : counts) {
                if (count <= most) rare.emplace_back(count, number);
            }
            std::ranges::sort(rare);
            std::vector<std::pair<std::string, std::size_t>> expected;
            for (const auto& [count, number] : rare)
                expected.emplace_back(std::to_string(number), count);
            EXPECT_EQ(
                ask(fmt::format(R"({{"rare_terms":{{"field":"n","max_doc_count":{}}}}})", most)),
                buckets(expected))
                << "seed " << seed;
        }
    }
}

TEST_P(KindsTest, AMatrixHasEachFilterAndEachTwoThatMeet) {
    constexpr std::array words = {"alpha", "beta", "gamma", "eta"};
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        fill(seed);
        std::map<std::string, std::size_t> counts;
        std::string filters;
        for (std::size_t a = 0; a < words.size(); ++a) {
            filters += fmt::format(R"({}"{}":{{"term":{{"k":"{}"}}}})", a == 0 ? "" : ",", words[a],
                                   words[a]);
            for (const Document& document : documents_) {
                if (!document.has(words[a])) continue;
                ++counts[words[a]];
                for (const char* other : words) {
                    if (std::string_view(words[a]) < other && document.has(other))
                        ++counts[fmt::format("{}&{}", words[a], other)];
                }
            }
        }
        std::vector<std::pair<std::string, std::size_t>> expected;
        for (const auto& [name, count] : counts)
            expected.emplace_back("\"" + name + "\"", count);
        EXPECT_EQ(ask(R"({"adjacency_matrix":{"filters":{)" + filters + "}}}"), buckets(expected))
            << "seed " << seed;
    }
}

/// Halving the Earth again and again.
std::string geohash_of(const Point& point, int letters) {
    constexpr std::string_view alphabet = "0123456789bcdefghjkmnpqrstuvwxyz";
    Point low{-90, -180};
    Point high{90, 180};
    std::string hash;
    bool east = true;
    for (int i = 0; i < letters; ++i) {
        std::size_t letter = 0;
        for (int bit = 0; bit < 5; ++bit, east = !east) {
            double& from = east ? low.lon : low.lat;
            double& to = east ? high.lon : high.lat;
            const double middle = (from + to) / 2;
            const bool upper = (east ? point.lon : point.lat) >= middle;
            (upper ? from : to) = middle;
            letter = 2 * letter + (upper ? 1 : 0);
        }
        hash += alphabet[letter];
    }
    return hash;
}

std::string tile_of(const Point& point, int zoom) {
    const double tiles = std::pow(2, zoom);
    const double lat = point.lat * std::numbers::pi / 180;
    const double y = (1 - std::asinh(std::tan(lat)) / std::numbers::pi) / 2 * tiles;
    return fmt::format("{}/{}/{}", zoom, static_cast<int>((point.lon + 180) / 360 * tiles),
                       static_cast<int>(y));
}

TEST_P(KindsTest, ACellHasTheDocumentsWithAPointInIt) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        fill(seed);
        for (const bool tiles : {false, true}) {
            for (int precision = 1; precision <= 5; ++precision) {
                std::map<std::string, std::size_t> counts;
                for (const Document& document : documents_) {
                    std::set<std::string> cells;
                    for (const Point& point : document.points) {
                        cells.insert(tiles ? tile_of(point, precision)
                                           : geohash_of(point, precision));
                    }
                    for (const std::string& cell : cells)
                        ++counts[cell];
                }
                const std::string answer =
                    ask(fmt::format(R"({{"{}":{{"field":"g","precision":{}}}}})",
                                    tiles ? "geotile_grid" : "geohash_grid", precision));
                for (const auto& [cell, count] : counts) {
                    const std::string bucket =
                        fmt::format(R"({{"key":"{}","doc_count":{}}})", cell, count);
                    EXPECT_NE(answer.find(bucket), std::string::npos)
                        << bucket << " is not in " << answer;
                }
                EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(answer, '{')), counts.size());
            }
        }
    }
}

TEST_P(KindsTest, SignificantTermsAreHeldAgainstAllDocuments) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        fill(seed);
        std::map<std::string, std::pair<std::size_t, std::size_t>> counts;  // found, all
        std::size_t found = 0;
        for (const Document& document : documents_) {
            const bool matches = document.has("alpha");
            found += matches ? 1 : 0;
            for (const auto& word : std::set(document.words.begin(), document.words.end())) {
                counts[word].first += matches ? 1 : 0;
                ++counts[word].second;
            }
        }
        std::vector<std::tuple<double, std::string, std::size_t, std::size_t>> scored;
        for (const auto& [word, pair] : counts) {
            const double score = static_cast<double>(pair.first) / static_cast<double>(pair.second);
            if (pair.first >= 2) scored.emplace_back(-score, word, pair.first, pair.second);
        }
        std::ranges::sort(scored);
        std::string expected =
            fmt::format(R"("doc_count":{},"bg_count":{},"buckets":[)", found, documents_.size());
        for (const auto& [score, word, here, all] : scored) {
            json::Writer number;
            number.value(-score);
            expected +=
                fmt::format(R"({}{{"key":"{}","doc_count":{},"score":{},"bg_count":{}}})",
                            expected.back() == '[' ? "" : ",", word, here, number.take(), all);
        }
        EXPECT_EQ(ask(R"({"significant_terms":{"field":"k","min_doc_count":2,"percentage":{}}})",
                      R"({"term":{"k":"alpha"}})"),
                  expected + "]")
            << "seed " << seed;
    }
}

double number_after(std::string_view answer, std::string_view name, std::size_t from = 0) {
    const std::size_t at = answer.find(fmt::format("\"{}\":", name), from);
    EXPECT_NE(at, std::string_view::npos) << name << " in " << answer;
    return std::strtod(answer.data() + at + name.size() + 3, nullptr);
}

TEST_P(KindsTest, MomentsAreThoseOfTwoWalks) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        fill(seed);
        std::vector<std::pair<double, double>> pairs;  // d and the average of n
        for (const Document& document : documents_) {
            double sum = 0;
            for (const int number : document.numbers)
                sum += number;
            const auto count = static_cast<double>(document.numbers.size());
            if (count > 0) pairs.emplace_back(document.real, sum / count);
        }
        const auto size = static_cast<double>(pairs.size());
        const auto mean = [&](auto&& of) {
            double sum = 0;
            for (const auto& pair : pairs)
                sum += of(pair);
            return sum / size;
        };
        const double d = mean([](const auto& pair) { return pair.first; });
        const double n = mean([](const auto& pair) { return pair.second; });
        const auto moment = [&](double power) {
            return mean([&](const auto& pair) { return std::pow(pair.first - d, power); });
        };
        const double together =
            mean([&](const auto& pair) { return (pair.first - d) * (pair.second - n); });
        const std::string answer = ask(R"({"matrix_stats":{"fields":["n","d"]}})");
        const std::size_t from = answer.find(R"("name":"d")");
        ASSERT_NE(from, std::string::npos) << answer;
        EXPECT_EQ(number_after(answer, "doc_count"), size);
        EXPECT_NEAR(number_after(answer, "mean", from), d, 1e-9);
        EXPECT_NEAR(number_after(answer, "variance", from), moment(2) * size / (size - 1), 1e-7);
        EXPECT_NEAR(number_after(answer, "skewness", from), moment(3) / std::pow(moment(2), 1.5),
                    1e-7);
        EXPECT_NEAR(number_after(answer, "kurtosis", from), moment(4) / std::pow(moment(2), 2),
                    1e-7);
        const std::size_t covariance = answer.find(R"("covariance")", from);
        EXPECT_NEAR(number_after(answer, "n", covariance), together * size / (size - 1), 1e-7);
    }
}

/// What a histogram of intervals of 5 and its windows come to.
std::string expected_windows(const std::map<int, int>& counts, int window) {
    const auto count = [&](int at) {
        const auto it = counts.find(at);
        return it == counts.end() ? 0 : it->second;
    };
    const int first = counts.begin()->first;
    std::string expected = "\"buckets\":[";
    for (int place = first; place <= counts.rbegin()->first; ++place) {
        int sum = 0;
        for (int before = 0; before < window; ++before)
            sum += count(place - before);
        expected += fmt::format(R"x({}{{"key":{}.0,"doc_count":{},"m":{{"value":{}.0}})x",
                                place == first ? "" : ",", place * 5, count(place), sum);
        if (place - window >= first) {
            expected +=
                fmt::format(R"x(,"s":{{"value":{}.0}})x", count(place) - count(place - window));
        }
        expected += "}";
    }
    return expected + "]";
}

TEST_P(KindsTest, AWindowHasTheBucketsBefore) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        fill(seed);
        std::map<int, int> counts;
        for (const Document& document : documents_)
            ++counts[static_cast<int>(std::floor(document.real / 5))];
        for (const int window : {1, 2, 4}) {
            const std::string sums =
                fmt::format(R"x("moving_fn":{{"buckets_path":"_count","window":{},"shift":1,)x"
                            R"x("script":"MovingFunctions.sum(values)"}})x",
                            window);
            const std::string differences =
                fmt::format(R"x("serial_diff":{{"buckets_path":"_count","lag":{}}})x", window);
            const std::string answer =
                ask(R"x({"histogram":{"field":"d","interval":5},"aggs":{"m":{)x" + sums +
                    R"x(},"s":{)x" + differences + "}}}");
            EXPECT_EQ(answer, expected_windows(counts, window)) << "seed " << seed;
        }
    }
}

TEST_P(KindsTest, ASampleHasTheFirstOfThoseThatScoreAlike) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        fill(seed);
        const std::string inside = R"x("aggs":{"c":{"value_count":{"field":"d"}}}})x";
        EXPECT_EQ(ask(R"x({"sampler":{"shard_size":1000},)x" + inside),
                  ask(R"x({"filter":{"match_all":{}},)x" + inside));
        for (const int size : {1, 7, 40}) {
            EXPECT_EQ(ask(fmt::format(R"x({{"sampler":{{"shard_size":{}}},)x", size) + inside),
                      fmt::format(R"x("doc_count":{},"c":{{"value":{}}})x", size, size));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(RowsAGroup, KindsTest, ::testing::Values(1U, 3U, 1000U));

}  // namespace
}  // namespace elkhorn::search
