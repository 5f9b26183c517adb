// Where fields can be put, and what happens where they cannot.

#include "event/event.h"

#include "event/batch.h"
#include "event/format.h"

#include <gtest/gtest.h>

namespace elkhorn::event {
namespace {

/// An event with a text, a number, a null, an object and a list.
class Fields : public testing::Test {
protected:
    Fields() : event_(batch_.add()) {
        Arena& arena = batch_.arena();
        event_.set("text", "t");
        event_.set("number", Value::integer(1));
        event_.set("nothing", Value());
        Object* object = make_object(arena);
        object->add(arena, "text", Value::string("u"));
        event_.set("object", Value::object(object));
        Array* list = make_array(arena);
        list->push_back(arena, Value::string("a"));
        list->push_back(arena, Value::object(make_object(arena)));
        event_.set("list", Value::array(list));
    }

    bool set(std::string_view path, std::int64_t value = 5) {
        const auto parsed = FieldPath::parse(path);
        EXPECT_TRUE(parsed) << path;
        const bool place = event_.has_place(*parsed);
        const bool done = event_.set(*parsed, Value::integer(value));
        EXPECT_EQ(done, place) << path;
        return done;
    }

    std::string show() const {
        std::string out;
        append_json(out, event_.root());
        return out;
    }

    Batch batch_;
    Event& event_;
};

TEST_F(Fields, AreMadeBelowObjectsAndNullsAndWhereThereIsNothing) {
    EXPECT_TRUE(set("[new][a][b]"));
    EXPECT_TRUE(set("[nothing][a]"));
    EXPECT_TRUE(set("[object][a]"));
    EXPECT_TRUE(set("[list][1][a]"));
    EXPECT_TRUE(set("[list][-2]"));
    EXPECT_TRUE(set("[@metadata][a][b]"));
    EXPECT_EQ(show(), R"({"text":"t","number":1,"nothing":{"a":5},"object":{"text":"u","a":5},)"
                      R"("list":[5,{"a":5}],"new":{"a":{"b":5}}})");
}

TEST_F(Fields, HaveNoPlaceBelowAnythingElseAndNothingIsChanged) {
    const std::string before = show();
    for (const char* path : {"[text][a]", "[text][a][b]", "[number][0]", "[object][text][a]",
                             "[list][a]", "[list][2]", "[list][-3]", "[list][0][a]"})
        EXPECT_FALSE(set(path)) << path;
    EXPECT_EQ(show(), before);
}

TEST_F(Fields, ATagMovesWhatIsInItsPlace) {
    event_.set("tags", Value::integer(7));
    event_.add_tag("x");
    event_.add_tag("x");
    event_.set("tags", Value::boolean(true));
    event_.add_tag("y");
    EXPECT_TRUE(event_.has_tag("y"));
    EXPECT_TRUE(event_.has_tag("_tagsparsefailure"));
    std::string odd;
    append_text(odd, *event_.find("_tags"));
    EXPECT_EQ(odd, "7,true");
}

}  // namespace
}  // namespace elkhorn::event
