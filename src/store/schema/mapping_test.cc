#include "store/schema/mapping.h"

#include "base/bytes.h"
#include "store/schema/dynamic_mapping.h"
#include "store/schema/field_value.h"
#include "store/schema/geo_point.h"

#include <gtest/gtest.h>

namespace elkhorn {
namespace {

using event::Kind;
using event::Leaf;
using store::Dynamic;
using store::FieldMapping;
using store::FieldType;
using store::Mapping;

Leaf text(std::string_view value) {
    Leaf leaf;
    leaf.kind = Kind::string;
    leaf.text = value.data();
    leaf.size_bytes = static_cast<std::uint32_t>(value.size());
    return leaf;
}

Leaf whole(std::int64_t value) {
    Leaf leaf;
    leaf.kind = Kind::integer;
    leaf.integer = value;
    return leaf;
}

Leaf real(double value) {
    Leaf leaf;
    leaf.kind = Kind::real;
    leaf.real = value;
    return leaf;
}

FieldMapping field(std::string_view name) {
    FieldMapping made;
    made.type = *store::type_from_name(name);
    made.es_name = name;
    return made;
}

std::string misfit(const Leaf& leaf, const FieldMapping& mapping) {
    store::DateParsers dates;
    const auto wrong = store::misfit(leaf, mapping, dates);
    return wrong ? wrong->type + ": " + wrong->reason : "fits";
}

store::DynamicTemplate for_kind(std::string kind, std::string_view type) {
    store::DynamicTemplate made;
    made.mapping_type = std::move(kind);
    made.field.es_name = type;
    return made;
}

std::string type_of(const Mapping& mapping, std::string_view path, const Leaf& leaf) {
    store::DateParsers dates;
    return store::new_field(path, leaf, mapping, dates).es_name;
}

TEST(FieldValue, KnowsTheRangeOfEachWholeNumber) {
    EXPECT_EQ(misfit(whole(127), field("byte")), "fits");
    EXPECT_EQ(misfit(whole(-128), field("byte")), "fits");
    EXPECT_EQ(misfit(whole(128), field("byte")),
              "illegal_argument_exception: Value [128] is out of range for a byte");
    EXPECT_EQ(misfit(text("-32769"), field("short")),
              "illegal_argument_exception: Value [-32769] is out of range for a short");
    EXPECT_EQ(misfit(whole(2147483647), field("integer")), "fits");
    EXPECT_TRUE(misfit(whole(2147483648), field("integer")).starts_with("input_coercion"));
    EXPECT_EQ(misfit(text("9223372036854775807"), field("long")), "fits");
    EXPECT_TRUE(misfit(real(9.3e18), field("long")).starts_with("input_coercion"));
}

TEST(FieldValue, KnowsTheRangeOfEachFraction) {
    EXPECT_EQ(misfit(real(65504), field("half_float")), "fits");
    EXPECT_EQ(misfit(real(65519), field("half_float")), "fits") << "it is rounded to 65504";
    EXPECT_NE(misfit(real(65520), field("half_float")), "fits");
    EXPECT_NE(misfit(real(1e39), field("float")), "fits");
    EXPECT_EQ(misfit(real(1e39), field("double")), "fits");
    EXPECT_EQ(misfit(text("NaN"), field("double")),
              "illegal_argument_exception: [double] supports only finite values, but got [NaN]");
}

TEST(FieldValue, CoercesUnlessTold) {
    FieldMapping exact = field("long");
    exact.coerce = false;
    EXPECT_EQ(store::to_whole(text("12"), field("long")), 12);
    EXPECT_EQ(store::to_whole(real(12.7), field("long")), 12);
    EXPECT_FALSE(store::to_whole(text("12"), exact));
    EXPECT_FALSE(store::to_whole(real(12.7), exact));
    EXPECT_EQ(store::to_whole(real(12), exact), 12);
    EXPECT_TRUE(store::says_nothing(text(""), field("long")));
    EXPECT_FALSE(store::says_nothing(text(""), field("date")));
}

TEST(FieldValue, HoldsUnsignedLongsInTwoParts) {
    const FieldMapping large = field("unsigned_long");
    EXPECT_EQ(store::to_whole(text("9223372036854775807"), large), 9223372036854775807);
    EXPECT_FALSE(store::to_whole(text("18446744073709551615"), large));
    EXPECT_EQ(store::to_large(text("18446744073709551615")), 18446744073709551616.0);
    EXPECT_NE(misfit(whole(-1), large), "fits");
    EXPECT_NE(misfit(text("18446744073709551616"), large), "fits");
}

TEST(FieldValue, KeepsNanoseconds) {
    store::DateParsers dates;
    EXPECT_EQ(store::to_date_ns(text("2018-10-29T12:12:12.123456789Z"), dates.of("")),
              1540815132123456789);
    EXPECT_EQ(store::to_date_ns(whole(5), dates.of("")), 5'000'000);
    EXPECT_FALSE(store::to_date_ns(text("1969-12-31"), dates.of("")));
    EXPECT_FALSE(store::to_date_ns(text("2300-01-01"), dates.of("")));
}

TEST(GeoPoint, IsReadInEveryShape) {
    for (const char* shape :
         {"41.12,-71.34", " 41.12 , -71.34 ", "POINT (-71.34 41.12)", "point(-71.34 41.12 9)"}) {
        const auto point = store::parse_point(shape);
        ASSERT_TRUE(point) << shape;
        EXPECT_EQ(point->lat, 41.12) << shape;
        EXPECT_EQ(point->lon, -71.34) << shape;
    }
    const auto hashed = store::parse_point("drm3btev3e86");
    ASSERT_TRUE(hashed);
    EXPECT_NEAR(hashed->lat, 41.12, 1e-5);
    EXPECT_NEAR(hashed->lon, -71.34, 1e-5);
    for (const char* shape : {"", "a,b", "1", "zz!", "POINT (1)", "1,2,3,4"}) {
        const auto point = store::parse_point(shape);
        EXPECT_TRUE(!point || std::string_view(shape) == "1") << shape;
    }
}

TEST(GeoPoint, IsPutTogetherFromTheLeavesOfADocument) {
    store::GeoPoints points;
    points.add("lat", whole(1));
    points.add("lon", real(2.5));
    points.add("lat", text("91"));
    points.add("lon", whole(2));
    points.add("", whole(13));
    points.add("", whole(52));
    points.add("", whole(500));
    points.add("geohash", text("u33"));
    const auto made = points.take();
    ASSERT_EQ(made.size(), 3U) << "the one beyond the pole is none";
    EXPECT_EQ(made[1].lat, 1);
    EXPECT_EQ(made[1].lon, 2.5);
    EXPECT_EQ(made[2].lat, 52);
    EXPECT_EQ(made[2].lon, 13);
    EXPECT_TRUE(points.take().empty());
}

TEST(DynamicMapping, GuessesByTheFirstValue) {
    Mapping mapping;
    EXPECT_EQ(type_of(mapping, "a", text("x")), "text");
    EXPECT_EQ(type_of(mapping, "a", text("2020-01-01")), "date");
    EXPECT_EQ(type_of(mapping, "a", text("2020")), "text") << "a number in a text is no date";
    EXPECT_EQ(type_of(mapping, "a", text("12")), "text");
    EXPECT_EQ(type_of(mapping, "a", whole(12)), "long");
    EXPECT_EQ(type_of(mapping, "a", real(1.5)), "float");
    mapping.numeric_detection = true;
    EXPECT_EQ(type_of(mapping, "a", text("12")), "long");
    EXPECT_EQ(type_of(mapping, "a", text("1.5")), "float");
    mapping.date_detection = false;
    EXPECT_EQ(type_of(mapping, "a", text("2020-01-01")), "text");
}

TEST(DynamicMapping, AsksTemplatesInOrder) {
    Mapping mapping;
    mapping.templates.push_back(for_kind("string", "keyword"));
    mapping.templates.push_back(for_kind("string", "ip"));
    mapping.templates.push_back(for_kind("", "{dynamic_type}"));
    EXPECT_EQ(type_of(mapping, "a", text("x")), "keyword");
    EXPECT_EQ(type_of(mapping, "a", text("2020-01-01")), "date");
    EXPECT_EQ(type_of(mapping, "a", real(1)), "float");
}

TEST(DynamicMapping, MatchesNamesAndPaths) {
    Mapping mapping;
    auto by_name = for_kind("", "byte");
    by_name.match = "n_*";
    by_name.unmatch = "*_not";
    auto by_path = for_kind("", "short");
    by_path.path_match = "o.*.x";
    by_path.path_unmatch = "o.no.*";
    auto by_regex = for_kind("", "double");
    by_regex.match = "p\\d+";
    by_regex.regex = true;
    mapping.templates = {by_name, by_path, by_regex};
    EXPECT_EQ(type_of(mapping, "o.n_1", whole(1)), "byte");
    EXPECT_EQ(type_of(mapping, "n_1_not", whole(1)), "long");
    EXPECT_EQ(type_of(mapping, "o.a.x", whole(1)), "short");
    EXPECT_EQ(type_of(mapping, "o.no.x", whole(1)), "long");
    EXPECT_EQ(type_of(mapping, "p12", whole(1)), "double");
    EXPECT_EQ(type_of(mapping, "p12x", whole(1)), "long") << "the whole name must fit";
}

TEST(DynamicMapping, PassesOverTemplatesThatCannotBeUsed) {
    Mapping mapping;
    mapping.templates.push_back(for_kind("string", "strong"));
    mapping.templates.push_back(for_kind("string", ""));
    mapping.templates.push_back(for_kind("", "object"));
    auto broken = for_kind("", "byte");
    broken.match = "*[";
    broken.regex = true;
    mapping.templates.push_back(broken);
    EXPECT_EQ(type_of(mapping, "a", text("x")), "text");
}

TEST(DynamicMapping, FillsInPlaceholders) {
    Mapping mapping;
    auto made = for_kind("string", "text");
    made.field.copy_to = {"{name}_all"};
    made.field.extra_json = R"("copy_to":["{name}_all"])";
    made.field.fields["{name}_raw"] = field("keyword");
    mapping.templates.push_back(made);
    store::DateParsers dates;
    const FieldMapping title = store::new_field("o.title", text("x"), mapping, dates);
    EXPECT_EQ(title.copy_to, std::vector<std::string>{"title_all"});
    EXPECT_EQ(title.extra_json, R"("copy_to":["title_all"])");
    EXPECT_TRUE(title.fields.contains("title_raw"));
}

TEST(DynamicMapping, HoldsForTheNearestObjectThatSaysSo) {
    Mapping mapping;
    mapping.dynamic = Dynamic::strict;
    mapping.fields["o"] = field("object");
    mapping.fields["o"].dynamic = Dynamic::yes;
    mapping.fields["o.p"] = field("object");
    EXPECT_EQ(mapping.dynamic_below(""), Dynamic::strict);
    EXPECT_EQ(mapping.dynamic_below("x"), Dynamic::strict);
    EXPECT_EQ(mapping.dynamic_below("o.p.q"), Dynamic::yes);
}

TEST(MappingTest, ResolvesAliasesKeysAndMultiFields) {
    Mapping mapping;
    mapping.fields["t"] = store::dynamic_text();
    FieldMapping lower = field("keyword");
    lower.normalizer = "keyword lowercase";
    mapping.fields["t"].fields["lower"] = lower;
    mapping.fields["a"] = field("alias");
    mapping.fields["a"].target = "t.keyword";
    mapping.fields["loop"] = field("alias");
    mapping.fields["loop"].target = "loop";
    mapping.fields["f"] = field("flattened");
    EXPECT_EQ(mapping.resolve("t.keyword").column, "t");
    EXPECT_EQ(mapping.resolve("t.keyword").longest, 256U);
    EXPECT_EQ(mapping.resolve("t.lower").column, "t.lower") << "its values are other ones";
    EXPECT_EQ(mapping.resolve("a").column, "t");
    EXPECT_EQ(mapping.resolve("f.any.key").column, "f.any.key");
    EXPECT_EQ(mapping.resolve("f.any.key").field, mapping.find("f"));
    EXPECT_EQ(mapping.resolve("loop").field, mapping.find("loop"));
    EXPECT_EQ(mapping.resolve("nothing.key").field, nullptr);
}

TEST(MappingTest, MergesAllOrNothing) {
    Mapping mapping;
    mapping.fields["a"] = field("long");
    Mapping update;
    update.fields["a"] = field("keyword");
    update.fields["b"] = field("long");
    const auto refused = store::merge_mapping(mapping, update);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "mapper [a] cannot be changed from type [long] to [keyword]");
    EXPECT_EQ(mapping.fields.size(), 1U);
}

Mapping full_mapping() {
    Mapping mapping;
    mapping.dynamic = Dynamic::no;
    mapping.dynamic_given = true;
    mapping.date_formats = {"yyyy"};
    mapping.parameters["_meta"] = "{}";
    auto made = for_kind("string", "keyword");
    made.name = "t";
    made.regex = true;
    mapping.templates.push_back(made);
    FieldMapping keyword = field("keyword");
    keyword.null_value = "";
    keyword.normalizer = "keyword lowercase";
    keyword.copy_to = {"x", "y"};
    keyword.doc_values = false;
    keyword.fields["sub"] = field("text");
    keyword.fields["sub"].analyzer = "whitespace";
    mapping.fields["k"] = keyword;
    mapping.fields["a"] = field("alias");
    mapping.fields["a"].target = "k";
    mapping.fields["o"] = field("object");
    mapping.fields["o"].dynamic = Dynamic::strict;
    return mapping;
}

TEST(MappingBytes, ComeBackAsTheyWere) {
    std::string bytes;
    store::append_mapping(bytes, full_mapping());
    const auto read = store::read_mapping(bytes);
    ASSERT_TRUE(read);
    std::string again;
    store::append_mapping(again, *read);
    EXPECT_EQ(bytes, again);
    EXPECT_EQ(read->fields.at("k").null_value, "");
    EXPECT_EQ(read->fields.at("k").fields.at("sub").analyzer, "whitespace");
    EXPECT_EQ(read->fields.at("o").dynamic, Dynamic::strict);
    EXPECT_TRUE(read->templates.at(0).regex);
}

TEST(MappingBytes, CutShortAreDamage) {
    std::string bytes;
    store::append_mapping(bytes, full_mapping());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(store::read_mapping(std::string_view(bytes).substr(0, size))) << size;
    }
}

/// A field as version 1 wrote it.
void append_old_field(std::string& out, FieldType type, std::string_view name,
                      std::string_view extra) {
    out.push_back(static_cast<char>(type));
    append_text(out, name);
    append_varint(out, 0);
    append_number(out, 1.0);
    append_text(out, "");
    out.push_back('\3');
    append_text(out, extra);
    append_varint(out, 0);
}

TEST(MappingBytes, OfTheFirstVersionAreRead) {
    std::string bytes("\1\5", 2);  // dynamic: no, given; date detection
    append_text(bytes, R"("_meta":{"a":1},"date_detection":true)");
    append_varint(bytes, 2);
    append_text(bytes, "k");
    append_old_field(bytes, FieldType::keyword, "keyword", R"("doc_values":false)");
    append_text(bytes, "n");
    append_old_field(bytes, FieldType::date, "date_nanos", "");
    auto read = store::read_mapping(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->dynamic, Dynamic::no);
    EXPECT_TRUE(read->dynamic_given);
    EXPECT_EQ(read->parameters.at(""), R"("_meta":{"a":1},"date_detection":true)");
    EXPECT_FALSE(read->fields.at("k").doc_values);
    Mapping update;
    update.fields["n"] = field("date_nanos");
    ASSERT_TRUE(store::merge_mapping(*read, update));
    EXPECT_EQ(read->fields.at("n").type, FieldType::date) << "its columns hold milliseconds";
}

}  // namespace
}  // namespace elkhorn
