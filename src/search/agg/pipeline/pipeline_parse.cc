// The objects of pipelines read and checked: what they are made of, and whether they can stand
// where they do.

#include "base/strings.h"
#include "search/agg/core/order.h"
#include "search/agg/core/pipeline.h"
#include "search/agg/values/interval.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search::agg {
namespace {

using event::Kind;
using event::Value;

constexpr std::array<std::string_view, 10> types = {
    "derivative", "cumulative_sum", "bucket_script", "bucket_selector", "bucket_sort",
    "avg_bucket", "sum_bucket",     "min_bucket",    "max_bucket",      "stats_bucket"};

std::unexpected<Failure> invalid(std::string reason) {
    return refuse("action_request_validation_exception",
                  fmt::format("Validation Failed: 1: {};", reason));
}

Answer<> read_paths(const Value& value, Pipeline::Settings& settings) {
    if (value.is(Kind::string)) {
        settings.paths.emplace_back("_value", value.as_string());
    } else if (value.is(Kind::array)) {
        for (const Value& path : value.as_array().values()) {
            if (!path.is(Kind::string)) return refuse_parsing("Unexpected token in [buckets_path]");
            settings.paths.emplace_back(fmt::format("_value{}", settings.paths.size()),
                                        path.as_string());
        }
    } else if (value.is(Kind::object)) {
        for (const event::Member& member : value.as_object().members()) {
            if (!member.value.is(Kind::string))
                return refuse_parsing("Unexpected token in [buckets_path]");
            settings.paths.emplace_back(member.name, member.value.as_string());
        }
    } else {
        return refuse_parsing(fmt::format("Unexpected token {} [buckets_path]", token_name(value)));
    }
    return {};
}

Answer<> read_script(const Value& value, Pipeline::Settings& settings) {
    Script::Variables constants;
    const Value* source = &value;
    if (value.is(Kind::object)) {
        source = value.as_object().find("source");
        if (source == nullptr) source = value.as_object().find("inline");
        const Value* params = value.as_object().find("params");
        if (params != nullptr && params->is(Kind::object)) {
            for (const event::Member& member : params->as_object().members()) {
                const auto text = scalar_text(member.value);
                constants[std::string(member.name)] = text ? parse_real(*text).value_or(0) : 0;
            }
        }
    }
    if (source == nullptr || !source->is(Kind::string)) {
        return refuse("illegal_argument_exception",
                      "must specify either [source] for an inline script or [id] for a "
                      "stored script");
    }
    settings.script = ASK(Script::parse(source->as_string(), std::move(constants)));
    return {};
}

Answer<> read_sort_key(const Value& value, Pipeline::Settings& settings) {
    Pipeline::SortKey key;
    if (value.is(Kind::string)) {
        key.path = value.as_string();
        settings.sort.push_back(std::move(key));
        return {};
    }
    if (!value.is(Kind::object)) return refuse_parsing("Unexpected token in [sort]");
    for (const event::Member& member : value.as_object().members()) {
        const Value* way = &member.value;
        if (way->is(Kind::object)) way = way->as_object().find("order");
        const std::string text =
            way != nullptr && way->is(Kind::string) ? to_lower(way->as_string()) : "asc";
        settings.sort.push_back({std::string(member.name), text != "desc"});
    }
    return {};
}

Answer<> read_sort(const Value& value, Pipeline::Settings& settings) {
    if (!value.is(Kind::array)) return read_sort_key(value, settings);
    for (const Value& element : value.as_array().values())
        ASK(read_sort_key(element, settings));
    return {};
}

Answer<> read_gap_policy(const Value& value, Pipeline::Settings& settings) {
    const std::string policy = value.is(Kind::string) ? std::string(value.as_string()) : "";
    if (policy != "skip" && policy != "insert_zeros") {
        return refuse_parsing(
            fmt::format("Invalid gap policy: [{}], accepted values: [insert_zeros, skip]", policy));
    }
    settings.insert_zeros = policy == "insert_zeros";
    return {};
}

/// False when the pipeline has no such member.
Answer<bool> read_member(const event::Member& member, Pipeline::Settings& settings) {
    const bool scripted = settings.kind == PipelineKind::bucket_script ||
                          settings.kind == PipelineKind::bucket_selector;
    const Value& value = member.value;
    if (member.name == "buckets_path" || member.name == "bucketsPath") {
        ASK(read_paths(value, settings));
    } else if (member.name == "gap_policy" || member.name == "gapPolicy") {
        ASK(read_gap_policy(value, settings));
    } else if (member.name == "format" && value.is(Kind::string)) {
        settings.format = value.as_string();
    } else if (member.name == "script" && scripted) {
        ASK(read_script(value, settings));
    } else if (member.name == "unit" && settings.kind == PipelineKind::derivative &&
               value.is(Kind::string)) {
        if (const auto unit = calendar_unit(value.as_string());
            unit && *unit <= CalendarUnit::week) {
            settings.unit_ms = TimeRounding::calendar(*unit, text::TimeZone::utc(), 0).length_ms();
        } else {
            const auto span = parse_time_span(value.as_string(), "derivative.unit");
            if (!span) return refuse("illegal_argument_exception", span.error().message);
            settings.unit_ms = *span;
        }
    } else if (settings.kind == PipelineKind::bucket_sort && member.name == "sort") {
        ASK(read_sort(value, settings));
    } else if (settings.kind == PipelineKind::bucket_sort && value.is(Kind::integer) &&
               value.as_integer() >= 0 && (member.name == "size" || member.name == "from")) {
        (member.name == "size" ? settings.size.emplace() : settings.from) =
            static_cast<std::uint64_t>(value.as_integer());
    } else {
        return false;
    }
    return true;
}

bool needs_histogram(PipelineKind kind) {
    return kind == PipelineKind::derivative || kind == PipelineKind::cumulative_sum;
}

const Pipeline* pipeline_named(const Children& children, std::string_view name) {
    for (const auto& pipeline : children.pipelines) {
        if (pipeline->name() == name) return pipeline.get();
    }
    return nullptr;
}

}  // namespace

std::optional<PipelineKind> pipeline_kind(std::string_view type) {
    const auto* it = std::ranges::find(types, type);
    if (it == types.end()) return std::nullopt;
    return static_cast<PipelineKind>(it - types.begin());
}

std::vector<std::string_view> pipeline_types() {
    return {types.begin(), types.end()};
}

Answer<std::unique_ptr<Pipeline>> Pipeline::make(Common common, const Value& body) {
    Settings settings;
    settings.kind = *pipeline_kind(common.type);
    for (const event::Member& member : body.as_object().members()) {
        if (ASK(read_member(member, settings))) continue;
        return refuse_parsing(fmt::format("Unexpected token {} [{}] in [{}]",
                                          token_name(member.value), member.name, common.name));
    }
    const bool sorts = settings.kind == PipelineKind::bucket_sort;
    if (settings.paths.empty() && !sorts) {
        return refuse_parsing(fmt::format(
            "Missing required field [buckets_path] for {}aggregation [{}]",
            settings.kind >= PipelineKind::avg_bucket ? "" : common.type + " ", common.name));
    }
    const bool scripted = settings.kind == PipelineKind::bucket_script ||
                          settings.kind == PipelineKind::bucket_selector;
    if (scripted && settings.script == nullptr) {
        return refuse_parsing(fmt::format("Missing required field [script] for {} aggregation [{}]",
                                          common.type, common.name));
    }
    if (sorts && settings.sort.empty() && !settings.size && settings.from == 0) {
        return invalid(fmt::format(
            "[{}] is configured to perform nothing. Please set either of [sort, size, from] to "
            "use bucket_sort",
            common.name));
    }
    return std::make_unique<Pipeline>(std::move(common), std::move(settings));
}

Answer<> Pipeline::check(const Children& beside, const Aggregator* parent) const {
    const bool many = parent != nullptr && parent->shape() == Shape::multi_bucket;
    if (needs_histogram(settings_.kind) && (parent == nullptr || !parent->is_histogram())) {
        return invalid(fmt::format(
            "{} aggregation [{}] must have a histogram, date_histogram or auto_date_histogram "
            "as parent{}",
            type(), name(), parent == nullptr ? " but doesn't have a parent" : ""));
    }
    if (!is_sibling() && !many) {
        return invalid(fmt::format(
            "{} aggregation [{}] must be declared inside of another aggregation", type(), name()));
    }
    for (const auto& [variable, path] : settings_.paths) {
        const MetricPath parsed = MetricPath::parse(path);
        const std::string& first = parsed.names.front();
        if (first == "_count" || first == "_key") continue;
        const Aggregator* found = beside.find(first);
        if (found == nullptr && (pipeline_named(beside, first) == nullptr || is_sibling())) {
            return invalid(fmt::format("No aggregation found for path [{}]", path));
        }
        if (is_sibling() && found->shape() != Shape::multi_bucket) {
            return invalid(fmt::format(
                "The first aggregation in buckets_path must be a multi-bucket aggregation for "
                "aggregation [{}] found :{} for buckets path: {}",
                name(), found->type(), path));
        }
    }
    if (settings_.script == nullptr) return {};
    std::vector<std::string> known;
    for (const auto& [variable, path] : settings_.paths)
        known.push_back(variable);
    if (settings_.script->unknown_names(known).empty()) return {};
    return refuse_in_phase("script_exception", "runtime error");
}

Answer<> check_pipelines(Children& children, const Aggregator* parent) {
    for (const auto& pipeline : children.pipelines)
        ASK(pipeline->check(children, parent));
    // Those whose values others look at go first; a circle is left as it is and gives no values.
    auto& all = children.pipelines;
    for (std::size_t done = 0; done < all.size(); ++done) {
        const auto waits = [&](const std::unique_ptr<Pipeline>& pipeline) {
            return std::ranges::any_of(pipeline->settings().paths, [&](const auto& named) {
                const std::string first = MetricPath::parse(named.second).names.front();
                return std::ranges::any_of(
                    all.begin() + static_cast<std::ptrdiff_t>(done), all.end(),
                    [&](const auto& other) { return other->name() == first && other != pipeline; });
            });
        };
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(done);
        const auto ready = std::find_if_not(begin, all.end(), waits);
        if (ready != all.end()) std::rotate(begin, ready, ready + 1);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i]->place_ = i;
    return {};
}

}  // namespace elkhorn::search::agg
