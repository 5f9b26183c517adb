#include "search/match/source_nodes.h"

#include "base/strings.h"
#include "search/base/date_math.h"
#include "search/match/bm25.h"
#include "search/source/family.h"
#include "search/source/source_values.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

enum class ValueType : std::uint8_t { int32, int64, float32, float64, moment, address };

ValueType value_type(const Field& field) {
    const std::string_view name = field.mapping->es_name;
    if (name == "integer_range") return ValueType::int32;
    if (name == "float_range") return ValueType::float32;
    if (name == "double_range") return ValueType::float64;
    if (name == "date_range") return ValueType::moment;
    return name == "ip_range" ? ValueType::address : ValueType::int64;
}

/// Big-endian, so that bytes compare as numbers do.
std::string bytes_of(std::uint64_t bits) {
    std::string bytes(8, '\0');
    for (std::size_t i = 8; i-- > 0; bits >>= 8U)
        bytes[i] = static_cast<char>(bits & 0xffU);
    return bytes;
}

std::string bytes_of_whole(std::int64_t value) {
    return bytes_of(static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63U));
}

std::string bytes_of_real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    return bytes_of((bits >> 63U) != 0 ? ~bits : bits | (std::uint64_t{1} << 63U));
}

/// A float's bits in the upper half: the next float is a step of the upper half.
std::string bytes_of_float(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sortable = (bits >> 31U) != 0 ? ~bits : bits | (std::uint32_t{1} << 31U);
    return bytes_of(sortable).substr(4);
}

/// To the next value up or down; false past the end.
bool step(std::string& bytes, int by) {
    for (std::size_t i = bytes.size(); i-- > 0;) {
        const int sum = static_cast<unsigned char>(bytes[i]) + by;
        bytes[i] = static_cast<char>(sum & 0xff);
        if (sum >= 0 && sum <= 255) return true;
    }
    return false;
}

std::string least_of(ValueType type) {
    switch (type) {
        case ValueType::int32: return bytes_of_whole(std::numeric_limits<std::int32_t>::min());
        case ValueType::float32: return bytes_of_float(-std::numeric_limits<float>::infinity());
        case ValueType::float64: return bytes_of_real(-std::numeric_limits<double>::infinity());
        case ValueType::address: return std::string(16, '\0');
        default: return bytes_of_whole(std::numeric_limits<std::int64_t>::min());
    }
}

std::string greatest_of(ValueType type) {
    switch (type) {
        case ValueType::int32: return bytes_of_whole(std::numeric_limits<std::int32_t>::max());
        case ValueType::float32: return bytes_of_float(std::numeric_limits<float>::infinity());
        case ValueType::float64: return bytes_of_real(std::numeric_limits<double>::infinity());
        case ValueType::address: return std::string(16, '\xff');
        default: return bytes_of_whole(std::numeric_limits<std::int64_t>::max());
    }
}

std::unexpected<Failure> bad_number(std::string_view text) {
    return cannot_create("number_format_exception", fmt::format("For input string: \"{}\"", text));
}

Answer<std::string> whole_bytes(std::string_view text, ValueType type) {
    const auto exact = to_integer(trim(text));
    const auto number = to_double(trim(text));
    if (!number) return bad_number(text);
    const bool narrow = type == ValueType::int32;
    const double most = narrow ? 2147483647.0 : 9.2233720368547758e18;
    const double value = exact ? static_cast<double>(*exact) : std::trunc(*number);
    const bool fits = exact && !narrow ? true
                      : narrow         ? value >= -2147483648.0 && value <= most
                                       : std::fabs(value) < most;
    if (!fits) {
        return cannot_create("illegal_argument_exception",
                             fmt::format("Value [{}] is out of range for {}", text,
                                         narrow ? "an integer" : "a long"));
    }
    return bytes_of_whole(exact ? *exact : static_cast<std::int64_t>(value));
}

Answer<std::string> bytes_of_text(std::string_view text, ValueType type) {
    switch (type) {
        case ValueType::float32:
        case ValueType::float64: {
            const auto number = to_double(trim(text));
            if (!number) return bad_number(text);
            return type == ValueType::float64 ? bytes_of_real(*number)
                                              : bytes_of_float(static_cast<float>(*number));
        }
        case ValueType::address: {
            const auto address = store::parse_ip(text);
            if (address) return std::string(address->data(), address->size());
            return cannot_create("illegal_argument_exception",
                                 fmt::format("'{}' is not an IP string literal.", text));
        }
        default: return whole_bytes(text, type);
    }
}

struct Range {
    std::string least;
    std::string greatest;
};

/// The ranges of a row group.
struct GroupRanges {
    std::vector<std::uint32_t> offsets{0};  // of rows, in `ranges`
    std::vector<Range> ranges;

    std::uint64_t size_bytes() const {
        constexpr std::uint64_t bytes_of_long_texts = 32;
        return ranges.size() * (sizeof(Range) + bytes_of_long_texts) + 4 * offsets.size();
    }
};

/// Reads the ranges of documents; what is none is left out.
class RangeReader {
public:
    RangeReader(const Field& field, std::int64_t now_ms) : type_(value_type(field)) {
        if (type_ != ValueType::moment) return;
        if (auto reader = make_date_reader(field.mapping->format, "", now_ms))
            dates_ = std::move(*reader);
    }

    std::optional<Range> read(const Value& value) const {
        if (value.is(Kind::string) && type_ == ValueType::address) return network(value);
        if (!value.is(Kind::object)) return std::nullopt;
        Range range{least_of(type_), greatest_of(type_)};
        for (const event::Member& member : value.as_object().members()) {
            const bool from = member.name == "gte" || member.name == "gt" || member.name == "from";
            const bool to = member.name == "lte" || member.name == "lt" || member.name == "to";
            if (!from && !to) return std::nullopt;
            if (member.value.is_null()) continue;
            auto bound = bytes(member.value);
            if (!bound) return std::nullopt;
            if (member.name == "gt" && !step(*bound, 1)) return std::nullopt;
            if (member.name == "lt" && !step(*bound, -1)) return std::nullopt;
            (from ? range.least : range.greatest) = std::move(*bound);
        }
        if (range.least > range.greatest) return std::nullopt;
        return range;
    }

private:
    static std::optional<Range> network(const Value& value) {
        const auto ends = store::parse_cidr(value.as_string());
        if (!ends) return std::nullopt;
        return Range{std::string(ends->first.data(), 16), std::string(ends->second.data(), 16)};
    }

    std::optional<std::string> bytes(const Value& value) const {
        const auto term = term_of(value);
        if (!term) return std::nullopt;
        if (type_ == ValueType::moment) {
            if (!dates_) return std::nullopt;
            const auto moment = read_date(*dates_, term->text, false);
            return moment ? std::optional(bytes_of_whole(*moment)) : std::nullopt;
        }
        auto read = bytes_of_text(term->text, type_);
        return read ? std::optional(std::move(*read)) : std::nullopt;
    }

    ValueType type_;
    std::optional<DateReader> dates_;
};

Answer<std::shared_ptr<const GroupRanges>> ranges_of(const GroupContext& context,
                                                     const Field& field) {
    const auto make = [&](GroupRanges& made) -> Answer<> {
        const RangeReader reader(field, context.request == nullptr ? 0 : context.request->now_ms);
        return each_source_value(
            context, field.name, [&](std::uint32_t, std::span<const Value> values) {
                for (const Value& value : values) {
                    if (auto range = reader.read(value)) made.ranges.push_back(std::move(*range));
                }
                made.offsets.push_back(static_cast<std::uint32_t>(made.ranges.size()));
                return made.size_bytes();
            });
    };
    return made_of_group<GroupRanges>(context, fmt::format("ranges of {}", field.name), make);
}

class RangeFieldNode final : public Node {
public:
    RangeFieldNode(Field field, std::optional<Range> wanted, RangeRelation relation)
        : field_(std::move(field)), wanted_(std::move(wanted)), relation_(relation) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const auto all = ASK(ranges_of(context, field_));
        Bitmap rows(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            for (std::uint32_t i = all->offsets[row]; i < all->offsets[row + 1]; ++i) {
                if (!is_wanted(all->ranges[i])) continue;
                rows.set(row);
                break;
            }
        }
        return rows;
    }

    int cost() const override { return 8; }

private:
    bool is_wanted(const Range& range) const {
        if (!wanted_) return true;
        switch (relation_) {
            case RangeRelation::within:
                return range.least >= wanted_->least && range.greatest <= wanted_->greatest;
            case RangeRelation::contains:
                return range.least <= wanted_->least && range.greatest >= wanted_->greatest;
            case RangeRelation::intersects: break;
        }
        return range.least <= wanted_->greatest && range.greatest >= wanted_->least;
    }

    Field field_;
    std::optional<Range> wanted_;  // nothing: any
    RangeRelation relation_;
};

/// A date that cannot be read, told twice as Elasticsearch does.
std::unexpected<Failure> bad_moment(Failure failure) {
    if (!failure.over && !failure.caused_by_reason.empty()) {
        failure.caused_by_type = "parse_exception";
        failure.caused_by_reason =
            fmt::format("{}: [{}]", failure.caused_by_reason, failure.caused_by_reason);
    }
    return std::unexpected(std::move(failure));
}

/// Documents may give a fraction for a whole number, queries may not.
Answer<> check_whole(std::string_view text, ValueType type) {
    if (type != ValueType::int32 && type != ValueType::int64) return {};
    const auto number = to_double(trim(text));
    if (!number || *number == std::trunc(*number)) return {};
    return cannot_create("illegal_argument_exception",
                         fmt::format("Value [{}] has a decimal part", text));
}

/// The bytes of one bound of a query, moved when it does not belong to it; nothing past the end.
Answer<std::optional<std::string>> bound_of(const Scope& scope, const Field& field,
                                            const Bounds& bounds, bool lower) {
    const ValueType type = value_type(field);
    const std::optional<Term>& given = lower ? bounds.from : bounds.to;
    const bool belongs = lower ? bounds.include_from : bounds.include_to;
    if (!given) return std::optional(lower ? least_of(type) : greatest_of(type));
    std::string bytes;
    if (type == ValueType::moment) {
        const std::string& format = bounds.format.empty() ? field.mapping->format : bounds.format;
        const DateReader reader =
            ASK(make_date_reader(format, bounds.time_zone, scope.request->now_ms));
        const auto moment = read_date(reader, given->text, lower ? !belongs : belongs);
        if (!moment) return bad_moment(moment.error());
        bytes = bytes_of_whole(*moment);
    } else {
        ASK(check_whole(given->text, type));
        bytes = ASK(bytes_of_text(given->text, type));
    }
    if (!belongs && !step(bytes, lower ? 1 : -1)) return std::nullopt;
    return std::optional(std::move(bytes));
}

struct Presence {
    std::vector<bool> rows;

    std::uint64_t size_bytes() const { return rows.size() / 8; }
};

class InSource final : public Node {
public:
    explicit InSource(Field field) : field_(std::move(field)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const auto make = [&](Presence& made) -> Answer<> {
            return each_source_value(context, field_.name,
                                     [&](std::uint32_t, std::span<const Value> values) {
                                         bool any = false;
                                         for (const Value& value : values)
                                             any = any || !value.is_null();
                                         made.rows.push_back(any);
                                         return made.size_bytes();
                                     });
        };
        const auto presence =
            ASK(made_of_group<Presence>(context, fmt::format("values of {}", field_.name), make));
        Bitmap found(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (presence->rows[row]) found.set(row);
        }
        return found;
    }

    int cost() const override { return 8; }

private:
    Field field_;
};

class Called final : public Node {
public:
    Called(std::string path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const auto family = ASK(family_of(context, path_));
        Bitmap found(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (family->is_called(row, name_)) found.set(row);
        }
        return found;
    }

    int cost() const override { return 8; }

    std::optional<float> constant() const override { return std::nullopt; }

    /// As a keyword: one term of one length.
    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        FieldCounts counts;
        double frequency = 0;
        ASK(statistics.each_group([&](const GroupContext& context) -> Answer<> {
            const auto family = ASK(family_of(context, path_));
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                counts.documents += family->name_of[row] == Family::nobody ? 0 : 1;
                frequency += family->is_called(row, name_) ? 1 : 0;
            }
            return {};
        }));
        counts.terms = counts.documents;
        const Bm25 similarity(counts, inverse_frequency(counts.documents, frequency), boost);
        return alike_scorer(*this, similarity.score_once());
    }

private:
    std::string path_;
    std::string name_;
};

}  // namespace

bool is_range_field(const Field& field) {
    return field.known() && field.mapping->is_range();
}

Answer<NodePtr> range_field_node(const Scope& scope, const Field& field, const Bounds& bounds) {
    if (scope.request == nullptr) return no_rows();
    auto least = ASK(bound_of(scope, field, bounds, true));
    auto greatest = ASK(bound_of(scope, field, bounds, false));
    if (!least || !greatest) return no_rows();
    if (*least > *greatest) {
        if (!bounds.from || !bounds.to) return no_rows();
        return cannot_create(
            "illegal_argument_exception",
            fmt::format("Range query `from` value ({}) is greater than `to` value ({})",
                        bounds.from->text, bounds.to->text));
    }
    return std::make_shared<RangeFieldNode>(field, Range{std::move(*least), std::move(*greatest)},
                                            bounds.relation);
}

NodePtr existing_ranges(Field field) {
    return std::make_shared<RangeFieldNode>(std::move(field), std::nullopt,
                                            RangeRelation::intersects);
}

NodePtr existing_in_source(Field field) {
    return std::make_shared<InSource>(std::move(field));
}

NodePtr called(std::string path, std::string name) {
    return std::make_shared<Called>(std::move(path), std::move(name));
}

}  // namespace elkhorn::search
