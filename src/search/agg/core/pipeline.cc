#include "search/agg/core/pipeline.h"

#include "search/agg/core/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg {
namespace {

const double nothing = std::nan("");

/// The number at the end of a path that begins among `children`.
Answer<double> metric_at(const Children& children, std::uint32_t bucket, const MetricPath& path) {
    const Children* at = &children;
    for (std::size_t i = 0; i < path.names.size(); ++i) {
        const bool last = i + 1 == path.names.size();
        const Aggregator* found = at->find(path.names[i]);
        if (found == nullptr) return nothing;
        if (found->shape() == Shape::multi_bucket || found->shape() == Shape::other) {
            auto failure = refuse_in_phase(
                "aggregation_execution_exception",
                fmt::format("buckets_path must reference either a number value or a single "
                            "value numeric metric aggregation, got: [{}] at aggregation [{}]",
                            last ? "Bucket" : "Object[]", path.names[i]));
            failure.error().status = 500;
            return failure;
        }
        const bool counts = last || path.names[i + 1] == "_count";
        if (found->shape() != Shape::single_bucket || counts)
            return found->metric(bucket, last ? path.key : "");
        at = &found->children();
    }
    return nothing;
}

}  // namespace

Pipeline::Pipeline(Common common, Settings settings)
    : common_(std::move(common)), settings_(std::move(settings)) {
    if (settings_.format) format_ = ValueFormat::decimal(*settings_.format);
}

std::string Pipeline::typed_name() const {
    switch (settings_.kind) {
        case PipelineKind::bucket_script:
        case PipelineKind::cumulative_sum:
        case PipelineKind::avg_bucket:
        case PipelineKind::sum_bucket: return "simple_value";
        case PipelineKind::min_bucket:
        case PipelineKind::max_bucket: return "bucket_metric_value";
        default: return common_.type;
    }
}

bool Pipeline::shows(const BucketList* list, std::size_t index) const {
    if (is_sibling()) return true;
    if (list == nullptr || place_ >= list->made.size() || list->made[place_].empty()) return false;
    return list->made[place_][index].shown;
}

void Pipeline::write_number(json::Writer& out, std::string_view name, double value) const {
    out.key(name);
    if (!std::isfinite(value)) {
        out.null();
        return;
    }
    out.value(value);
    if (format_.shown()) out.member(fmt::format("{}_as_string", name), format_.text(value));
}

Answer<> Pipeline::render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                          const BucketList* list, std::size_t index) const {
    if (is_sibling()) return write_sibling(out, beside, bucket);
    const PipelineValue& made = list->made[place_][index];
    write_number(out, "value", made.value);
    if (settings_.unit_ms > 0) write_number(out, "normalized_value", made.normalized);
    return {};
}

Answer<double> Pipeline::number(MultiBucket& parent, const BucketList& list, std::size_t index,
                                const std::string& path, bool insert_zeros) const {
    const Bucket& bucket = list.buckets[index];
    if (path == "_count") return static_cast<double>(bucket.count);
    if (path == "_key") return parent.key_number(bucket);
    const MetricPath parsed = MetricPath::parse(path);
    double value = nothing;
    const auto& pipelines = parent.children().pipelines;
    const auto made = std::ranges::find_if(
        pipelines, [&](const auto& p) { return p->name() == parsed.names[0]; });
    if (made != pipelines.end() && (*made)->place_ < list.made.size() &&
        !list.made[(*made)->place_].empty()) {
        const PipelineValue& found = list.made[(*made)->place_][index];
        if (found.shown) value = parsed.key == "normalized_value" ? found.normalized : found.value;
    } else {
        value = ASK(metric_at(parent.children(), bucket.ordinal, parsed));
    }
    if (!std::isfinite(value) || bucket.count == 0) return insert_zeros ? 0.0 : nothing;
    return value;
}

Answer<> Pipeline::apply_script(MultiBucket& parent, BucketList& list, std::size_t place) const {
    const bool selects = settings_.kind == PipelineKind::bucket_selector;
    std::vector<PipelineValue> made(list.buckets.size());
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        Script::Variables variables;
        bool missing = false;
        for (const auto& [name, path] : settings_.paths) {
            const double value = ASK(number(parent, list, i, path, settings_.insert_zeros));
            variables[name] = value;
            missing = missing || std::isnan(value);
        }
        made[i].shown = selects || !missing;
        if (made[i].shown) made[i].value = settings_.script->run(variables);
    }
    if (!selects) {
        list.made[place] = std::move(made);
        return {};
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        if (made[i].value == 0 || std::isnan(made[i].value)) continue;
        list.buckets[kept] = list.buckets[i];
        for (auto& values : list.made) {
            if (!values.empty()) values[kept] = values[i];
        }
        ++kept;
    }
    list.buckets.resize(kept);
    for (auto& values : list.made)
        values.resize(std::min(values.size(), kept));
    return {};
}

Answer<> Pipeline::apply_sort(MultiBucket& parent, BucketList& list) const {
    struct Ranked {
        std::size_t place;
        std::vector<double> keys;
    };

    std::vector<Ranked> ranked;
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        Ranked one{i, {}};
        bool any = settings_.sort.empty();
        for (const SortKey& key : settings_.sort) {
            one.keys.push_back(ASK(number(parent, list, i, key.path, settings_.insert_zeros)));
            any = any || !std::isnan(one.keys.back());
        }
        if (any) ranked.push_back(std::move(one));  // without any number it has no place
    }
    std::ranges::sort(ranked, [&](const Ranked& a, const Ranked& b) {
        for (std::size_t i = 0; i < settings_.sort.size(); ++i) {
            const bool a_missing = std::isnan(a.keys[i]);
            const bool b_missing = std::isnan(b.keys[i]);
            if (a_missing != b_missing) return b_missing;
            if (a_missing || a.keys[i] == b.keys[i]) continue;
            return (a.keys[i] < b.keys[i]) == settings_.sort[i].up;
        }
        return a.place < b.place;
    });
    BucketList sorted;
    sorted.made.resize(list.made.size());
    const std::size_t size = settings_.size.value_or(std::numeric_limits<std::uint32_t>::max());
    for (std::size_t i = settings_.from; i < ranked.size() && i - settings_.from < size; ++i) {
        sorted.buckets.push_back(list.buckets[ranked[i].place]);
        for (std::size_t p = 0; p < list.made.size(); ++p) {
            if (!list.made[p].empty()) sorted.made[p].push_back(list.made[p][ranked[i].place]);
        }
    }
    list = std::move(sorted);
    return {};
}

Answer<> Pipeline::apply(MultiBucket& parent, BucketList& list, std::size_t place) const {
    if (settings_.script) return apply_script(parent, list, place);
    if (settings_.kind == PipelineKind::bucket_sort) return apply_sort(parent, list);
    const bool sums = settings_.kind == PipelineKind::cumulative_sum;
    std::vector<PipelineValue> made(list.buckets.size());
    double sum = 0;
    double last = nothing;
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        const double value =
            ASK(number(parent, list, i, settings_.paths[0].second, sums || settings_.insert_zeros));
        sum += value;
        made[i].shown = sums || i > 0;
        made[i].value = sums ? sum : value - last;
        if (i > 0 && settings_.unit_ms > 0) {
            const double distance =
                parent.key_number(list.buckets[i]) - parent.key_number(list.buckets[i - 1]);
            made[i].normalized =
                made[i].value / (distance / static_cast<double>(settings_.unit_ms));
        }
        last = value;
    }
    list.made[place] = std::move(made);
    return {};
}

Answer<> Pipeline::write_sibling(json::Writer& out, const Children& beside,
                                 std::uint32_t bucket) const {
    const std::string& path = settings_.paths[0].second;
    const std::string first = MetricPath::parse(path).names.front();
    auto& lists = static_cast<MultiBucket&>(*beside.find(first));
    const BucketList list = ASK(lists.list(bucket));
    std::string rest = path.size() > first.size() ? path.substr(first.size() + 1) : "";
    if (rest.empty()) {
        static_cast<void>(
            ASK(metric_at(beside, bucket, MetricPath{{first}, ""})));  // says what is wrong
    }
    double sum = 0;
    double min = std::numeric_limits<double>::infinity();
    double max = -min;
    std::uint64_t count = 0;
    std::vector<std::string> keys;
    const bool least = settings_.kind == PipelineKind::min_bucket;
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        const double value = ASK(number(lists, list, i, rest, settings_.insert_zeros));
        if (std::isnan(value)) continue;
        ++count;
        sum += value;
        const double best = least ? min : max;
        if (least ? value < best : value > best) keys.clear();
        if (least ? value <= best : value >= best) keys.push_back(lists.key_text(list.buckets[i]));
        min = std::min(min, value);
        max = std::max(max, value);
    }
    switch (settings_.kind) {
        case PipelineKind::avg_bucket:
            write_number(out, "value", sum / static_cast<double>(count));
            return {};
        case PipelineKind::sum_bucket: write_number(out, "value", sum); return {};
        case PipelineKind::stats_bucket:
            out.member("count", count);
            write_number(out, "min", min);
            write_number(out, "max", max);
            write_number(out, "avg", sum / static_cast<double>(count));
            write_number(out, "sum", sum);
            return {};
        default: break;
    }
    write_number(out, "value", least ? min : max);
    out.key("keys").begin_array();
    for (const std::string& key : keys)
        out.value(key);
    out.end_array();
    return {};
}

Answer<> apply_parent_pipelines(MultiBucket& parent, BucketList& list) {
    const auto& pipelines = parent.children().pipelines;
    list.made.resize(pipelines.size());
    for (std::size_t i = 0; i < pipelines.size(); ++i) {
        if (!pipelines[i]->is_sibling()) ASK(pipelines[i]->apply(parent, list, i));
    }
    return {};
}

}  // namespace elkhorn::search::agg
