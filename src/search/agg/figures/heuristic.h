// search/agg/figures/heuristic.h -- how remarkable it is that a term is as frequent in a part of
// the documents as it is, beside how frequent it is in all of them: the scores of significant_terms
// and significant_text, each as Elasticsearch computes it.
//
//   found    documents of the part with the term        of_found   documents of the part
//   around   documents of the background with the term  of_around  documents of the background
#pragma once

#include "base/parameter.h"
#include "search/agg/core/options.h"
#include "search/script/script_call.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace elkhorn::search::agg {

struct TermFrequencies {
    double found = 0;
    double of_found = 0;
    double around = 0;
    double of_around = 0;
};

class Heuristic {
public:
    /// The member that names it, the last where there are several; JLH where there is none.
    static Heuristic read(Options& options, const event::Value& body);

    /// At most 0, or minus infinity: not remarkable. Refuses a background that cannot be one.
    Answer<double> score(const TermFrequencies& frequencies) const;

    /// Once, before any score: compiles the script, where it is one.
    Answer<> bind(const RequestContext& request);

private:
    enum class Kind : std::uint8_t { jlh, mutual_information, chi_square, gnd, percentage, script };

    class Script;

    void read_members(Options& options, const event::Value& value, std::string_view name);
    void read_script_of(Options& options);
    Answer<double> of_table(const TermFrequencies& frequencies) const;

    Kind kind_ = Kind::jlh;
    bool include_negatives_ = false;
    bool background_is_superset_ = true;
    std::optional<ScriptCall> call_;
    std::shared_ptr<Script> script_;  // null until it is bound
};

inline constexpr Parameter heuristic_members[] = {
    {"jlh", Takes::any}, {"mutual_information", Takes::any}, {"chi_square", Takes::any},
    {"gnd", Takes::any}, {"percentage", Takes::any},         {"script_heuristic", Takes::any},
};

}  // namespace elkhorn::search::agg
