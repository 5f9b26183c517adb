// search/agg/values/script_values.h -- values that a script makes: of a document, or of each value
// of a field, which it knows as `_value`.
//
//   ScriptValues values(program, call, request, ledger);
//   const NumberColumn numbers = ASK(values.numbers(context, selection, false));
//
// Only the selected rows are asked: a script may throw for the others. What it gives is one value,
// or a list or an array of them; null is no value.
#pragma once

#include "search/agg/core/aggregator.h"
#include "search/agg/values/columns.h"
#include "search/script/row_script.h"
#include "search/script/script_call.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class ScriptValues {
public:
    /// In the search phase.
    static Answer<std::unique_ptr<ScriptValues>> make(const ScriptCall& call,
                                                      const RequestContext& request,
                                                      Ledger& ledger);

    /// A number, a boolean or a date each; without fractions where they are `whole`.
    Answer<NumberColumn> numbers(const GroupContext& context, const Selection& selection,
                                 bool whole);
    /// What it makes of each number of `from`: a number.
    Answer<NumberColumn> numbers_of(const GroupContext& context, const Selection& selection,
                                    const NumberColumn& from, bool whole);
    /// As texts, whatever they are.
    Answer<TermColumn> terms(const GroupContext& context, const Selection& selection);
    Answer<TermColumn> terms_of(const GroupContext& context, const Selection& selection,
                                const TermColumn& from, bool addresses);

private:
    ScriptValues(std::shared_ptr<const script::Program> program, const ScriptCall& call,
                 const RequestContext& request, Ledger& ledger);

    template <typename T, typename Fill>
    Answer<std::shared_ptr<const store::ColumnValues<T>>> fill(const GroupContext& context,
                                                               const Selection& selection,
                                                               Fill&& fill_row);
    /// Runs the script for a row: what it gives, one by one.
    Answer<> run(std::uint32_t row);
    /// The most that was needed at once stays charged.
    Answer<> hold(std::size_t bytes, std::size_t& held);

    RowScript script_;
    Ledger& ledger_;
    std::size_t values_bytes_ = 0;
    std::size_t texts_bytes_ = 0;
    std::vector<script::Value> items_;  // of the row
};

}  // namespace elkhorn::search::agg
