#include "search/agg/core/pipeline.h"

#include "search/agg/core/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg {

const double no_number = std::nan("");

namespace {

/// The number at the end of a path that begins among `children`.
Answer<double> metric_at(const Children& children, std::uint32_t bucket, const MetricPath& path) {
    const Children* at = &children;
    for (std::size_t i = 0; i < path.names.size(); ++i) {
        const bool last = i + 1 == path.names.size();
        const Aggregator* found = at->find(path.names[i]);
        if (found == nullptr) return no_number;
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
    return no_number;
}

const Pipeline* pipeline_named(const Children& children, std::string_view name) {
    for (const auto& pipeline : children.pipelines) {
        if (pipeline->name() == name) return pipeline.get();
    }
    return nullptr;
}

std::string first_name(std::string_view path) {
    return MetricPath::parse(path).names.front();
}

bool is_of_bucket(std::string_view name) {
    return name == "_count" || name == "_key";
}

}  // namespace

Pipeline::Pipeline(Common common, Settings settings)
    : common_(std::move(common)), settings_(std::move(settings)) {
    if (settings_.format) format_ = ValueFormat::decimal(*settings_.format);
}

std::unexpected<Failure> Pipeline::refuse_validation(std::string reason) {
    return refuse("action_request_validation_exception",
                  fmt::format("Validation Failed: 1: {};", reason));
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

Answer<double> Pipeline::number(MultiBucket& parent, const BucketList& list, std::size_t index,
                                const std::string& path, bool insert_zeros) const {
    const Bucket& bucket = list.buckets[index];
    if (path == "_count") return static_cast<double>(bucket.count);
    if (path == "_key") return parent.key_number(bucket);
    const MetricPath parsed = MetricPath::parse(path);
    double value = no_number;
    const Pipeline* made = pipeline_named(parent.children(), parsed.names[0]);
    if (made != nullptr && made->place_ < list.made.size() && !list.made[made->place_].empty()) {
        const PipelineValue& found = list.made[made->place_][index];
        if (found.shown) value = parsed.key == "normalized_value" ? found.normalized : found.value;
    } else {
        value = ASK(metric_at(parent.children(), bucket.ordinal, parsed));
    }
    if (!std::isfinite(value) || bucket.count == 0) return insert_zeros ? 0.0 : no_number;
    return value;
}

Answer<> ParentPipeline::check(const Children& beside, const Aggregator* parent) const {
    for (const auto& [variable, path] : settings().paths) {
        const std::string first = first_name(path);
        if (is_of_bucket(first) || beside.find(first) != nullptr) continue;
        if (pipeline_named(beside, first) == nullptr)
            return refuse_validation(fmt::format("No aggregation found for path [{}]", path));
    }
    if (needs_histogram() && (parent == nullptr || !parent->is_histogram())) {
        return refuse_validation(fmt::format(
            "{} aggregation [{}] must have a histogram, date_histogram or auto_date_histogram "
            "as parent{}",
            type(), name(), parent == nullptr ? " but doesn't have a parent" : ""));
    }
    if (needs_histogram() && !parent->shows_empty()) {
        return refuse_validation(
            fmt::format("parent histogram of {} aggregation [{}] must have min_doc_count of 0",
                        type(), name()));
    }
    if (parent == nullptr || parent->shape() != Shape::multi_bucket) {
        return refuse_validation(fmt::format(
            "{} aggregation [{}] must be declared inside of another aggregation", type(), name()));
    }
    return {};
}

bool ParentPipeline::shows(const BucketList* list, std::size_t index) const {
    if (list == nullptr || place() >= list->made.size() || list->made[place()].empty())
        return false;
    return list->made[place()][index].shown;
}

Answer<> ParentPipeline::render(json::Writer& out, const Children& /*beside*/,
                                std::uint32_t /*bucket*/, const BucketList* list,
                                std::size_t index) const {
    write_number(out, "value", list->made[place()][index].value);
    return {};
}

Answer<> SiblingPipeline::check(const Children& beside, const Aggregator* /*parent*/) const {
    for (const auto& [variable, path] : settings().paths) {
        const std::string first = first_name(path);
        const Aggregator* found = beside.find(first);
        if (found == nullptr)
            return refuse_validation(fmt::format("No aggregation found for path [{}]", path));
        if (found->shape() != Shape::multi_bucket) {
            return refuse_validation(fmt::format(
                "The first aggregation in buckets_path must be a multi-bucket aggregation for "
                "aggregation [{}] found :{} for buckets path: {}",
                name(), found->type(), path));
        }
    }
    return {};
}

Answer<> SiblingPipeline::render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                                 const BucketList* /*list*/, std::size_t /*index*/) const {
    const std::string& path = settings().paths[0].second;
    const std::string first = first_name(path);
    auto& lists = static_cast<MultiBucket&>(*beside.find(first));
    const BucketList list = ASK(lists.list(bucket));
    const std::string rest = path.size() > first.size() ? path.substr(first.size() + 1) : "";
    if (rest.empty()) {
        static_cast<void>(
            ASK(metric_at(beside, bucket, MetricPath{{first}, ""})));  // says what is wrong
    }
    SiblingNumbers found;
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        const double value = ASK(number(lists, list, i, rest, settings().insert_zeros));
        if (std::isnan(value)) continue;
        found.values.push_back(value);
        found.keys.push_back(lists.key_text(list.buckets[i]));
    }
    write(out, found);
    return {};
}

Answer<> check_pipelines(Children& children, const Aggregator* parent) {
    for (const auto& pipeline : children.pipelines)
        ASK(pipeline->check(children, parent));
    // Those whose values others look at go first; a circle is left as it is and gives no values.
    auto& all = children.pipelines;
    for (std::size_t done = 0; done < all.size(); ++done) {
        const auto waits = [&](const std::unique_ptr<Pipeline>& pipeline) {
            return std::ranges::any_of(pipeline->settings().paths, [&](const auto& named) {
                const std::string first = first_name(named.second);
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

Answer<> apply_parent_pipelines(MultiBucket& parent, BucketList& list) {
    const auto& pipelines = parent.children().pipelines;
    list.made.resize(pipelines.size());
    for (const auto& pipeline : pipelines)
        ASK(pipeline->apply(parent, list));
    return {};
}

}  // namespace elkhorn::search::agg
