// json/simdjson_text.h -- JSON laid out for simdjson, and the texts in it that are what they look
// like. Included by this room's .cc files only.
#pragma once

#include "event/arena.h"
#include "json/parse.h"

#include <simdjson.h>

#include <cstring>
#include <string_view>

namespace elkhorn::json {

static_assert(padding_bytes >= simdjson::SIMDJSON_PADDING);

/// Where it lies, or as a copy in the arena where fewer than `padding_bytes` follow it.
inline simdjson::padded_string_view padded(std::string_view json, std::size_t readable_bytes,
                                           event::Arena& arena) {
    if (readable_bytes >= json.size() + padding_bytes)
        return simdjson::padded_string_view(json.data(), json.size(), readable_bytes);
    char* copy = arena.allocate<char>(json.size() + padding_bytes);
    copy_bytes(copy, json.data(), json.size());
    std::memset(copy + json.size(), 0, padding_bytes);
    return simdjson::padded_string_view(copy, json.size(), json.size() + padding_bytes);
}

/// The text between the quotes, from `first` on, when it holds no escape.
inline bool plain(const char* first, std::string_view& text) {
    const auto* end = static_cast<const char*>(rawmemchr(first, '"'));
    const auto size = static_cast<std::size_t>(end - first);
    if (std::memchr(first, '\\', size) != nullptr) return false;
    text = {first, size};
    return true;
}

}  // namespace elkhorn::json
