// json/writer.h -- writes compact JSON into one string, commas and quotes taken care of:
//
//   json::Writer out;
//   out.begin_object();
//   out.member("took", 3);
//   out.key("hits").begin_array(); ... out.end_array();
//   out.end_object();
//   return out.take();
//
// Reals are printed as Elasticsearch prints them (text/json_text.h). Nothing checks that begin and
// end match but an assertion in take().
#pragma once

#include "base/assert.h"
#include "event/value.h"
#include "text/json_text.h"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::json {

class Writer {
public:
    Writer& begin_object() { return open('{'); }

    Writer& end_object() { return close('}'); }

    Writer& begin_array() { return open('['); }

    Writer& end_array() { return close(']'); }

    Writer& key(std::string_view name) {
        separate();
        text::append_json_string(out_, name);
        out_.push_back(':');
        after_key_ = true;
        return *this;
    }

    Writer& value(std::string_view text) {
        separate();
        text::append_json_string(out_, text);
        return *this;
    }

    Writer& value(const char* text) { return value(std::string_view(text)); }

    Writer& value(const std::string& text) { return value(std::string_view(text)); }

    Writer& value(std::same_as<bool> auto boolean) { return raw(boolean ? "true" : "false"); }

    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Writer& value(T number) {
        separate();
        text::append_integer(out_, static_cast<std::int64_t>(number));
        return *this;
    }

    Writer& value(std::floating_point auto number) {
        separate();
        text::append_json_real(out_, number);
        return *this;
    }

    Writer& value(const event::Value& value);

    Writer& null() { return raw("null"); }

    /// JSON that is ready, such as a stored _source.
    Writer& raw(std::string_view json) {
        separate();
        out_.append(json);
        return *this;
    }

    template <typename T>
    Writer& member(std::string_view name, const T& v) {
        key(name);
        return value(v);
    }

    std::size_t size_bytes() const { return out_.size(); }

    /// So much will be written: it does not grow, and hold itself twice, on the way there.
    void reserve(std::size_t bytes) { out_.reserve(bytes); }

    std::string take() {
        ASSERT(depth_ == 0);
        return std::move(out_);
    }

private:
    Writer& open(char bracket) {
        separate();
        out_.push_back(bracket);
        ++depth_;
        first_ = true;
        return *this;
    }

    Writer& close(char bracket) {
        out_.push_back(bracket);
        --depth_;
        first_ = false;
        return *this;
    }

    void separate() {
        if (!after_key_ && !first_) out_.push_back(',');
        after_key_ = false;
        first_ = false;
    }

    std::string out_;
    int depth_ = 0;
    bool first_ = true;
    bool after_key_ = false;
};

}  // namespace elkhorn::json
