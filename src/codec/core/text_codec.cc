#include "codec/core/text_codec.h"

#include "base/metrics.h"
#include "codec/core/charset.h"
#include "codec/core/line_splitter.h"
#include "config/fields.h"
#include "event/format.h"

#include <optional>

namespace elkhorn::codec {
namespace {

struct Options {
    Charset charset;
    std::string delimiter = "\n";
    std::int64_t max_line_bytes = LineSplitter::default_limit_bytes;
    std::optional<event::Format> format;
};

void add_message(std::string_view text, const Charset& charset, event::Batch& batch, bool cut) {
    event::Event& event = batch.add();
    event.root().add(batch.arena(), "message",
                     event::Value::string(charset.to_utf8(text, batch.arena())));
    if (!cut) return;
    event.add_tag(too_long_tag);
    count_long_line();
}

class LineDecoder final : public Decoder {
public:
    explicit LineDecoder(const Options& options)
        : charset_(options.charset),
          newline_(options.delimiter == "\n"),
          lines_(options.delimiter, static_cast<std::size_t>(options.max_line_bytes)) {}

    void decode(std::string_view bytes, event::Batch& batch) override {
        while (!bytes.empty()) {
            if (const auto line = lines_.next(bytes)) add(*line, batch);
        }
    }

    void flush(event::Batch& batch) override {
        if (const auto line = lines_.rest()) add(*line, batch);
    }

    std::size_t pending_bytes() const override { return lines_.pending_bytes(); }

private:
    void add(const Line& line, event::Batch& batch) const {
        std::string_view text = line.text;
        if (newline_ && text.ends_with('\r')) text.remove_suffix(1);
        if (!line.lasting) text = batch.arena().copy(text);
        add_message(text, charset_, batch, line.cut);
    }

    const Charset charset_;
    const bool newline_;
    LineSplitter lines_;
};

class MessageDecoder final : public Decoder {
public:
    explicit MessageDecoder(const Options& options) : options_(options) {}

    void decode(std::string_view bytes, event::Batch& batch) override {
        const auto limit = static_cast<std::size_t>(options_.max_line_bytes);
        if (bytes.empty()) return;
        add_message(bytes.substr(0, limit), options_.charset, batch, bytes.size() > limit);
    }

private:
    const Options options_;
};

class TextCodec final : public Codec {
public:
    TextCodec(Options options, TextCodecKind kind) : options_(std::move(options)), kind_(kind) {}

    std::unique_ptr<Decoder> decoder() const override {
        if (kind_.lines) return std::make_unique<LineDecoder>(options_);
        return std::make_unique<MessageDecoder>(options_);
    }

    void encode(const event::Event& event, std::string& out) const override {
        if (options_.format) {
            options_.format->append_to(out, event);
        } else {
            static const event::Format usual =
                *event::Format::parse("%{@timestamp} %{host} %{message}");
            usual.append_to(out, event);
        }
        if (kind_.end_encoded) out += options_.delimiter;
    }

private:
    const Options options_;
    const TextCodecKind kind_;
};

}  // namespace

void count_long_line() {
    static metrics::Counter counter{"elkhorn_codec_lines_cut_total",
                                    "Lines longer than max_line_bytes."};
    counter.add();
}

Result<std::unique_ptr<Codec>> build_text_codec(const config::Plugin& plugin, TextCodecKind kind) {
    config::Fields fields(plugin);
    Options options;
    std::string format;
    std::string ecs;
    options.charset.read(fields);
    fields.optional("format", format);
    fields.optional("delimiter", options.delimiter);
    fields.bytes("max_line_bytes", options.max_line_bytes);
    fields.accept({"id", "enable_metric", "ecs_compatibility"});
    if (options.delimiter.empty()) fields.mistake("delimiter", "it is empty");
    if (options.max_line_bytes < 1) fields.mistake("max_line_bytes", "at least one byte is wanted");
    // Config strings keep "\n" as written; here it can only mean the line's end.
    if (options.delimiter == "\\n") options.delimiter = "\n";
    if (options.delimiter == "\\r\\n") options.delimiter = "\r\n";
    if (!format.empty()) {
        auto parsed = event::Format::parse(format);
        if (parsed)
            options.format = std::move(*parsed);
        else
            fields.mistake("format", parsed.error().message);
    }
    TRY(fields.finish());
    return std::make_unique<TextCodec>(std::move(options), kind);
}

}  // namespace elkhorn::codec
