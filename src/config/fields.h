// config/fields.h -- the options of one plug-in, read into typed variables:
//
//   config::Fields fields(plugin);
//   fields.required("match", options.match);
//   fields.optional("target", options.target);
//   TRY(fields.finish());
//
// Each call makes its option known. A variable whose option is absent keeps its value. `finish`
// refuses options that nobody read, names the nearest one that somebody did, and reports every
// mistake at once, each with file, line and column.
//
// Values are coerced as Logstash does: a scalar where a list is wanted, a flat list of pairs where
// a hash is wanted, quoted numbers and booleans, a list of one for a scalar, "10MiB" for bytes.
#pragma once

#include "base/result.h"
#include "config/ast.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::config {

/// One entry of a hash whose values are texts; a list there gives several.
struct Pair {
    std::string key;
    std::vector<std::string> values;
    Place place;
};

using Pairs = std::vector<Pair>;

class Fields {
public:
    /// `plugin` must outlive this.
    explicit Fields(const Plugin& plugin) : plugin_(plugin) {}

    void optional(std::string_view name, std::string& out);
    void optional(std::string_view name, std::int64_t& out);
    void optional(std::string_view name, double& out);
    void optional(std::string_view name, bool& out);
    void optional(std::string_view name, std::vector<std::string>& out);
    void optional(std::string_view name, Pairs& out);

    template <typename T>
    void required(std::string_view name, T& out) {
        if (plugin_.find(name) == nullptr) missing(name);
        optional(name, out);
    }

    /// A whole number in [low, high].
    void number(std::string_view name, std::int64_t& out, std::int64_t low, std::int64_t high);
    /// A size: 4096 or "10MiB".
    void bytes(std::string_view name, std::int64_t& out);
    /// One of some words.
    void choice(std::string_view name, std::string& out,
                std::initializer_list<std::string_view> words);
    /// A plug-in with or without options of its own; null when absent.
    const Value* codec(std::string_view name);
    /// As it stands; null when absent.
    const Value* raw(std::string_view name);
    /// Options that other programs know and that change nothing here, whatever their value.
    void accept(std::initializer_list<std::string_view> names);
    /// Options that other programs know and that we must not silently ignore.
    void refuse(std::string_view name, std::string_view why);

    bool has(std::string_view name) const { return plugin_.find(name) != nullptr; }

    const Plugin& plugin() const { return plugin_; }

    /// For mistakes that only the plug-in can see.
    void mistake(std::string_view name, std::string_view what);
    void mistake(const Place& place, std::string_view what);

    Result<> finish();

private:
    const Attribute* known(std::string_view name);
    const Value* scalar(std::string_view name);
    void missing(std::string_view name);
    void find_unfilled(const Value& value);

    const Plugin& plugin_;
    std::vector<std::string> known_;
    std::vector<std::string> unread_;  // of those: the accepted ones
    std::vector<std::string> mistakes_;
};

/// The plug-in that a codec option means: itself, or one without options named by a word.
Plugin codec_of(const Value& value);

}  // namespace elkhorn::config
