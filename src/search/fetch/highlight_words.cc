#include "search/fetch/highlight_words.h"

#include "text/analysis/stored/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace elkhorn::search {
namespace {

constexpr std::int32_t gap_between_values = 100;
constexpr std::size_t most_marks = 8;  // of one word

struct Place {
    std::int32_t position = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// The places of a phrase's terms, and which of them stand as the phrase says.
class PhrasePlaces {
public:
    explicit PhrasePlaces(const PhraseMark& mark) : mark_(&mark), places_(mark.terms.size()) {}

    void see(std::string_view token, const Place& place) {
        for (std::size_t i = 0; i < mark_->terms.size(); ++i) {
            const PhraseTerm& term = mark_->terms[i];
            if (term.prefix ? token.starts_with(term.token) : token == term.token)
                places_[i].push_back(place);
        }
    }

    /// Calls visit(term, place) for each word of a match.
    template <typename Visit>
    Answer<> matches(const GroupContext& context, Visit&& visit) const {
        if (std::ranges::any_of(places_, [](const auto& all) { return all.empty(); })) return {};
        return mark_->slop == 0 ? exact(context, visit) : sloppy(context, visit);
    }

private:
    template <typename Visit>
    Answer<> exact(const GroupContext& context, Visit&& visit) const {
        std::uint32_t steps = 0;
        std::vector<const Place*> found(places_.size());
        for (const Place& first : places_[0]) {
            if (++steps % 1024 == 0) ASK(context.go_on());
            bool all = true;
            for (std::size_t i = 0; i < places_.size() && all; ++i) {
                const std::int32_t wanted =
                    first.position + mark_->terms[i].place - mark_->terms[0].place;
                const auto at = std::ranges::lower_bound(places_[i], wanted, {}, &Place::position);
                all = at != places_[i].end() && at->position == wanted;
                if (all) found[i] = &*at;
            }
            for (std::size_t i = 0; i < places_.size() && all; ++i)
                visit(i, *found[i]);
        }
        return {};
    }

    /// Windows that hold every term, the word furthest behind moving on: no wider than the terms
    /// and the slop.
    template <typename Visit>
    Answer<> sloppy(const GroupContext& context, Visit&& visit) const {
        std::vector<std::size_t> at(places_.size());
        for (std::uint32_t steps = 1;; ++steps) {
            if (steps % 1024 == 0) ASK(context.go_on());
            std::size_t least = 0;
            std::int32_t greatest = 0;
            for (std::size_t i = 0; i < at.size(); ++i) {
                const std::int32_t position = places_[i][at[i]].position;
                if (position < places_[least][at[least]].position) least = i;
                greatest = std::max(greatest, position);
            }
            const std::int32_t width = greatest + 1 - places_[least][at[least]].position;
            if (width - static_cast<std::int32_t>(at.size()) <= mark_->slop) {
                for (std::size_t i = 0; i < at.size(); ++i)
                    visit(i, places_[i][at[i]]);
            }
            if (++at[least] == places_[least].size()) return {};
        }
    }

    const PhraseMark* mark_;                  // the caller's
    std::vector<std::vector<Place>> places_;  // by term, ascending
};

class Collector {
public:
    Collector(const GroupContext& context, const FieldMarks& marks)
        : context_(context), marks_(marks) {
        for (const PhraseMark& mark : marks.phrases)
            phrases_.emplace_back(mark);
    }

    Answer<> see(std::string_view token, const Place& place) {
        if ((++steps_ & 0xffU) == 0) ASK(context_.go_on());
        std::size_t count = 0;
        if (marks_.words.contains(token)) {
            add(std::string(token), place);
            ++count;
        }
        for (std::size_t i = 0; i < marks_.tests.size() && count < most_marks; ++i) {
            const TextTest& test = marks_.tests[i];
            if (!token.starts_with(test.prefix) || !test.passes(token)) continue;
            add(fmt::format("\\{}", i), place);
            ++count;
        }
        for (PhrasePlaces& phrase : phrases_)
            phrase.see(token, place);
        return {};
    }

    Answer<MarkedWords> finish() {
        for (std::size_t i = 0; i < phrases_.size(); ++i) {
            std::set<std::tuple<std::size_t, std::uint32_t>> seen;  // a word may be in two matches
            ASK(phrases_[i].matches(context_, [&](std::size_t term, const Place& place) {
                if (seen.emplace(term, place.begin).second)
                    add(marks_.phrases[i].terms[term].token, place);
            }));
        }
        std::ranges::stable_sort(found_.words, {}, [](const MarkedWord& word) {
            return std::tuple(word.begin, word.end, word.term);
        });
        return std::move(found_);
    }

private:
    void add(std::string term, const Place& place) {
        const auto [it, fresh] = terms_.try_emplace(std::move(term), terms_.size());
        if (fresh) found_.frequencies.push_back(0);
        ++found_.frequencies[it->second];
        found_.words.push_back({place.begin, place.end, it->second});
    }

    const GroupContext& context_;  // the caller's
    const FieldMarks& marks_;      // the caller's
    std::vector<PhrasePlaces> phrases_;
    std::map<std::string, std::uint32_t> terms_;
    MarkedWords found_;
    std::uint32_t steps_ = 0;
};

/// Words of the standard analyzer, which are not kept.
Answer<std::int32_t> see_standard(std::string_view value, std::int32_t position,
                                  std::uint32_t start, Collector& collector) {
    std::size_t at = 0;
    std::uint32_t units = start;
    for (text::Tokenizer cut(value); cut.next(); at = cut.end()) {
        const std::uint32_t begin = units + units_of(value.substr(at, cut.begin() - at));
        units = begin + units_of(value.substr(cut.begin(), cut.end() - cut.begin()));
        ASK(collector.see(cut.token(), {position++, begin, units}));
    }
    return position;
}

Answer<std::int32_t> see_value(const Field& field, std::string_view value, std::int32_t position,
                               std::uint32_t start, Collector& collector) {
    if (!field.is_text()) {
        ASK(collector.see(field.normalized(value), {position, start, start + units_of(value)}));
        return position + 1;
    }
    if (field.analyzer == nullptr) return see_standard(value, position, start, collector);
    const auto tokens = field.analyzer->located(value);
    if (!tokens) {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("the analyzer of [{}] makes more than 256 MB of tokens "
                                           "of one of its values: highlight another field",
                                           field.name));
    }
    for (const text::LocatedToken& token : *tokens) {
        position += token.increment;
        ASK(collector.see(token.text, {position - 1, start + token.begin, start + token.end}));
    }
    return position;
}

}  // namespace

std::uint32_t units_of(std::string_view text) {
    std::uint32_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) != 0x80U) units += byte >= 0xf0U ? 2 : 1;
    }
    return units;
}

Answer<MarkedWords> marked_words(const GroupContext& context, const Field& field,
                                 const std::vector<std::string>& values, const FieldMarks& marks) {
    Collector collector(context, marks);
    std::int32_t position = 0;
    std::uint32_t start = 0;
    for (const std::string& value : values) {
        position = ASK(see_value(field, value, position, start, collector)) + gap_between_values;
        start += units_of(value) + 1;
    }
    return collector.finish();
}

}  // namespace elkhorn::search
