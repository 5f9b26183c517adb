// search/agg/core/options.h -- the members of an aggregation's object, read one by one and refused
// in the words of Elasticsearch's parser. Values keep no places, so places in refusals are always
// [1:1].
//
//   Options options(common, body);
//   const auto size = options.integer("size");     // nothing when it is not there
//   ASK(options.finish());                         // the first refusal, or a member nobody read
#pragma once

#include "event/value.h"
#include "search/agg/core/aggregator.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class Options {
public:
    Options(std::string_view type, std::string_view name, const event::Value& body)
        : type_(type), name_(name), body_(body.as_object()) {}

    std::optional<std::string> text(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key);
    /// A whole number of at least `least`; the refusal names it `shown`.
    std::optional<std::int64_t> integer_from(std::string_view key, std::int64_t least,
                                             std::string_view shown);
    std::optional<double> real(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    /// A list of numbers, or one.
    std::optional<std::vector<double>> reals(std::string_view key);
    const event::Value* object(std::string_view key);
    const event::Value* array(std::string_view key);
    const event::Value* object_or_array(std::string_view key);
    /// Any value but null, which is refused.
    const event::Value* any(std::string_view key);
    /// Any value; null counts as not given.
    const event::Value* any_unless_null(std::string_view key);

    /// "failed to parse field [key]", because of `type`: `reason`. The first refusal counts.
    void fail(std::string_view key, std::string type, std::string reason);
    void fail(Failure failure);
    /// "key doesn't support values of type: ..."
    void fail_kind(std::string_view key, const event::Value& value);

    bool failed() const { return failure_.has_value(); }

    Answer<> finish();

    std::string_view name() const { return name_; }

    std::string_view type() const { return type_; }

private:
    const event::Value* find(std::string_view key);

    std::string_view type_;  // the caller's, like name_
    std::string_view name_;
    const event::Object& body_;  // the caller's
    std::vector<std::string_view> known_;
    std::optional<Failure> failure_;
};

/// START_OBJECT, VALUE_STRING ...
std::string_view token_name(const event::Value& value);

std::unexpected<Failure> refuse_parsing(std::string reason);

/// A scalar as text: true, 12, 1.5, text. Nothing for others.
std::optional<std::string> scalar_text(const event::Value& value);
std::optional<double> parse_real(std::string_view text);

}  // namespace elkhorn::search::agg
