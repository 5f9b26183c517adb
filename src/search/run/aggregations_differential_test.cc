// Random documents and random aggregations: the answer from the columns is, to the byte, the answer
// of a plain walk over the documents' JSON, however the rows lie in groups and whichever were
// replaced.

#include "base/random.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;
using store::FieldType;

constexpr std::array terms_there = {"alpha", "beta", "gamma", "delta", "Eta", "zeta"};
constexpr std::int64_t hour_ms = 3'600'000;

double as_number_of(const Value& value) {
    if (value.is(Kind::boolean)) return value.as_boolean() ? 1 : 0;
    return value.is(Kind::integer) ? static_cast<double>(value.as_integer()) : value.as_real();
}

/// Answers by looking at each document again for each bucket.
class PlainWalk {
public:
    using Documents = std::vector<Value>;

    static void answer(const Value& aggs, const Documents& documents, json::Writer& out) {
        for (const event::Member& member : aggs.as_object().members()) {
            out.key(member.name).begin_object();
            const event::Member& kind = member.value.as_object().members()[0];
            const Value* inside = member.value.as_object().find("aggs");
            one(kind.name, kind.value, inside, documents, out);
            out.end_object();
        }
    }

private:
    static std::vector<Value> values(const Value& document, std::string_view field) {
        const Value* value = document.as_object().find(field);
        if (value == nullptr || value->is_null()) return {};
        if (!value->is(Kind::array)) return {*value};
        const auto all = value->as_array().values();
        return {all.begin(), all.end()};
    }

    static std::string_view field_of(const Value& body) {
        return body.as_object().find("field")->as_string();
    }

    static double option(const Value& body, std::string_view name, double otherwise) {
        const Value* value = body.as_object().find(name);
        return value == nullptr ? otherwise : as_number_of(*value);
    }

    static void inner(const Value* inside, const Documents& documents, json::Writer& out) {
        if (inside != nullptr) answer(*inside, documents, out);
    }

    static void one(std::string_view kind, const Value& body, const Value* inside,
                    const Documents& documents, json::Writer& out) {
        if (kind == "terms") return terms(body, inside, documents, out);
        if (kind == "histogram" || kind == "date_histogram")
            return histogram(kind, body, inside, documents, out);
        if (kind == "range") return range(body, inside, documents, out);
        if (kind != "filter" && kind != "missing") return metric(kind, body, documents, out);
        Documents kept;
        for (const Value& document : documents) {
            const event::Member& first = body.as_object().members()[0];
            const bool missing = kind == "missing" && values(document, field_of(body)).empty();
            if (missing || (kind == "filter" && has_term(document, first.value)))
                kept.push_back(document);
        }
        out.member("doc_count", kept.size());
        inner(inside, kept, out);
    }

    static bool has_term(const Value& document, const Value& term) {
        const event::Member& wanted = term.as_object().members()[0];
        return std::ranges::any_of(values(document, wanted.name),
                                   [&](const Value& value) { return value == wanted.value; });
    }

    static void metric(std::string_view kind, const Value& body, const Documents& documents,
                       json::Writer& out) {
        std::vector<double> numbers;
        std::set<std::string> distinct;
        std::size_t count = 0;
        for (const Value& document : documents) {
            std::set<std::string> of_document;
            for (const Value& value : values(document, field_of(body))) {
                json::Writer text;
                text.value(value);
                of_document.insert(text.take());
                if (!value.is(Kind::string)) numbers.push_back(as_number_of(value));
            }
            count += of_document.size();
            distinct.merge(of_document);
        }
        if (kind == "cardinality") return static_cast<void>(out.member("value", distinct.size()));
        if (kind == "value_count") {
            return static_cast<void>(out.member("value", numbers.empty() ? count : numbers.size()));
        }
        if (kind == "percentiles") return percentiles(numbers, out);
        double sum = 0;
        for (const double number : numbers)
            sum += number;
        const auto write = [&](std::string_view name, double value) {
            out.key(name);
            if (numbers.empty() && name != "sum") {
                out.null();
            } else {
                out.value(value);
            }
        };
        const double min = numbers.empty() ? 0 : std::ranges::min(numbers);
        const double max = numbers.empty() ? 0 : std::ranges::max(numbers);
        const double average = sum / static_cast<double>(numbers.size());
        if (kind == "sum") out.member("value", sum);
        if (kind == "min") write("value", min);
        if (kind == "max") write("value", max);
        if (kind == "avg") write("value", average);
        if (kind != "stats") return;
        out.member("count", numbers.size());
        write("min", min);
        write("max", max);
        write("avg", average);
        write("sum", sum);
    }

    static void percentiles(std::vector<double> numbers, json::Writer& out) {
        std::ranges::sort(numbers);
        out.key("values").begin_object().key("50.0");
        const double index = 0.5 * static_cast<double>(numbers.size());
        const auto left = static_cast<std::size_t>(std::max(0.0, std::floor(index - 0.5)));
        if (numbers.empty()) {
            out.null();
        } else if (left + 1 >= numbers.size()) {
            out.value(numbers.back());
        } else {
            const double right = index - 0.5 - static_cast<double>(left);
            out.value(numbers[left] * (1 - right) + numbers[left + 1] * right);
        }
        out.end_object();
    }

    struct Found {
        Value key;
        Documents documents;
        double order = 0;
        std::size_t place = 0;  // by key
    };

    static void terms(const Value& body, const Value* inside, const Documents& documents,
                      json::Writer& out) {
        std::map<std::string, Found> by_text;  // texts by bytes
        std::map<double, Found> by_number;
        for (const Value& document : documents) {
            std::set<std::string> seen;
            for (const Value& value : values(document, field_of(body))) {
                json::Writer text;
                text.value(value);
                if (!seen.insert(text.take()).second) continue;
                Found& found = value.is(Kind::string) ? by_text[std::string(value.as_string())]
                                                      : by_number[as_number_of(value)];
                found.key = value;
                found.documents.push_back(document);
            }
        }
        std::vector<Found> all;
        for (auto& [key, found] : by_text)
            all.push_back(std::move(found));
        for (auto& [key, found] : by_number)
            all.push_back(std::move(found));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i].place = i;
        const Value* order = body.as_object().find("order");
        if (order == nullptr) {
            std::ranges::sort(all, [](const Found& a, const Found& b) {
                if (a.documents.size() != b.documents.size())
                    return a.documents.size() > b.documents.size();
                return a.place < b.place;
            });
        } else if (order->as_object().find("_key") != nullptr) {
            std::ranges::reverse(all);
        } else {
            for (Found& found : all) {
                for (const Value& document : found.documents) {
                    for (const Value& value : values(document, "n"))
                        found.order += as_number_of(value);
                }
            }
            std::ranges::sort(all, [](const Found& a, const Found& b) {
                return std::tie(a.order, a.place) < std::tie(b.order, b.place);
            });
        }
        const auto size = std::min(all.size(), static_cast<std::size_t>(option(body, "size", 10)));
        std::size_t rest = 0;
        for (std::size_t i = size; i < all.size(); ++i)
            rest += all[i].documents.size();
        // By a metric a shard of Elasticsearch is not sure of what it left out.
        const bool unsure = order != nullptr && order->as_object().find("o") != nullptr &&
                            all.size() >= size * 3 / 2 + 10;
        out.member("doc_count_error_upper_bound", unsure ? -1 : 0)
            .member("sum_other_doc_count", rest);
        out.key("buckets").begin_array();
        for (std::size_t i = 0; i < size; ++i) {
            const Value& key = all[i].key;
            out.begin_object().key("key");
            if (key.is(Kind::boolean)) {
                out.value(key.as_boolean() ? 1 : 0)
                    .member("key_as_string", key.as_boolean() ? "true" : "false");
            } else {
                out.value(key);
            }
            out.member("doc_count", all[i].documents.size());
            inner(inside, all[i].documents, out);
            out.end_object();
        }
        out.end_array();
    }

    static void histogram(std::string_view kind, const Value& body, const Value* inside,
                          const Documents& documents, json::Writer& out) {
        const bool dates = kind == "date_histogram";
        const double interval = dates ? 12.0 * hour_ms : option(body, "interval", 1);
        std::map<double, Documents> buckets;  // by number of the interval
        for (const Value& document : documents) {
            std::set<double> seen;
            for (const Value& value : values(document, field_of(body))) {
                seen.insert(std::floor(as_number_of(value) / interval));
            }
            for (const double place : seen)
                buckets[place].push_back(document);
        }
        const double least = option(body, "min_doc_count", 0);
        out.key("buckets").begin_array();
        for (double place = buckets.empty() ? 1 : buckets.begin()->first;
             !buckets.empty() && place <= buckets.rbegin()->first; ++place) {
            const Documents& found = buckets[place];
            if (static_cast<double>(found.size()) < least) continue;
            out.begin_object();
            if (dates) {
                const auto ms = static_cast<std::int64_t>(place * interval);
                out.member("key_as_string", std::to_string(ms)).member("key", ms);
            } else {
                out.member("key", place * interval + 0.0);
            }
            out.member("doc_count", found.size());
            inner(inside, found, out);
            out.end_object();
        }
        out.end_array();
    }

    /// Below 0, and from 0 on.
    static void range(const Value& body, const Value* inside, const Documents& documents,
                      json::Writer& out) {
        out.key("buckets").begin_array();
        for (const bool low : {true, false}) {
            Documents kept;
            for (const Value& document : documents) {
                const bool fits = std::ranges::any_of(
                    values(document, field_of(body)),
                    [&](const Value& value) { return (as_number_of(value) < 0) == low; });
                if (fits) kept.push_back(document);
            }
            out.begin_object()
                .member("key", low ? "*-0.0" : "0.0-*")
                .member(low ? "to" : "from", 0.0);
            out.member("doc_count", kept.size());
            inner(inside, kept, out);
            out.end_object();
        }
        out.end_array();
    }
};

class AggregationMaker {
public:
    explicit AggregationMaker(std::uint64_t seed) : random_(seed) {}

    std::string document() {
        std::string out = "{\"_\":0";
        list(out, "k", 3,
             [&] { return fmt::format("\"{}\"", terms_there[random_.below(terms_there.size())]); });
        list(out, "n", 4, [&] { return std::to_string(static_cast<int>(random_.below(60)) - 30); });
        list(out, "d", 2, [&] {
            return fmt::format("{}.{}", random_.below(9), random_.chance(0.5) ? "5" : "25");
        });
        list(out, "t", 2, [&] { return std::to_string(random_.below(200) * hour_ms / 2); });
        if (random_.chance(0.7)) out += random_.chance(0.5) ? R"(,"b":true)" : R"(,"b":false)";
        return out + "}";
    }

    std::string aggs(int depth) {
        std::string out = "{";
        const auto count = 1 + random_.below(2);
        for (std::uint64_t i = 0; i < count; ++i) {
            out += fmt::format(R"({}"a{}":{{)", i == 0 ? "" : ",", i);
            const bool buckets = depth > 0 && random_.chance(0.7);
            out += buckets ? bucket() : metric();
            if (buckets && (random_.chance(0.7) || ordered_)) {
                out +=
                    R"(,"aggs":)" + (ordered_ ? R"({"o":{"sum":{"field":"n"}}})" : aggs(depth - 1));
            }
            ordered_ = false;
            out += "}";
        }
        return out + "}";
    }

private:
    template <typename Make>
    void list(std::string& out, std::string_view name, std::uint64_t most, Make&& make) {
        const std::uint64_t count = random_.below(most + 1);
        if (count == 0) return;
        out += fmt::format(",\"{}\":", name);
        if (count == 1 && random_.chance(0.8)) {
            out += make();
            return;
        }
        for (std::uint64_t i = 0; i < count; ++i)
            out += (i == 0 ? "[" : ",") + make();
        out += "]";
    }

    std::string pick(std::initializer_list<const char*> texts) {
        return *(texts.begin() + random_.below(texts.size()));
    }

    std::string metric() {
        const std::string kind =
            pick({"sum", "min", "max", "avg", "stats", "value_count", "cardinality"});
        if (random_.chance(0.15)) return R"("percentiles":{"field":"n","percents":[50]})";
        const bool any = kind == "value_count" || kind == "cardinality";
        return fmt::format(R"("{}":{{"field":"{}"}})", kind,
                           any ? pick({"k", "n", "d"}) : pick({"n", "d"}));
    }

    std::string bucket() {
        switch (random_.below(6)) {
            case 0:
                return fmt::format(R"("histogram":{{"field":"n","interval":7,"min_doc_count":{}}})",
                                   random_.below(2));
            case 1:
                return R"("date_histogram":{"field":"t","fixed_interval":"12h",)"
                       R"("format":"epoch_millis"})";
            case 2: return R"("range":{"field":"n","ranges":[{"to":0},{"from":0}]})";
            case 3:
                return fmt::format(R"("filter":{{"term":{{"k":"{}"}}}})",
                                   terms_there[random_.below(terms_there.size())]);
            case 4: return fmt::format(R"("missing":{{"field":"{}"}})", pick({"k", "n", "d", "b"}));
            default: break;
        }
        std::string order;
        if (random_.chance(0.3)) order = R"(,"order":{"_key":"desc"})";
        ordered_ = order.empty() && random_.chance(0.3);
        if (ordered_) order = R"(,"order":{"o":"asc"})";
        return fmt::format(R"("terms":{{"field":"{}","size":{}{}}})", pick({"k", "n", "b", "d"}),
                           1 + random_.below(8), order);
    }

    Random random_;
    bool ordered_ = false;
};

class AggregationsDifferentialTest : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(AggregationsDifferentialTest, TheAnswerIsThatOfAPlainWalk) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        TestIndex index(GetParam());
        index.make("logs", {{"k", FieldType::keyword},
                            {"n", FieldType::int64},
                            {"d", FieldType::float64},
                            {"t", FieldType::date},
                            {"b", FieldType::boolean}});
        AggregationMaker maker(seed);
        Random random(seed);
        std::map<int, std::string> sources;
        for (int i = 0; i < 120; ++i) {
            const int id = random.chance(0.2) ? static_cast<int>(random.below(60)) : i;
            sources[id] = maker.document();
            index.put("logs", std::to_string(id), sources[id]);
        }
        event::Arena arena;
        json::Parser parser;
        PlainWalk::Documents documents;
        for (const auto& [id, source] : sources) {
            if (source.find(R"("k":)") != std::string::npos)
                documents.push_back(*parser.parse(source, arena));
        }
        for (int i = 0; i < 60; ++i) {
            const std::string aggs = maker.aggs(3);
            json::Writer expected;
            expected.begin_object();
            PlainWalk::answer(*parser.parse(aggs, arena), documents, expected);
            expected.end_object();
            const auto found =
                index.search(R"({"size":0,"query":{"exists":{"field":"k"}},"aggs":)" + aggs + "}");
            ASSERT_TRUE(found) << aggs << " " << found.error().reason;
            ASSERT_EQ(found->aggregations, expected.take()) << "seed " << seed << " " << aggs;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(RowsAGroup, AggregationsDifferentialTest,
                         ::testing::Values(1U, 3U, 1000U));

}  // namespace
}  // namespace elkhorn::search
