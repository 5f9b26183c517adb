// search/suggest/completion_suggester.h -- documents whose inputs in a completion field begin as
// the user has begun to type, the weightiest first.
//
//   Cost      the first question: the documents of every row group, once (source_values.h). Later
//             ones: the inputs that begin so; of a fuzzy or a regex one all inputs.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace elkhorn::search {

struct CompletionSuggester {
    struct Fuzzy {
        int edits = 1;
        bool transpositions = true;
        int min_length = 3;     // of a prefix that may be misspelt
        int prefix_length = 1;  // characters that are as they were typed
    };

    std::string text;  // the prefix, or the regex
    bool regex = false;
    std::string field;
    std::size_t size = 5;
    bool skip_duplicates = false;
    std::optional<Fuzzy> fuzzy;
};

struct Completion {
    std::string text;  // the input as it was given
    float score = 0;
    GroupContext context;  // of its document
    std::uint32_t row = 0;
};

/// The best first. Refuses a field that is none of the type completion in every index.
Answer<std::vector<Completion>> complete(const CompletionSuggester& suggester,
                                         const RequestContext& request);

}  // namespace elkhorn::search
