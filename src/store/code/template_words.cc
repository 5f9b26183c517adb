#include "store/code/template_words.h"

#include "store/code/bit_packing.h"
#include "text/json_text.h"

#include <algorithm>
#include <utility>

namespace elkhorn::store {

class TemplateWords final : public WordPlaces {
public:
    TemplateWords(std::shared_ptr<const TemplateTexts> texts, std::vector<WantedWord> wanted)
        : texts_(std::move(texts)), plans_(texts_->templates_.size()) {
        for (WantedWord& word : wanted)
            terms_.push_back({std::move(word), 1, 0, std::nullopt, false});
    }

    Result<> look_up() {
        for (Term& term : terms_)
            TRY(look_up(term));
        return {};
    }

    Result<std::uint32_t> of(std::uint32_t value, std::vector<Found>& found) override {
        const TemplateTexts& texts = *texts_;
        if (value >= texts.values_) return damaged();
        const std::uint32_t number = texts.template_of_[value];
        const TemplateTexts::Template& known = texts.templates_[number];
        const std::uint32_t rank = texts.rank_of_[value];
        if (known.slots.empty()) {
            for (std::uint32_t place = 0; place < known.places; ++place)
                add_word(read_packed(texts.loose_words_, rank + place, texts.word_width_), place,
                         found);
            return known.places;
        }
        if (!plans_[number]) plans_[number] = plan(known);
        bool some_in_vain = false;
        for (Step& step : *plans_[number]) {
            if (step.constant) {
                found.push_back({step.wanted, step.place});
                continue;
            }
            const SlotReader& slot = known.slots[step.place];
            const std::uint64_t word = slot.value(rank, texts.reference_ordinal(slot, value));
            const std::size_t before = found.size();
            if (slot.numbers())
                add_number(word, step.place, found);
            else
                add_word(word, step.place, found);
            if (found.size() == before && ++step.misses == misses_until_search) some_in_vain = true;
        }
        if (some_in_vain) drop_steps_in_vain(known, *plans_[number]);
        return known.places;
    }

private:
    /// A wanted word: the ordinals of its forms, from `first` to `last`, or as a number.
    struct Term {
        WantedWord wanted;
        std::uint64_t first;  // greater than last: no text has it as a word
        std::uint64_t last;
        std::optional<std::uint64_t> number;
        bool begins_numbers;  // numbers may begin with it
    };

    /// A place of a template: the wanted word that always stands there, or one to be looked at.
    struct Step {
        std::uint32_t place;
        std::uint32_t wanted;
        bool constant;
        std::uint32_t misses = 0;  // values looked at that were no wanted word
    };

    // After that many a place is searched through once: most hold the word always or never.
    static constexpr std::uint32_t misses_until_search = 32;
    static constexpr std::uint64_t most_forms = 4;  // of a word, to be searched for

    static std::unexpected<Error> damaged() {
        return fail(ErrorCode::corruption, "the templates of a text make no sense");
    }

    Result<> look_up(Term& term) {
        const std::string& word = term.wanted.word;
        term.number = term.wanted.prefix ? std::nullopt : template_number(word);
        term.begins_numbers = term.wanted.prefix && word.size() <= 18 &&
                              word.find_first_not_of("0123456789") == std::string::npos;
        const auto add = [&](std::uint32_t ordinal, std::string_view key,
                             const TokenIndexReader::Entry&) -> Result<bool> {
            const bool same =
                term.wanted.prefix ? key.starts_with(word) : key.substr(0, key.find('\0')) == word;
            if (!same) return false;
            if (term.first > term.last) term.first = ordinal;
            term.last = ordinal;
            return true;
        };
        return texts_->index_.walk_from(word, add);
    }

    static bool has(const Term& term, std::uint64_t word) {
        return word >= term.first && word <= term.last;
    }

    static bool is(const Term& term, std::uint64_t number) {
        if (!term.begins_numbers) return term.number == number;
        std::string text;
        text::append_integer(text, static_cast<std::int64_t>(number));
        return text.starts_with(term.wanted.word);
    }

    void add_word(std::uint64_t word, std::uint32_t place, std::vector<Found>& found) const {
        for (std::uint32_t i = 0; i < terms_.size(); ++i) {
            if (has(terms_[i], word)) found.push_back({i, place});
        }
    }

    void add_number(std::uint64_t number, std::uint32_t place, std::vector<Found>& found) const {
        for (std::uint32_t i = 0; i < terms_.size(); ++i) {
            if (is(terms_[i], number)) found.push_back({i, place});
        }
    }

    bool may_hold(const SlotReader& slot, const Term& term) const {
        if (!slot.numbers()) return term.first <= term.last && slot.may_hold(term.first, term.last);
        return term.begins_numbers || (term.number && slot.may_hold(*term.number, *term.number));
    }

    bool holds(const TemplateTexts::Template& known, const SlotReader& slot,
               const Term& term) const {
        if (!may_hold(slot, term)) return false;
        if (term.begins_numbers || term.last - term.first >= most_forms) return true;
        bool there = false;
        const auto look_for = [&](std::uint64_t wanted) {
            slot.find(
                wanted,
                [&](std::uint32_t rank) {
                    return texts_->reference_ordinal(slot, texts_->members_[known.first + rank]);
                },
                [&](std::uint32_t) { there = true; });
        };
        if (slot.numbers()) {
            look_for(*term.number);
            return there;
        }
        for (std::uint64_t word = term.first; word <= term.last && !there; ++word)
            look_for(word);
        return there;
    }

    void drop_steps_in_vain(const TemplateTexts::Template& known, std::vector<Step>& steps) const {
        std::erase_if(steps, [&](const Step& step) {
            if (step.constant || step.misses != misses_until_search) return false;
            return std::ranges::none_of(terms_, [&](const Term& term) {
                return holds(known, known.slots[step.place], term);
            });
        });
    }

    std::vector<Step> plan(const TemplateTexts::Template& known) const {
        std::vector<Step> steps;
        for (std::uint32_t place = 0; place < known.places; ++place) {
            const SlotReader& slot = known.slots[place];
            const bool likely =
                std::ranges::any_of(terms_, [&](const Term& term) { return may_hold(slot, term); });
            if (!likely) continue;
            if (slot.kind() != SlotKind::constant) {
                steps.push_back({place, 0, false, 0});
                continue;
            }
            const std::uint64_t value = slot.value(0, 0);
            for (std::uint32_t i = 0; i < terms_.size(); ++i) {
                if (slot.numbers() ? is(terms_[i], value) : has(terms_[i], value))
                    steps.push_back({place, i, true, 0});
            }
        }
        return steps;
    }

    std::shared_ptr<const TemplateTexts> texts_;
    std::vector<Term> terms_;
    std::vector<std::optional<std::vector<Step>>> plans_;  // by template, once it was met
};

Result<std::unique_ptr<WordPlaces>> word_places_in(std::shared_ptr<const TemplateTexts> texts,
                                                   std::vector<WantedWord> wanted) {
    auto made = std::make_unique<TemplateWords>(std::move(texts), std::move(wanted));
    TRY(made->look_up());
    return made;
}

}  // namespace elkhorn::store
