// search/agg/values/points.h -- the points of a geo_point field as aggregations see them: as Lucene
// keeps them, 32 bits for each of latitude and longitude, so that keys and bounds agree with
// Elasticsearch's to the last digit; boxes and distances of options.
#pragma once

#include "base/parameter.h"
#include "search/agg/core/aggregator.h"
#include "search/agg/core/options.h"
#include "search/agg/values/source.h"
#include "search/base/distance.h"
#include "search/base/point.h"
#include "store/schema/geo_point.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

using store::GeoPoint;

inline constexpr Parameter point_members[] = {{"field", Takes::text}, {"missing", Takes::any}};

struct PointOptions {
    std::string field;
    bool has_field = false;
    std::optional<GeoPoint> missing;

    static PointOptions read(Options& options);
    /// Refuses when no field was given; `fields` is what the refusal says that there could be.
    Answer<> check(std::string_view fields = "field") const;
};

struct GeoBox {
    double top = 0;
    double left = 0;
    double bottom = 0;
    double right = 0;

    /// Beyond 180 degrees it goes on at -180.
    bool holds(const GeoPoint& point) const {
        if (point.lat < bottom || point.lat > top) return false;
        return left <= right ? point.lon >= left && point.lon <= right
                             : point.lon >= left || point.lon <= right;
    }
};

/// "bounds" of a grid.
std::optional<GeoBox> read_box(Options& options, std::string_view key);

/// Points of a row group by row.
class PointColumn {
public:
    PointColumn(std::shared_ptr<const store::RealValues> values, std::optional<GeoPoint> missing)
        : values_(std::move(values)), missing_(missing) {}

    /// Calls visit(point) for each point of the row.
    template <typename Visit>
    void for_each(std::uint32_t row, Visit&& visit) const {
        bool any = false;
        if (values_ != nullptr) {
            const auto last = values_->rows.last(row);
            for (auto i = values_->rows.first(row); i + 1 < last; i += 2) {
                visit(as_indexed({values_->values[i], values_->values[i + 1]}));
                any = true;
            }
        }
        if (!any && missing_) visit(*missing_);
    }

    /// How many points a row has at most.
    std::size_t most(std::uint32_t rows) const;

private:
    std::shared_ptr<const store::RealValues> values_;  // latitude, longitude; null: none
    std::optional<GeoPoint> missing_;
};

class PointSource {
public:
    /// Refuses a field that has no points in any of the indices.
    Answer<> bind(const RequestContext& request, const Common& common, PointOptions options);
    Answer<PointColumn> points(const GroupContext& context) const;

    bool mapped() const { return mapped_; }

private:
    PointOptions options_;
    std::string nested_;
    bool mapped_ = false;
};

}  // namespace elkhorn::search::agg
