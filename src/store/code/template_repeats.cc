#include "store/code/bit_packing.h"
#include "store/code/template_words.h"

#include <algorithm>
#include <utility>

namespace elkhorn::store {
namespace {

std::string_view term_of(std::string_view key) {
    return key.substr(0, key.find('\0'));
}

/// Counts the words of one text after the other; what a text costs is in proportion to its words.
class RepeatCounter {
public:
    struct Repeat {
        std::uint64_t key;
        std::uint32_t times;

        auto operator<=>(const Repeat&) const = default;
    };

    explicit RepeatCounter(std::size_t words) : seen_(words) {}

    void start_text() {
        ++text_;
        words_.clear();
        numbers_.clear();
    }

    void add_word(std::uint64_t key) {
        Seen& seen = seen_[key];
        if (seen.text != text_) seen = {text_, 0};
        if (++seen.times == 2) words_.push_back(key);
    }

    void add_number(std::uint64_t key) { numbers_.push_back(key); }

    /// Of the text: what is there more than once, ascending.
    const std::vector<Repeat>& repeats() {
        repeats_.clear();
        for (const std::uint64_t key : words_)
            repeats_.push_back({key, seen_[key].times});
        std::ranges::sort(numbers_);
        for (auto it = numbers_.begin(); it != numbers_.end();) {
            const auto end = std::find_if(it, numbers_.end(), [&](auto key) { return key != *it; });
            if (end - it > 1) repeats_.push_back({*it, static_cast<std::uint32_t>(end - it)});
            it = end;
        }
        std::ranges::sort(repeats_);
        return repeats_;
    }

private:
    struct Seen {
        std::uint32_t text = 0;  // in which it was last
        std::uint32_t times = 0;
    };

    std::vector<Seen> seen_;  // by key
    std::uint32_t text_ = 0;
    std::vector<std::uint64_t> words_;  // that came again
    std::vector<std::uint64_t> numbers_;
    std::vector<Repeat> repeats_;
};

}  // namespace

Result<std::vector<WordRepeats::Key>> WordRepeats::keys_of(const TokenIndexReader& index) {
    std::vector<Key> keys(index.size());
    std::string former;
    const auto add = [&](std::uint32_t ordinal, std::string_view key,
                         const TokenIndexReader::Entry&) -> Result<bool> {
        const std::string_view term = term_of(key);
        const auto number = template_number(term);
        const bool same = ordinal > 0 && term == former;
        keys[ordinal] = number ? *number | number_bit : same ? keys[ordinal - 1] : ordinal;
        former = term;
        return true;
    };
    TRY(index.walk_from("", add));
    return keys;
}

Result<WordRepeats> WordRepeats::find(const TemplateTexts& texts) {
    const std::vector<Key> keys = TRY(keys_of(texts.index_));
    WordRepeats made;
    RepeatCounter counter(keys.size());
    bool sound = true;
    const auto add_word = [&](std::uint64_t word) {
        if (word >= keys.size())
            sound = false;
        else if ((keys[word] & number_bit) != 0)
            counter.add_number(keys[word]);
        else
            counter.add_word(keys[word]);
    };
    const auto add_slot = [&](const SlotReader& slot, std::uint32_t rank, std::uint32_t ordinal) {
        const std::uint64_t word = slot.value(rank, ordinal);
        if (slot.numbers())
            counter.add_number(word | number_bit);
        else
            add_word(word);
    };
    for (std::uint32_t number = 0; number < texts.templates_.size() && sound; ++number) {
        const TemplateTexts::Template& known = texts.templates_[number];
        counter.start_text();
        for (const SlotReader& slot : known.slots) {
            if (slot.kind() == SlotKind::constant) add_slot(slot, 0, 0);
        }
        const std::vector<RepeatCounter::Repeat> always = counter.repeats();
        for (const auto& [key, times] : always)
            made.of_templates_.push_back({key, number, times});
        for (std::uint32_t i = 0; i < known.count && sound; ++i) {
            const std::uint32_t value = texts.members_[known.first + i];
            counter.start_text();
            for (const SlotReader& slot : known.slots)
                add_slot(slot, i, texts.reference_ordinal(slot, value));
            for (std::uint32_t place = 0; known.slots.empty() && place < known.places; ++place) {
                add_word(read_packed(texts.loose_words_, texts.rank_of_[value] + place,
                                     texts.word_width_));
            }
            for (const RepeatCounter::Repeat& repeat : counter.repeats()) {
                if (!std::ranges::binary_search(always, repeat))
                    made.of_values_.push_back({repeat.key, value, repeat.times});
            }
        }
    }
    if (!sound) return fail(ErrorCode::corruption, "the templates of a text make no sense");
    std::ranges::sort(made.of_values_);
    made.of_values_.shrink_to_fit();
    std::ranges::sort(made.of_templates_);
    return made;
}

std::span<const WordRepeats::Entry> WordRepeats::entries(const std::vector<Entry>& all, Key key) {
    const auto found = std::ranges::equal_range(all, key, {}, &Entry::key);
    return {found.begin(), found.end()};
}

class TemplateCounts final : public WordCounts {
public:
    TemplateCounts(std::shared_ptr<const TemplateTexts> texts,
                   std::shared_ptr<const WordRepeats> repeats)
        : texts_(std::move(texts)), repeats_(std::move(repeats)) {}

    Result<> look_up(std::string_view word) {
        if (const auto number = template_number(word)) {
            look_up(*number | WordRepeats::number_bit);
            return {};
        }
        const auto first = [&](std::uint32_t ordinal, std::string_view key,
                               const TokenIndexReader::Entry&) -> Result<bool> {
            if (term_of(key) == word) look_up(WordRepeats::Key{ordinal});
            return false;
        };
        return texts_->index_.walk_from(word, first);
    }

    Result<Count> of(std::uint32_t value) override {
        if (value >= texts_->values_)
            return fail(ErrorCode::corruption, "a text is asked for that is not there");
        const std::uint32_t number = texts_->template_of_[value];
        return Count{times(value, number), texts_->templates_[number].places};
    }

private:
    using Entries = std::span<const WordRepeats::Entry>;

    void look_up(WordRepeats::Key key) {
        of_values_ = WordRepeats::entries(repeats_->of_values_, key);
        of_templates_ = WordRepeats::entries(repeats_->of_templates_, key);
    }

    std::uint32_t times(std::uint32_t value, std::uint32_t number) {
        if (next_ > 0 && of_values_[next_ - 1].of >= value) next_ = 0;
        while (next_ < of_values_.size() && of_values_[next_].of < value)
            ++next_;
        if (next_ < of_values_.size() && of_values_[next_].of == value)
            return of_values_[next_].times;
        const auto found =
            std::ranges::lower_bound(of_templates_, number, {}, &WordRepeats::Entry::of);
        return found != of_templates_.end() && found->of == number ? found->times : 1;
    }

    std::shared_ptr<const TemplateTexts> texts_;
    std::shared_ptr<const WordRepeats> repeats_;
    Entries of_values_;
    Entries of_templates_;
    std::size_t next_ = 0;  // of of_values_: the first that is not below the last value asked for
};

Result<std::unique_ptr<WordCounts>> word_counts_in(std::shared_ptr<const TemplateTexts> texts,
                                                   std::shared_ptr<const WordRepeats> repeats,
                                                   std::string_view word) {
    auto made = std::make_unique<TemplateCounts>(std::move(texts), std::move(repeats));
    TRY(made->look_up(word));
    return made;
}

}  // namespace elkhorn::store
