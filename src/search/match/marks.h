// search/match/marks.h -- what a query looks for, field by field, for whoever shows where it is in
// a text (fetch/highlight.h): words, tests of words, phrases. A keyword's whole value is its one
// word.
//
// Nodes add theirs when asked (Node::mark); those that look for numbers, dates or mere existence
// have none, and what must not be there is not looked for. Tests may look at their nodes, which
// must outlive them.
#pragma once

#include "search/match/plan.h"
#include "search/words/phrase_match.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace elkhorn::search {

struct PhraseMark {
    std::vector<PhraseTerm> terms;  // two or more
    int slop = 0;
};

struct FieldMarks {
    std::set<std::string, std::less<>> words;
    std::vector<TextTest> tests;
    std::vector<PhraseMark> phrases;

    void add(const FieldMarks& other) {
        words.insert(other.words.begin(), other.words.end());
        tests.insert(tests.end(), other.tests.begin(), other.tests.end());
        phrases.insert(phrases.end(), other.phrases.begin(), other.phrases.end());
    }
};

/// By the name of the field.
struct Marks {
    std::map<std::string, FieldMarks, std::less<>> fields;
};

}  // namespace elkhorn::search
