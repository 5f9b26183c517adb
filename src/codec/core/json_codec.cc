#include "codec/core/json_codec.h"

#include "base/metrics.h"
#include "base/strings.h"
#include "codec/core/charset.h"
#include "codec/core/line_splitter.h"
#include "codec/core/text_codec.h"
#include "config/fields.h"
#include "event/format.h"
#include "json/parse.h"

#include <optional>

namespace elkhorn::codec {
namespace {

using event::Kind;
using event::Value;

struct Options {
    Charset charset;
    std::string delimiter = "\n";
    std::int64_t max_line_bytes = LineSplitter::default_limit_bytes;
    std::optional<event::FieldPath> target;
};

void count_failure() {
    static metrics::Counter counter{"elkhorn_codec_parse_failures_total",
                                    "Texts that are no JSON."};
    counter.add();
}

/// Documents to events; what is no document becomes an event with the text in `message` and a tag.
class DocumentReader {
public:
    explicit DocumentReader(const Options& options) : options_(options) {}

    /// `text` must last as long as the batch; `readable_bytes` as in json::Parser.
    void read(std::string_view text, std::size_t readable_bytes, bool cut, event::Batch& batch) {
        if (trim(text).empty()) return;
        const std::string_view utf8 = options_.charset.to_utf8(text, batch.arena());
        if (utf8.data() != text.data()) readable_bytes = 0;
        text = utf8;
        const auto parsed = parser_.parse_kept(text, readable_bytes, batch.arena());
        if (parsed && parsed->is(Kind::object)) {
            add(*parsed, batch);
        } else if (parsed && parsed->is(Kind::array) && all_objects(parsed->as_array())) {
            for (const Value& item : parsed->as_array().values())
                add(item, batch);
        } else {
            event::Event& event = batch.add();
            event.root().add(batch.arena(), "message", Value::string(text));
            event.add_tag("_jsonparsefailure");
            count_failure();
        }
        if (!cut) return;
        batch.events().back().add_tag(too_long_tag);
        count_long_line();
    }

private:
    static bool all_objects(const event::Array& array) {
        for (const Value& item : array.values()) {
            if (!item.is(Kind::object)) return false;
        }
        return array.size() > 0;
    }

    void add(const Value& document, event::Batch& batch) const {
        event::Event& event = batch.add();
        if (options_.target) {
            // Into an event with no fields an object goes wherever it shall.
            if (!event.set(*options_.target, document)) event.add_tag(event::set_failure_tag);
            return;
        }
        event.root() = document.as_object();
    }

    const Options& options_;
    json::Parser parser_;
};

class JsonDecoder final : public Decoder {
public:
    JsonDecoder(const Options& options, bool lines)
        : options_(options),
          by_line_(lines),
          lines_(options.delimiter, static_cast<std::size_t>(options.max_line_bytes)),
          reader_(options_) {}

    void decode(std::string_view bytes, event::Batch& batch) override {
        if (!by_line_) {
            reader_.read(bytes, bytes.size(), false, batch);
            return;
        }
        const char* end = bytes.data() + bytes.size();
        while (!bytes.empty()) {
            if (const auto line = lines_.next(bytes)) add(*line, end, batch);
        }
    }

    void flush(event::Batch& batch) override {
        if (const auto line = lines_.rest()) add(*line, nullptr, batch);
    }

    std::size_t pending_bytes() const override { return lines_.pending_bytes(); }

private:
    /// A line that lasts ends before `end`.
    void add(const Line& line, const char* end, event::Batch& batch) {
        const std::string_view text = line.lasting ? line.text : batch.arena().copy(line.text);
        const auto readable_bytes = line.lasting && !text.empty() ? end - text.data() : 0;
        reader_.read(text, static_cast<std::size_t>(readable_bytes), line.cut, batch);
    }

    const Options options_;
    const bool by_line_;
    LineSplitter lines_;
    DocumentReader reader_;
};

class JsonCodec final : public Codec {
public:
    JsonCodec(Options options, JsonCodecKind kind) : options_(std::move(options)), kind_(kind) {}

    std::unique_ptr<Decoder> decoder() const override {
        return std::make_unique<JsonDecoder>(options_, kind_.lines);
    }

    void encode(const event::Event& event, std::string& out) const override {
        event::append_json(out, event.root());
        if (kind_.end_encoded) out += options_.delimiter;
    }

private:
    const Options options_;
    const JsonCodecKind kind_;
};

}  // namespace

Result<std::unique_ptr<Codec>> build_json_codec(const config::Plugin& plugin, JsonCodecKind kind) {
    config::Fields fields(plugin);
    Options options;
    std::string target;
    options.charset.read(fields);
    fields.optional("delimiter", options.delimiter);
    fields.optional("target", target);
    fields.bytes("max_line_bytes", options.max_line_bytes);
    fields.accept({"id", "enable_metric", "ecs_compatibility", "decode_size_limit_bytes"});
    if (options.delimiter == "\\n") options.delimiter = "\n";
    if (options.delimiter.empty()) fields.mistake("delimiter", "it is empty");
    if (options.max_line_bytes < 1) fields.mistake("max_line_bytes", "at least one byte is wanted");
    if (!target.empty()) {
        auto path = event::FieldPath::parse(target);
        if (path)
            options.target = std::move(*path);
        else
            fields.mistake("target", path.error().message);
    }
    TRY(fields.finish());
    return std::make_unique<JsonCodec>(std::move(options), kind);
}

}  // namespace elkhorn::codec
