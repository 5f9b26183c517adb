#include "search/sort/sort_script.h"

#include "base/strings.h"
#include "search/match/field_terms.h"
#include "search/query/core/query_parse.h"
#include "search/script/row_script.h"
#include "search/script/script_call.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

class ScriptColumn final : public SortColumn {
public:
    ScriptColumn(std::shared_ptr<const Sort> sort, std::shared_ptr<const script::Program> program,
                 const RequestContext& request)
        : sort_(std::move(sort)),
          wants_scores_(script::uses_score(*program)),
          script_(std::move(program), sort_->script->params, &request) {}

    bool wants_scores() const override { return wants_scores_; }

    void set_scores(ScoreOf score) override { script_.host().score = std::move(score); }

    Answer<> enter(const GroupContext& context) override { return script_.enter(context); }

    Answer<SortValue> value(std::uint32_t row) override {
        const script::Value value = ASK(script_.value(row));
        if (value.is_text()) return SortValue::of(std::string(value.as_text()));
        if (value.is_null()) return SortValue{};
        return SortValue::of(value.as_double());
    }

    Answer<int> compare(std::uint32_t row, const SortValue& other) override {
        return compare_keys(*sort_, ASK(value(row)), other);
    }

    bool all_behind(const GroupContext& /*context*/, const SortValue& /*value*/) const override {
        return false;
    }

    std::string json(const SortValue& value) const override {
        std::string out;
        if (value.kind == SortValue::Kind::none)
            out = "null";
        else if (value.kind == SortValue::Kind::text)
            text::append_json_string(out, value.text);
        else if (std::isinf(value.real) || std::isnan(value.real))
            text::append_json_string(out, std::isnan(value.real) ? "NaN"
                                          : value.real > 0       ? "Infinity"
                                                                 : "-Infinity");
        else
            text::append_json_real(out, value.real);
        return out;
    }

    Answer<SortValue> parse_after(const Value& value) const override {
        const auto term = term_of(value);
        if (!term) return SortValue{};
        if (sort_->script_gives_text) return SortValue::of(term->text);
        const auto number = to_double(term->text);
        if (number) return SortValue::of(*number);
        auto failure = refuse_in_phase("illegal_argument_exception",
                                       "Failed to parse search_after value for field [_script].");
        failure.error().caused_by_type = "number_format_exception";
        failure.error().caused_by_reason = fmt::format("For input string: \"{}\"", term->text);
        return failure;
    }

private:
    std::shared_ptr<const Sort> sort_;
    bool wants_scores_;
    RowScript script_;
};

}  // namespace

Answer<std::shared_ptr<Sort>> parse_script_sort(const Value& body) {
    auto sort = std::make_shared<Sort>();
    sort->kind = Sort::Kind::script;
    sort->field = "_script";
    std::string type;
    if (!body.is(Kind::object)) {
        return bad_content(
            fmt::format("[_script] Expected START_OBJECT but was: {}", token_name(body)));
    }
    for (const event::Member& member : body.as_object().members()) {
        const auto term = term_of(member.value);
        if (member.name == "script") {
            sort->script = std::make_shared<const ScriptCall>(ASK(read_script(member.value)));
        } else if (member.name == "type" && term) {
            type = to_lower(term->text);
        } else if (member.name == "order" && term) {
            sort->descending = to_lower(term->text) == "desc";
        } else if (member.name == "mode" && term) {
            sort->mode = SortMode::none;  // there is one value
        } else {
            return bad_content(fmt::format("[_script] unknown field [{}]", member.name));
        }
    }
    if (sort->script == nullptr || type.empty()) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("Required [{}]", sort->script == nullptr && type.empty() ? "script, type"
                                         : type.empty()                          ? "type"
                                                                                 : "script"));
    }
    if (type != "number" && type != "string") {
        auto failure = bad_content("[_script] failed to parse field [type]");
        failure.error().caused_by_type = "illegal_argument_exception";
        failure.error().caused_by_reason = fmt::format("Unknown ScriptSortType [{}]", type);
        return failure;
    }
    sort->script_gives_text = type == "string";
    return sort;
}

Answer<std::unique_ptr<SortColumn>> script_column(const std::shared_ptr<const Sort>& sort,
                                                  const RequestContext& request) {
    auto program = ASK(compile(
        *sort->script, &request,
        sort->script_gives_text ? script::contexts::string_sort : script::contexts::number_sort));
    return std::make_unique<ScriptColumn>(sort, std::move(program), request);
}

}  // namespace elkhorn::search
