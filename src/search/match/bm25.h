// search/match/bm25.h -- Lucene 8's BM25 as Elasticsearch 7 uses it: k1 1.2, b 0.75, scores with
// the factor k1 + 1, lengths in one byte, floats throughout; and the statistics of one index that
// it needs.
//
// Counts are over all row groups, deleted documents included, as Lucene counts until a merge.
#pragma once

#include "search/base/context.h"
#include "search/base/explanation.h"
#include "search/base/failure.h"
#include "search/base/field.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::search {

/// Lucene's SmallFloat: a length as it is after a trip through one byte.
std::uint32_t rounded_length(std::uint32_t length);

struct FieldCounts {
    double documents = 0;  // that have the field
    double terms = 0;      // in all of them together
};

/// The inverse document frequency of a term.
float inverse_frequency(double documents, double document_frequency);

/// How rare a word is: in so many documents of those that have the field.
struct Rarity {
    double frequency = 0;
    double documents = 0;
};

class Bm25 {
public:
    /// `idf` is the sum over the terms of a phrase.
    Bm25(const FieldCounts& counts, double idf, float boost);
    float score(float frequency, std::uint32_t length) const;

    /// In Lucene's words: `what` is the query ("text:fox"), `count` what was counted
    /// ("freq, occurrences of term within document").
    Explanation explain(const std::string& what, const std::string& count,
                        std::span<const Rarity> terms, float frequency, std::uint32_t length) const;

    /// Without lengths: keywords, booleans.
    float score_once() const { return score(1.0F, 1); }

private:
    float weight_;
    float average_;
    float boost_;
    float idf_;
};

/// Counts of one index, gathered when asked for and kept.
class Statistics {
public:
    Statistics(const RequestContext& request, const store::IndexView& index)
        : request_(request), index_(index) {}

    /// Of the nested objects at `path` of what `outer`, which outlives this, counts.
    Statistics(const Statistics& outer, std::string path)
        : request_(outer.request_), index_(outer.index_), outer_(&outer), path_(std::move(path)) {}

    const store::IndexView& index() const { return index_; }

    const RequestContext& request() const { return request_; }

    Answer<FieldCounts> of_field(const Field& field);
    /// Rows that `count` finds, over all row groups; remembered under `key`.
    Answer<double> frequency(const std::string& key,
                             const std::function<Answer<double>(const GroupContext&)>& count);
    /// Calls visit for each row group of the index, or its objects, every row alive.
    Answer<> each_group(const std::function<Answer<>(const GroupContext&)>& visit) const;

private:
    static Answer<FieldCounts> count(const GroupContext& context, const Field& field);

    const RequestContext& request_;
    const store::IndexView& index_;
    const Statistics* outer_ = nullptr;
    std::string path_;
    std::map<std::string, FieldCounts> fields_;
    std::map<std::string, double> frequencies_;
};

}  // namespace elkhorn::search
