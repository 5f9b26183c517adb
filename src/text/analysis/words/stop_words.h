// text/analysis/words/stop_words.h -- the words that a language's analyzer leaves out.
//
// The lists are those of the Snowball project (BSD licence; danish to swedish) and of Jacques
// Savoy and the authors of Lucene's analyzers (BSD and Apache-2.0; the others), as they come with
// Lucene 8.7, for an analyzer that leaves out other words is another analyzer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::text {

struct StopWords {
    std::string_view language;
    std::string_view words;  // blanks or ends of lines between them
};

extern const std::span<const StopWords> first_stop_words;
extern const std::span<const StopWords> second_stop_words;

/// The words of "_english_", blanks between them; nothing for a name that has no list.
std::optional<std::string> named_stop_words(std::string_view name);

/// The words of the language "cjk" or another.
std::optional<std::string> stop_words_of(std::string_view language);

}  // namespace elkhorn::text
