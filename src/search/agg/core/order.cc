#include "search/agg/core/order.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace elkhorn::search::agg {

using event::Kind;
using event::Value;

void Order::add_part(Options& options, const Value& element, Order& order) {
    const auto refuse_order = [&](std::string reason) {
        options.fail("order", "parsing_exception", std::move(reason));
    };
    if (!element.is(Kind::object) || element.as_object().size() == 0) {
        return refuse_order("Must specify at least one field for [order]");
    }
    // Of several members Elasticsearch keeps the last.
    const event::Member& member = element.as_object().members().back();
    if (!member.value.is(Kind::string)) {
        return refuse_order(
            fmt::format("Unexpected token [{}] for [order]", token_name(member.value)));
    }
    const std::string way = to_lower(member.value.as_string());
    if (way != "asc" && way != "desc") {
        return refuse_order(fmt::format("Unknown order direction [{}]", member.value.as_string()));
    }
    Part part;
    part.up = way == "asc";
    if (member.name == "_key" || member.name == "_term" || member.name == "_time") {
        part.by = By::key;
    } else if (member.name == "_count") {
        part.by = By::count;
    } else {
        part.by = By::path;
        part.path = member.name;
    }
    order.parts_.push_back(std::move(part));
}

Order Order::read(Options& options, Order otherwise) {
    const Value* value = options.object_or_array("order");
    if (value == nullptr) return otherwise;
    Order order({});
    if (value->is(Kind::object)) {
        add_part(options, *value, order);
    } else {
        for (const Value& element : value->as_array().values())
            add_part(options, element, order);
        if (value->as_array().size() == 0) {
            options.fail("order", "index_out_of_bounds_exception",
                         "Index 0 out of bounds for length 0");
        }
    }
    if (order.parts_.empty()) return otherwise;
    return order;
}

MetricPath MetricPath::parse(std::string_view path) {
    MetricPath parsed;
    for (const std::string_view name : split(path, '>')) {
        if (!name.empty()) parsed.names.emplace_back(name);
    }
    if (parsed.names.empty()) parsed.names.emplace_back(path);
    std::string& last = parsed.names.back();
    const std::size_t bracket = last.find('[');
    if (bracket != std::string::npos && last.ends_with(']')) {
        parsed.key = last.substr(bracket + 1, last.size() - bracket - 2);
        last.resize(bracket);
        return parsed;
    }
    const std::size_t dot = last.find('.');
    if (dot != std::string::npos && dot == last.rfind('.')) {
        parsed.key = last.substr(dot + 1);
        last.resize(dot);
    }
    return parsed;
}

namespace {

std::unexpected<Failure> no_way(std::string_view path, std::string reason) {
    auto failure =
        refuse_in_phase("aggregation_execution_exception",
                        fmt::format("Invalid aggregation order path [{}]. {}", path, reason));
    failure.error().status = 500;
    return failure;
}

constexpr std::string_view way_of_paths =
    "Buckets can only be sorted on a sub-aggregator path that is built out of zero or more "
    "single-bucket "
    "aggregations within the path and a final single-bucket or a metrics aggregation at the path "
    "end.";

Answer<> check_key(const Aggregator& metric, std::string_view path, const std::string& key) {
    const std::string& name = metric.name();
    switch (metric.shape()) {
        case Shape::single_bucket:
            if (key.empty() || key == "doc_count") return {};
            return no_way(
                path, fmt::format("Ordering on a single-bucket aggregation can only be done on its "
                                  "doc_count. Either drop the key (a la \"{0}\") or change it to "
                                  "\"doc_count\" (a la \"{0}.doc_count\") or \"key\".",
                                  name));
        case Shape::single_metric:
            if (key.empty() || key == "value") return {};
            return no_way(
                path,
                fmt::format("Ordering on a single-value metrics aggregation can only be done on "
                            "its value. Either drop the key (a la \"{0}\") or change it to "
                            "\"value\" (a la \"{0}.value\")",
                            name));
        case Shape::multi_metric:
            if (key.empty()) {
                return no_way(
                    path,
                    "When ordering on a multi-value metrics aggregation a metric name must be "
                    "specified.");
            }
            if (metric.has_metric(key)) return {};
            return no_way(
                path,
                fmt::format("Unknown metric name [{}] on multi-value metrics aggregation [{}]", key,
                            name));
        default: return no_way(path, std::string(way_of_paths));
    }
}

}  // namespace

Answer<> Order::bind(const Aggregator& parent) {
    for (Part& part : parts_) {
        if (part.by != By::path) continue;
        const MetricPath path = MetricPath::parse(part.path);
        const Aggregator* at = &parent;
        for (std::size_t i = 0; i < path.names.size(); ++i) {
            if (i > 0 && at->shape() != Shape::single_bucket) {
                return no_way(part.path, fmt::format("{} [{}] is not single-bucket.", way_of_paths,
                                                     at->name()));
            }
            at = at->children().find(path.names[i]);
            if (at == nullptr) {
                return no_way(
                    part.path,
                    fmt::format("The provided aggregation [{}] either does not exist, or is a "
                                "pipeline aggregation and cannot be used to sort the buckets.",
                                path.names[i]));
            }
        }
        ASK(check_key(*at, part.path, path.key));
        part.metric = at;
        part.metric_key = path.key;
    }
    return {};
}

std::vector<std::vector<double>> Order::numbers_of(const std::vector<Bucket>& buckets) const {
    std::vector<std::vector<double>> numbers(parts_.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (parts_[i].by != By::path) continue;
        numbers[i].reserve(buckets.size());
        for (const Bucket& bucket : buckets) {
            numbers[i].push_back(parts_[i].metric->metric(bucket.ordinal, parts_[i].metric_key));
        }
    }
    return numbers;
}

}  // namespace elkhorn::search::agg
