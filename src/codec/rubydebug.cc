// codec/rubydebug.cc -- events for people to read, as Logstash prints them:
//
//   {
//          "message" => "hello",
//       "@timestamp" => 2015-05-17T10:05:03.000Z,
//             "tags" => [
//           [0] "a"
//       ]
//   }
//
// Keys are aligned at the arrow. @metadata is shown only with metadata => true.

#include "codec/core/codec.h"
#include "config/fields.h"
#include "event/format.h"
#include "text/json_text.h"

#include <algorithm>

namespace elkhorn::codec::rubydebug {
namespace {

using event::Kind;
using event::Member;
using event::Value;

constexpr std::size_t depth_limit = 100;
constexpr std::size_t step = 4;

void append_value(std::string& out, const Value& value, std::size_t depth);

void append_members(std::string& out, std::span<const Member> members, std::size_t depth) {
    std::size_t width = 0;
    for (const Member& member : members)
        width = std::max(width, member.name.size() + 2);
    bool first = true;
    for (const Member& member : members) {
        out += first ? "\n" : ",\n";
        first = false;
        out.append((depth + 1) * step + width - member.name.size() - 2, ' ');
        text::append_json_string(out, member.name);
        out += " => ";
        append_value(out, member.value, depth + 1);
    }
}

void append_object(std::string& out, std::span<const Member> members, std::size_t depth) {
    out += '{';
    if (!members.empty()) {
        append_members(out, members, depth);
        out += '\n';
        out.append(depth * step, ' ');
    }
    out += '}';
}

void append_array(std::string& out, const event::Array& array, std::size_t depth) {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
        out += i == 0 ? "\n" : ",\n";
        out.append((depth + 1) * step, ' ');
        out += "[" + std::to_string(i) + "] ";
        append_value(out, array[i], depth + 1);
    }
    if (array.size() > 0) {
        out += '\n';
        out.append(depth * step, ' ');
    }
    out += ']';
}

void append_value(std::string& out, const Value& value, std::size_t depth) {
    if (depth > depth_limit) {
        out += "...";
        return;
    }
    switch (value.kind()) {
        case Kind::null: out += "nil"; break;
        case Kind::timestamp: event::append_text(out, value); break;
        case Kind::object: append_object(out, value.as_object().members(), depth); break;
        case Kind::array: append_array(out, value.as_array(), depth); break;
        default: event::append_json(out, value); break;
    }
}

class NoDecoder final : public Decoder {
public:
    void decode(std::string_view /*bytes*/, event::Batch& /*batch*/) override {}
};

class RubyDebug final : public Codec {
public:
    explicit RubyDebug(bool metadata) : metadata_(metadata) {}

    std::unique_ptr<Decoder> decoder() const override { return std::make_unique<NoDecoder>(); }

    void encode(const event::Event& event, std::string& out) const override {
        const auto members = event.root().members();
        std::vector<Member> shown(members.begin(), members.end());
        event::Object metadata = event.metadata();
        if (metadata_) shown.push_back({"@metadata", Value::object(&metadata)});
        append_object(out, shown, 0);
        out += '\n';
    }

private:
    bool metadata_;
};

Result<std::unique_ptr<Codec>> build(const config::Plugin& plugin, Framing /*framing*/) {
    config::Fields fields(plugin);
    bool metadata = false;
    fields.optional("metadata", metadata);
    fields.accept({"id", "enable_metric"});
    TRY(fields.finish());
    return std::make_unique<RubyDebug>(metadata);
}

}  // namespace

extern constinit const Spec spec{"rubydebug", "Events for people to read.", build};

}  // namespace elkhorn::codec::rubydebug
