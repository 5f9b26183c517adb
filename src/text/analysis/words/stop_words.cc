#include "text/analysis/words/stop_words.h"

#include <algorithm>

namespace elkhorn::text {

std::optional<std::string> stop_words_of(std::string_view language) {
    for (const auto lists : {first_stop_words, second_stop_words}) {
        const auto it = std::ranges::find(lists, language, &StopWords::language);
        if (it == lists.end()) continue;
        std::string words(it->words);
        std::ranges::replace(words, '\n', ' ');
        return words;
    }
    return std::nullopt;
}

std::optional<std::string> named_stop_words(std::string_view name) {
    const bool named = name.size() > 2 && name.front() == '_' && name.back() == '_';
    return named ? stop_words_of(name.substr(1, name.size() - 2)) : std::nullopt;
}

}  // namespace elkhorn::text
