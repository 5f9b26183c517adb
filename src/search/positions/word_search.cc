#include "search/positions/word_search.h"

#include "search/match/bm25.h"
#include "search/match/marks.h"
#include "search/match/text_words.h"

#include <optional>
#include <set>

namespace elkhorn::search::positions {

Answer<std::vector<std::string>> words_looked_for(const Scope& scope, const Field& field,
                                                  const Node& node, std::size_t most) {
    Marks marks;
    node.mark(marks);
    const auto of_field = marks.fields.find(field.name);
    if (of_field == marks.fields.end()) return std::vector<std::string>();
    std::set<std::string, std::less<>> words = of_field->second.words;
    const RequestContext nobody;
    const Statistics documents(scope.request == nullptr ? nobody : *scope.request, *scope.index);
    std::optional<Statistics> objects;
    if (!scope.nested.empty()) objects.emplace(documents, scope.nested);
    for (const TextTest& test : of_field->second.tests) {
        const auto found = ASK(tokens_that_pass(objects ? *objects : documents, field, test, most));
        for (const auto& [word, rows] : found) {
            if (words.size() > most) break;
            words.insert(word);
        }
    }
    return std::vector<std::string>(words.begin(), words.end());
}

}  // namespace elkhorn::search::positions
