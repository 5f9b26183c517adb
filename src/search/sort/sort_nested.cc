#include "search/sort/sort_nested.h"

#include "search/match/field_terms.h"
#include "search/sort/sort_pick.h"
#include "search/source/nested_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace elkhorn::search {
namespace {

struct Level {
    std::string path;
    NodePtr filter;  // null: all objects
};

/// All values of a row group are gathered when it is entered: those of objects lie apart from it.
class ObjectsColumn final : public SortColumn {
public:
    ObjectsColumn(std::shared_ptr<const Sort> sort, std::unique_ptr<SortColumn> inner, Field field,
                  std::vector<Level> levels, SortValue missing)
        : sort_(std::move(sort)),
          inner_(std::move(inner)),
          field_(std::move(field)),
          levels_(std::move(levels)),
          missing_(std::move(missing)) {}

    Answer<> enter(const GroupContext& context) override {
        values_.assign(context.rows(), missing_);
        if (levels_.empty()) return {};
        std::vector<std::uint32_t> documents(context.rows());
        std::iota(documents.begin(), documents.end(), 0U);
        Gathered gathered(context.rows());
        ASK(gather(context, 0, documents, gathered));
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (!gathered[row].empty()) values_[row] = picked(gathered[row]);
        }
        return {};
    }

    Answer<SortValue> value(std::uint32_t row) override { return values_[row]; }

    Answer<int> compare(std::uint32_t row, const SortValue& other) override {
        return compare_keys(*sort_, values_[row], other);
    }

    bool all_behind(const GroupContext& /*context*/, const SortValue& /*value*/) const override {
        return false;
    }

    std::string json(const SortValue& value) const override { return inner_->json(value); }

    Answer<SortValue> parse_after(const event::Value& value) const override {
        return inner_->parse_after(value);
    }

private:
    using Gathered = std::vector<std::vector<SortValue>>;  // of each row

    /// They are all of one kind.
    SortValue picked(const std::vector<SortValue>& values) const {
        if (values[0].kind == SortValue::Kind::integer)
            return SortValue::of(picked_number(values, &SortValue::integer));
        if (values[0].kind == SortValue::Kind::real)
            return SortValue::of(picked_number(values, &SortValue::real));
        const bool greatest =
            sort_->mode == SortMode::max || (sort_->mode == SortMode::none && sort_->descending);
        return greatest ? *std::ranges::max_element(values, {}, &SortValue::text)
                        : *std::ranges::min_element(values, {}, &SortValue::text);
    }

    template <typename T>
    T picked_number(const std::vector<SortValue>& values, T SortValue::* member) const {
        std::vector<T> numbers;
        for (const SortValue& value : values)
            numbers.push_back(value.*member);
        return pick(sort_->mode, sort_->descending, numbers);
    }

    /// `documents` are those of the context's rows.
    Answer<> gather(const GroupContext& context, std::size_t depth,
                    const std::vector<std::uint32_t>& documents, Gathered& gathered) {
        const Level& level = levels_[depth];
        for (const GroupContext& inside : ASK(objects_of(context, level.path))) {
            Bitmap rows = level.filter ? ASK(level.filter->rows(inside)) : inside.live;
            std::vector<std::uint32_t> below(inside.rows(), nobody);
            rows.for_each([&](std::uint32_t row) {
                below[row] = documents[inside.objects->rows().owners[row]];
            });
            if (depth + 1 < levels_.size())
                ASK(gather(inside, depth + 1, below, gathered));
            else
                ASK(take_values(inside, below, gathered));
        }
        return {};
    }

    Answer<> take_values(const GroupContext& inside, const std::vector<std::uint32_t>& documents,
                         Gathered& gathered) {
        ASK(inner_->enter(inside));
        const Bitmap present = ASK(rows_with_value(inside, field_));
        for (std::uint32_t row = 0; row < inside.rows(); ++row) {
            if (documents[row] == nobody || !present.test(row)) continue;
            gathered[documents[row]].push_back(ASK(inner_->value(row)));
        }
        return {};
    }

    static constexpr std::uint32_t nobody = ~std::uint32_t{0};  // outside a filter

    std::shared_ptr<const Sort> sort_;
    std::unique_ptr<SortColumn> inner_;
    Field field_;
    std::vector<Level> levels_;
    SortValue missing_;
    std::vector<SortValue> values_;  // of each row
};

}  // namespace

Answer<std::unique_ptr<SortColumn>> sort_by_objects(const std::shared_ptr<const Sort>& sort,
                                                    std::unique_ptr<SortColumn> inner, Field field,
                                                    const Scope& scope) {
    std::vector<Level> levels;
    Scope inside = scope;
    for (const SortObjects& objects : sort->nested) {
        const store::FieldMapping* mapped = scope.index->mapping->find(objects.path);
        if (mapped == nullptr || mapped->type != store::FieldType::nested) {
            return shard_failure(
                fmt::format("[nested] failed to find nested object under path [{}]", objects.path));
        }
        inside.nested = objects.path;
        levels.push_back(
            {objects.path, objects.filter ? ASK(plan_query(*objects.filter, inside)) : nullptr});
    }
    SortValue missing = ASK(inner->parse_after(event::Value()));
    if (missing.kind == SortValue::Kind::none && sort->missing && !sort->missing_first() &&
        *sort->missing != "_last")
        missing = SortValue::of(*sort->missing);
    return std::make_unique<ObjectsColumn>(sort, std::move(inner), std::move(field),
                                           std::move(levels), std::move(missing));
}

}  // namespace elkhorn::search
