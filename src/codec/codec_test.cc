#include "codec/core/codec.h"

#include "base/random.h"
#include "codec/core/line_splitter.h"
#include "config/grammar.h"
#include "event/format.h"

#include <gtest/gtest.h>

namespace elkhorn::codec {
namespace {

std::unique_ptr<Codec> make(const std::string& codec, Framing framing) {
    config::GrammarOptions options;
    options.file = "a.conf";
    const auto pipeline = config::parse_pipeline("input { x { codec => " + codec + " } }", options);
    EXPECT_TRUE(pipeline) << pipeline.error().message;
    const auto& plugin = std::get<config::Plugin>(pipeline->inputs[0].what);
    auto built = build(&plugin.find("codec")->value, "plain", framing);
    EXPECT_TRUE(built) << built.error().message;
    return built ? std::move(*built) : nullptr;
}

std::string show(event::Batch& batch) {
    std::string out;
    for (const event::Event& event : batch) {
        event::append_json(out, event.root());
        out += '\n';
    }
    return out;
}

/// Decodes the pieces as chunks of one stream.
std::string decode(const Codec& codec, std::initializer_list<std::string_view> pieces) {
    event::Batch batch;
    const auto decoder = codec.decoder();
    for (const std::string_view piece : pieces)
        decoder->decode(batch.keep(std::string(piece)), batch);
    decoder->flush(batch);
    return show(batch);
}

TEST(Codec, LinesAreFoundWhereverTheChunksEnd) {
    const auto codec = make("line", Framing::stream);
    EXPECT_EQ(
        decode(*codec, {"a\nb", "c\r\n", "\nd"}),
        "{\"message\":\"a\"}\n{\"message\":\"bc\"}\n{\"message\":\"\"}\n{\"message\":\"d\"}\n");
    const auto parted = make("line { delimiter => \"||\" }", Framing::stream);
    EXPECT_EQ(decode(*parted, {"a|", "|b||c|", "d"}),
              "{\"message\":\"a\"}\n{\"message\":\"b\"}\n{\"message\":\"c|d\"}\n");
}

TEST(Codec, RandomChunksGiveTheSameLinesAsOnePiece) {
    Random random(3);
    for (const std::string delimiter : {"\n", "\r\n", "aab"}) {
        const auto codec = make("line { delimiter => \"" + delimiter + "\" max_line_bytes => 7 }",
                                Framing::stream);
        for (int i = 0; i < 3000; ++i) {
            std::string text;
            for (std::uint64_t n = random.below(30); n > 0; --n)
                text += "ab\n\rc"[random.below(5)];
            event::Batch batch;
            const auto decoder = codec->decoder();
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t size = 1 + random.below(5);
                decoder->decode(batch.keep(text.substr(at, size)), batch);
                at += size;
            }
            decoder->flush(batch);
            ASSERT_EQ(show(batch), decode(*codec, {text})) << text;
        }
    }
}

TEST(Codec, ALineThatIsTooLongIsCutAndItsNeighboursAreUnharmed) {
    const auto codec = make("line { max_line_bytes => 4 }", Framing::stream);
    EXPECT_EQ(decode(*codec, {"ok\n123", "45678", "9\nnext\n"}),
              "{\"message\":\"ok\"}\n{\"message\":\"1234\",\"tags\":[\"_linetoolong\"]}\n{"
              "\"message\":\"next\"}\n");
}

TEST(Codec, JsonOnAStreamIsADocumentALine) {
    const auto codec = make("json", Framing::stream);
    EXPECT_EQ(decode(*codec, {"{\"a\":1}\n{\"b\"", ":[2]}\n\n{broken\n{\"c\":3}"}),
              "{\"a\":1}\n{\"b\":[2]}\n{\"message\":\"{broken\",\"tags\":[\"_jsonparsefailure\"]}"
              "\n{\"c\":3}\n");
}

TEST(Codec, JsonInAMessageIsADocumentOrAListOfThem) {
    const auto codec = make("json", Framing::message);
    EXPECT_EQ(
        decode(*codec, {"{\"a\":\n1}", "[{\"b\":1},{\"b\":2}]", "5"}),
        "{\"a\":1}\n{\"b\":1}\n{\"b\":2}\n{\"message\":\"5\",\"tags\":[\"_jsonparsefailure\"]}\n");
}

TEST(Codec, InvalidUtf8IsKeptAndWrittenAsTheReplacementCharacter) {
    EXPECT_EQ(decode(*make("plain", Framing::message), {"a\xff"
                                                        "b"}),
              "{\"message\":\"a\xEF\xBF\xBD"
              "b\"}\n");
    EXPECT_EQ(decode(*make("plain { charset => \"ISO-8859-1\" }", Framing::message), {"caf\xe9"}),
              "{\"message\":\"caf\xC3\xA9\"}\n");
}

TEST(Codec, EncodersWriteWhatTheyAreKnownFor) {
    event::Batch batch;
    event::Event& event = batch.add();
    event.set("message", std::string_view("hi \"x\""));
    event.set_timestamp(0);
    event.add_tag("t");
    const auto encode = [&](const std::string& codec) {
        std::string out;
        make(codec, Framing::stream)->encode(event, out);
        return out;
    };
    EXPECT_EQ(encode("json_lines"),
              "{\"message\":\"hi "
              "\\\"x\\\"\",\"@timestamp\":\"1970-01-01T00:00:00.000Z\",\"tags\":[\"t\"]}\n");
    EXPECT_EQ(encode("line { format => \"<%{message}>\" }"), "<hi \"x\">\n");
    EXPECT_EQ(encode("dots"), ".");
    EXPECT_EQ(encode("rubydebug"),
              "{\n       \"message\" => \"hi \\\"x\\\"\",\n    \"@timestamp\" => "
              "1970-01-01T00:00:00.000Z,\n"
              "          \"tags\" => [\n        [0] \"t\"\n    ]\n}\n");
}

TEST(Codec, MistakesNameTheNearestCodecAndOption) {
    config::Value value;
    value.kind = config::Value::Kind::bareword;
    value.text = "jsonlines";
    EXPECT_EQ(build(&value, "plain", Framing::stream).error().message,
              "pipeline: line 1, column 1: there is no codec jsonlines (did you mean json_lines?)");
}

}  // namespace
}  // namespace elkhorn::codec
