// search/agg/core/pipeline_kind.h -- what the build knows of a pipeline aggregation, and how its
// object is read. Files of agg/pipeline define a `spec` each, of one kind or of a family; the table
// of all is written by the build, and a new one edits no list.
//
// Elasticsearch has three parsers for them, each with its own words for what it cannot read.
// Whichever a kind has, PipelineOptions reads the members, and the kind names its words.
#pragma once

#include "base/parameter.h"
#include "event/value.h"
#include "search/agg/core/options.h"
#include "search/agg/core/pipeline.h"

#include <array>
#include <memory>
#include <span>
#include <string_view>

namespace elkhorn::search::agg {

enum class PipelineWords : std::uint8_t {
    object,   // [1:1] [bucket_script] unknown field [x]
    token,    // Unknown key for a VALUE_STRING in [name]: [x].
    sibling,  // Unexpected token VALUE_STRING [x] in [name]
};

class PipelineOptions;
using MadePipeline = Answer<std::unique_ptr<Pipeline>>;

struct PipelineKind {
    std::string_view name;
    MadePipeline (*make)(Common common, PipelineOptions& options);
    std::array<ParameterTable, 4> members = {};
    PipelineWords words = PipelineWords::object;
};

inline constexpr Parameter path_member[] = {{"buckets_path", Takes::any}};
inline constexpr Parameter gap_member[] = {
    {"gap_policy", Takes::one_of, Use::used, "", "skip insert_zeros"}};
inline constexpr Parameter format_member[] = {{"format", Takes::text}};

struct PipelineKinds {
    std::span<const PipelineKind> kinds;
};

std::span<const PipelineKinds* const> all_pipeline_kinds();

/// Null when there is none of that name.
const PipelineKind* find_pipeline_kind(std::string_view name);

/// From its object in the request.
MadePipeline make_pipeline(const PipelineKind& kind, Common common, const event::Value& body);

/// The object of a pipeline: what most of them are told is read already, a kind reads the rest.
///
///   Options& rest = options.rest();
///   const auto unit = rest.text("unit");
///   ASK(options.finish());
class PipelineOptions {
public:
    PipelineOptions(const Common& common, const PipelineKind& kind, const event::Value& body);

    /// buckets_path, gap_policy and format, where the kind has them.
    Answer<> read();

    Options& rest() { return options_; }

    /// The first refusal, a member nobody read, or a path that is not there.
    Answer<> finish();

    Pipeline::Settings& settings() { return settings_; }

    const std::string& name() const { return common_.name; }

    /// The refusal of a member whose value is of another kind.
    std::unexpected<Failure> unexpected(const event::Member& member) const;
    std::unexpected<Failure> missing(std::string_view member) const;

private:
    bool takes(std::string_view member) const;

    /// What its words are not those of Options.
    Answer<> check() const;
    Answer<> read_paths();
    Answer<> read_gap_policy();

    const Common& common_;  // the caller's, like what follows
    const PipelineKind& kind_;
    const event::Object& body_;
    Options options_;
    Pipeline::Settings settings_;
};

}  // namespace elkhorn::search::agg
