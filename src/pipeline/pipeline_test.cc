#include "pipeline/pipeline.h"

#include "base/mutex.h"
#include "config/grammar.h"
#include "event/arrival.h"
#include "event/format.h"
#include "json/parse.h"
#include "pipeline/queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

namespace elkhorn::pipeline {
namespace {

constexpr std::int64_t now_ns = 1'431'857'103'000'000'000;

/// Sends JSON lines, one batch each, and remembers the answers.
class Lines final : public input::Input {
public:
    Lines(std::vector<std::string> lines, std::atomic<int>& durable, std::atomic<int>& lost)
        : lines_(std::move(lines)), durable_(durable), lost_(lost) {}

    void run(input::Receiver& receiver) override {
        json::Parser parser;
        for (const std::string& line : lines_) {
            event::Batch batch;
            EXPECT_TRUE(parser.parse_into(line, batch.add()));
            event::adopt_members(batch[0], now_ns);
            batch.on_acknowledge([this](bool durable) { ++(durable ? durable_ : lost_); });
            if (!receiver.push(std::move(batch))) return;
        }
    }

    void stop() override {}

private:
    std::vector<std::string> lines_;
    std::atomic<int>& durable_;
    std::atomic<int>& lost_;
};

class Collect final : public output::Output {
public:
    explicit Collect(std::vector<std::string>& out, int failures = 0)
        : out_(out), failures_(failures) {}

    Result<> write(output::Events events) override {
        const Lock lock(mutex_);
        if (failures_ != 0) {
            failures_ -= failures_ > 0 ? 1 : 0;
            return fail(ErrorCode::unavailable, "away");
        }
        for (const event::Event* event : events) {
            std::string text;
            event::append_json(text, event->root());
            out_.push_back(text);
        }
        return {};
    }

private:
    Mutex mutex_;
    std::vector<std::string>& out_ GUARDED_BY(mutex_);
    int failures_ GUARDED_BY(mutex_);  // negative: for ever
};

config::Pipeline parse(std::string_view text) {
    config::GrammarOptions options;
    options.file = "a.conf";
    auto parsed = config::parse_pipeline(text, options);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed ? std::move(*parsed) : config::Pipeline{};
}

struct Ran {
    std::vector<std::string> out;
    std::atomic<int> durable = 0;
    std::atomic<int> lost = 0;
};

void run(std::string_view text, std::vector<std::string> lines, Ran& ran, int failures = 0) {
    const ManualClock clock(now_ns);
    Options options{.workers = 1, .clock = clock};
    Parts parts;
    parts.inputs.push_back(std::make_unique<Lines>(std::move(lines), ran.durable, ran.lost));
    parts.outputs.push_back(std::make_unique<Collect>(ran.out, failures));
    auto pipeline = Pipeline::build(parse(text), options, std::move(parts));
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    ASSERT_TRUE((*pipeline)->start());
    (*pipeline)->run_to_end();
}

/// Which of the lines get through `if CONDITION`.
std::string passing(const std::string& condition, std::vector<std::string> lines) {
    Ran ran;
    run("filter { if " + condition + " { } else { drop { } } }", std::move(lines), ran);
    std::string out;
    for (const std::string& line : ran.out)
        out += line;
    return out;
}

TEST(Pipeline, FiltersThenDeliversThenAcknowledges) {
    Ran ran;
    run(R"(filter {
             if [type] == "a" { mutate { add_field => { "k" => "A" } } }
             else if [type] == "b" { drop { } }
             else { mutate { add_tag => ["other"] } }
             mutate { remove_field => ["type"] } })",
        {R"({"type":"a"})", R"({"type":"b"})", R"({"type":"c"})"}, ran);
    EXPECT_EQ(ran.out, (std::vector<std::string>{R"({"k":"A"})", R"({"tags":["other"]})"}));
    EXPECT_EQ(ran.durable, 3);  // a dropped event was dropped on purpose
    EXPECT_EQ(ran.lost, 0);
}

TEST(Pipeline, AFailingOutputIsTriedAgainBeforeTheInputHears) {
    Ran ran;
    run("", {R"({"a":1})"}, ran, 2);
    EXPECT_EQ(ran.out.size(), 1U);
    EXPECT_EQ(ran.durable, 1);
}

TEST(Pipeline, StoppingWhileAnOutputIsAwayLeavesEventsUnacknowledged) {
    Ran ran;
    Parts parts;
    parts.inputs.push_back(
        std::make_unique<Lines>(std::vector<std::string>{R"({"a":1})"}, ran.durable, ran.lost));
    parts.outputs.push_back(std::make_unique<Collect>(ran.out, -1));
    auto pipeline = Pipeline::build(config::Pipeline{}, Options{}, std::move(parts));
    ASSERT_TRUE(pipeline && (*pipeline)->start());
    (*pipeline)->stop(1);
    EXPECT_EQ(ran.durable, 0);
    EXPECT_EQ(ran.out.size(), 0U);
}

TEST(Pipeline, TheQueueIsBoundedAndEverythingGetsThrough) {
    Ran ran;
    Parts parts;
    std::vector<std::string> lines(5000, R"({"a":1})");
    for (int i = 0; i < 3; ++i) {
        parts.inputs.push_back(std::make_unique<Lines>(lines, ran.durable, ran.lost));
    }
    parts.outputs.push_back(std::make_unique<Collect>(ran.out));
    Options options{.workers = 2, .batch_events = 7, .queue_events = 10};
    auto pipeline = Pipeline::build(parse("filter { mutate { add_tag => [\"x\"] } }"), options,
                                    std::move(parts));
    ASSERT_TRUE(pipeline && (*pipeline)->start());
    (*pipeline)->run_to_end();
    EXPECT_EQ(ran.out.size(), 15'000U);
    EXPECT_EQ(ran.durable, 15'000);
}

TEST(Pipeline, WhatTheWorkersHaveCountsUntilItIsDone) {
    const auto of_size = [](std::size_t bytes) {
        event::Batch batch;
        batch.keep(std::string(bytes, 'x'));
        batch.add();
        return batch;
    };
    Queue queue({.events = 10, .bytes = 100'000});
    event::Batch small = of_size(1'000);
    event::Batch large = of_size(1'000'000);
    ASSERT_TRUE(queue.try_push(large));  // alone, whatever its size
    EXPECT_FALSE(queue.try_push(small));
    Queue::Work work;
    ASSERT_TRUE(queue.pop(work, 10));
    EXPECT_FALSE(queue.try_push(small)) << "a worker has it, and it is as large as before";
    queue.finish(work);
    EXPECT_TRUE(queue.try_push(small));
}

TEST(Pipeline, GeneratorRunsToItsEnd) {
    Ran ran;
    Parts parts;
    parts.outputs.push_back(std::make_unique<Collect>(ran.out));
    auto pipeline = Pipeline::build(
        parse(
            "input { generator { lines => [\"a\", \"b\"] count => 700 threads => 2 type => t } }"),
        Options{}, std::move(parts));
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    ASSERT_TRUE((*pipeline)->start());
    (*pipeline)->run_to_end();
    EXPECT_EQ(ran.out.size(), 2800U);
    EXPECT_NE(ran.out[0].find(R"("type":"t")"), std::string::npos);
}

TEST(Pipeline, EveryMistakeIsReportedBeforeAnythingStarts) {
    const auto built =
        Pipeline::build(parse("input { stdinn { } }\nfilter { grokk { } date { match => [] }\n"
                              "if [a] =~ /(/ { drop { percent => 1 } } }\noutput { stout { } }"),
                        Options{}, {});
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().message,
              "a.conf: line 1, column 9: there is no input stdinn (did you mean stdin?)\n"
              "a.conf: line 2, column 10: there is no filter grokk (did you mean grok?)\n"
              "a.conf: line 2, column 36: date: match: write [\"field\", \"format\", ...]\n"
              "a.conf: line 3, column 11: column 2: a ( is not closed by a )\n"
              "a.conf: line 3, column 24: drop: there is no option percent\n"
              "a.conf: line 4, column 10: there is no output stout (did you mean stdout?)");
}

TEST(Condition, TruthAndEquality) {
    const std::vector<std::string> lines = {R"({"a":0})",     R"({"a":""})", R"({"a":"false"})",
                                            R"({"a":false})", R"({"a":[]})", R"({"a":"200"})",
                                            R"({"a":200})",   R"({"b":1})",  R"({"a":null})"};
    EXPECT_EQ(passing("[a]", lines), R"({"a":0}{"a":[]}{"a":"200"}{"a":200})");
    EXPECT_EQ(passing("[a] == 200", lines), R"({"a":200})");
    EXPECT_EQ(passing("[a] == \"200\"", lines), R"({"a":"200"})");
    EXPECT_EQ(passing("[a] == 200.0", lines), R"({"a":200})");
    EXPECT_EQ(passing("![a] and [a] != \"\"", lines),
              R"({"a":"false"}{"a":false}{"b":1}{"a":null})");
    EXPECT_EQ(passing("[a] == [a]", {R"({"a":[1,2]})", R"({"b":1})"}), R"({"a":[1,2]}{"b":1})");
}

TEST(Condition, OrderingUnlikeThingsIsFalseAndDoesNotStop) {
    const std::vector<std::string> lines = {R"({"a":5})", R"({"a":"5"})", R"({"a":2.5})",
                                            R"({"b":1})"};
    EXPECT_EQ(passing("[a] > 3", lines), R"({"a":5})");
    EXPECT_EQ(passing("[a] <= 5", lines), R"({"a":5}{"a":2.5})");
    EXPECT_EQ(passing("[a] < \"6\"", lines), R"({"a":"5"})");
    EXPECT_EQ(passing("!([a] > 3)", lines), R"({"a":2.5})");
}

TEST(Condition, InByTheShapesOfItsSides) {
    EXPECT_EQ(passing("\"x\" in [tags]",
                      {R"({"tags":["x","y"]})", R"({"tags":"axb"})", R"({"tags":["xx"]})"}),
              R"({"tags":["x","y"]}{"tags":"axb"})");
    EXPECT_EQ(
        passing("[a] in [\"1\", \"b\"]", {R"({"a":1})", R"({"a":"b"})", R"({"a":"bb"})", R"({})"}),
        R"({"a":1}{"a":"b"})");
    EXPECT_EQ(passing("[a] in \"abc\"", {R"({"a":"bc"})", R"({"a":"ac"})"}), R"({"a":"bc"})");
    EXPECT_EQ(
        passing("[a] not in [b]", {R"({"a":1,"b":[1,2]})", R"({"a":3,"b":[1,2]})", R"({"b":[1]})"}),
        R"({"a":3,"b":[1,2]}{"b":[1]})");
    EXPECT_EQ(passing("[a] in [b]", {R"({"a":[1],"b":[[1]]})", R"({"a":"x","b":"axe"})"}),
              R"({"a":"x","b":"axe"})");
}

TEST(Condition, OnlyTextsMatchExpressions) {
    EXPECT_EQ(passing("[a] =~ /^\\d+$/", {R"({"a":"12"})", R"({"a":12})", R"({"a":"x"})", R"({})"}),
              R"({"a":"12"})");
    EXPECT_EQ(passing("[a] !~ \"b\"", {R"({"a":"abc"})", R"({"a":1})", R"({"a":"x"})"}),
              R"({"a":1}{"a":"x"})");
}

TEST(Condition, XorAndNand) {
    const std::vector<std::string> lines = {R"({"a":1,"b":1})", R"({"a":1})", R"({})"};
    EXPECT_EQ(passing("[a] xor [b]", lines), R"({"a":1})");
    EXPECT_EQ(passing("[a] nand [b]", lines), R"({"a":1}{})");
}

TEST(Pipeline, ConditionsChooseOutputs) {
    Ran ran;
    const std::string path = ::testing::TempDir() + "/elkhorn_out.txt";
    std::remove(path.c_str());
    run("output { if [a] == 1 { file { path => \"" + path +
            "\" codec => line { format => \"%{b}\" } } } }",
        {R"({"a":1,"b":"x"})", R"({"a":2,"b":"y"})"}, ran);
    std::FILE* file = std::fopen(path.c_str(), "r");
    ASSERT_NE(file, nullptr);
    char text[16] = {};
    EXPECT_EQ(std::fread(text, 1, sizeof text, file), 2U);
    std::fclose(file);
    EXPECT_STREQ(text, "x\n");
    EXPECT_EQ(ran.out.size(), 2U);
}

}  // namespace
}  // namespace elkhorn::pipeline
