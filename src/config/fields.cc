#include "config/fields.h"

#include "base/nearest.h"
#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::config {
namespace {

/// A list of one may stand for its only member.
const Value& alone(const Value& value) {
    return value.kind == Value::Kind::array && value.items.size() == 1 ? value.items[0] : value;
}

bool texts_of(const Value& value, std::vector<std::string>& out) {
    if (value.scalar()) {
        out.push_back(value.text);
        return true;
    }
    if (value.kind != Value::Kind::array) return false;
    return std::ranges::all_of(value.items, [&](const Value& item) { return texts_of(item, out); });
}

void add_pair(Pairs& pairs, const std::string& key, const Place& place,
              std::vector<std::string> values) {
    const auto same = std::ranges::find(pairs, key, &Pair::key);
    if (same == pairs.end()) {
        pairs.push_back({key, std::move(values), place});
        return;
    }
    for (std::string& value : values)
        same->values.push_back(std::move(value));
}

bool pairs_of_list(const Value& value, Pairs& out) {
    // Lists of lists occur, too: [["a", "b"], ["c", "d"]].
    if (!value.items.empty() && value.items[0].kind == Value::Kind::array) {
        return std::ranges::all_of(value.items, [&](const Value& item) {
            return item.kind == Value::Kind::array && pairs_of_list(item, out);
        });
    }
    if (!value.items.empty() && value.items[0].kind == Value::Kind::hash) {
        for (const Value& item : value.items) {
            for (const Entry& entry : item.entries) {
                std::vector<std::string> values;
                if (!texts_of(entry.value, values)) return false;
                add_pair(out, entry.key, entry.place, std::move(values));
            }
        }
        return true;
    }
    if (value.items.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < value.items.size(); i += 2) {
        std::vector<std::string> values;
        if (!value.items[i].scalar() || !texts_of(value.items[i + 1], values)) return false;
        add_pair(out, value.items[i].text, value.items[i].place, std::move(values));
    }
    return true;
}

}  // namespace

void Fields::mistake(const Place& place, std::string_view what) {
    mistakes_.push_back(fmt::format("{}: {}: {}", place.text(), plugin_.name, what));
}

void Fields::mistake(std::string_view name, std::string_view what) {
    const Attribute* attribute = plugin_.find(name);
    mistake(attribute != nullptr ? attribute->value.place : plugin_.place,
            fmt::format("{}: {}", name, what));
}

void Fields::missing(std::string_view name) {
    mistake(plugin_.place, fmt::format("the option {} is missing", name));
}

const Attribute* Fields::known(std::string_view name) {
    known_.emplace_back(name);
    return plugin_.find(name);
}

const Value* Fields::raw(std::string_view name) {
    const Attribute* attribute = known(name);
    return attribute != nullptr ? &attribute->value : nullptr;
}

const Value* Fields::scalar(std::string_view name) {
    const Value* value = raw(name);
    if (value == nullptr) return nullptr;
    const Value& only = alone(*value);
    if (only.scalar()) return &only;
    mistake(name, "one value is wanted, not a list or a hash");
    return nullptr;
}

void Fields::optional(std::string_view name, std::string& out) {
    if (const Value* value = scalar(name)) out = value->text;
}

void Fields::optional(std::string_view name, std::int64_t& out) {
    const Value* value = scalar(name);
    if (value == nullptr) return;
    const auto number = to_integer(value->text);
    if (number)
        out = *number;
    else
        mistake(name, fmt::format("\"{}\" is no whole number", value->text));
}

void Fields::optional(std::string_view name, double& out) {
    const Value* value = scalar(name);
    if (value == nullptr) return;
    const auto number = to_double(value->text);
    if (number)
        out = *number;
    else
        mistake(name, fmt::format("\"{}\" is no number", value->text));
}

void Fields::optional(std::string_view name, bool& out) {
    const Value* value = scalar(name);
    if (value == nullptr) return;
    const std::string text = to_lower(value->text);
    if (text == "true" || text == "yes" || text == "on" || text == "1")
        out = true;
    else if (text == "false" || text == "no" || text == "off" || text == "0")
        out = false;
    else
        mistake(name, fmt::format("\"{}\" is neither true nor false", value->text));
}

void Fields::optional(std::string_view name, std::vector<std::string>& out) {
    const Value* value = raw(name);
    if (value == nullptr) return;
    out.clear();
    if (!texts_of(*value, out)) mistake(name, "a list of texts is wanted");
}

void Fields::optional(std::string_view name, Pairs& out) {
    const Value* value = raw(name);
    if (value == nullptr) return;
    out.clear();
    if (value->kind == Value::Kind::array && pairs_of_list(*value, out)) return;
    if (value->kind != Value::Kind::hash) {
        mistake(name, "a hash is wanted: { \"key\" => \"value\" }");
        return;
    }
    for (const Entry& entry : value->entries) {
        std::vector<std::string> values;
        if (texts_of(entry.value, values))
            add_pair(out, entry.key, entry.place, std::move(values));
        else
            mistake(entry.place,
                    fmt::format("{}: the value of \"{}\" must be a text", name, entry.key));
    }
}

void Fields::number(std::string_view name, std::int64_t& out, std::int64_t low, std::int64_t high) {
    const std::int64_t before = out;
    optional(name, out);
    if (out >= low && out <= high) return;
    mistake(name, fmt::format("{} is outside {} to {}", out, low, high));
    out = before;
}

void Fields::bytes(std::string_view name, std::int64_t& out) {
    const Value* value = scalar(name);
    if (value == nullptr) return;
    auto size = parse_bytes(value->text);
    if (size)
        out = *size;
    else
        mistake(name, size.error().message);
}

void Fields::choice(std::string_view name, std::string& out,
                    std::initializer_list<std::string_view> words) {
    const Value* value = scalar(name);
    if (value == nullptr) return;
    if (std::ranges::find(words, std::string_view(value->text)) != words.end()) {
        out = value->text;
        return;
    }
    mistake(name, fmt::format("\"{}\" is none of {}", value->text, fmt::join(words, ", ")));
}

const Value* Fields::codec(std::string_view name) {
    const Value* value = raw(name);
    if (value == nullptr || value->kind == Value::Kind::plugin || value->scalar()) return value;
    mistake(name, "a codec is wanted, such as json or plain { charset => \"UTF-8\" }");
    return nullptr;
}

void Fields::accept(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        known_.emplace_back(name);
        unread_.emplace_back(name);
    }
}

void Fields::refuse(std::string_view name, std::string_view why) {
    if (const Attribute* attribute = known(name)) {
        mistake(attribute->place, fmt::format("{}: {}", name, why));
    }
}

void Fields::find_unfilled(const Value& value) {
    if (!value.unfilled.empty()) mistake(value.place, value.unfilled);
    for (const Value& item : value.items)
        find_unfilled(item);
    for (const Entry& entry : value.entries)
        find_unfilled(entry.value);
}

Result<> Fields::finish() {
    const std::vector<std::string_view> words(known_.begin(), known_.end());
    for (const Attribute& attribute : plugin_.attributes) {
        if (std::ranges::find(unread_, attribute.name) != unread_.end()) continue;
        find_unfilled(attribute.value);
        if (std::ranges::find(known_, attribute.name) != known_.end()) continue;
        const std::string near = nearest_word(attribute.name, words);
        mistake(attribute.place,
                fmt::format("there is no option {}{}", attribute.name,
                            near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
    }
    if (mistakes_.empty()) return {};
    return fail(ErrorCode::invalid, join(mistakes_, "\n"));
}

Plugin codec_of(const Value& value) {
    if (value.plugin) return *value.plugin;
    Plugin plugin;
    plugin.name = value.text;
    plugin.place = value.place;
    return plugin;
}

}  // namespace elkhorn::config
