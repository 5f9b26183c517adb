// store/code/template_encode.cc -- texts to templates, slots and the index of their words. Each
// distinct text is taken apart once; templates that many values share get slots, the words of the
// others go into one row of words.

#include "base/bytes.h"
#include "event/arena.h"
#include "store/code/bit_packing.h"
#include "store/code/compression.h"
#include "store/code/template_text.h"
#include "store/code/text_set.h"
#include "store/code/word_table.h"
#include "text/analysis/tokenizer.h"
#include "text/json_text.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t number_flag = std::uint64_t{1} << 63;
constexpr std::uint32_t fewest_in_slots = 64;  // values that make slots pay
constexpr std::uint32_t slot_share = 512;      // as does this share of all values
constexpr std::uint32_t most_slots = 4096;     // in all templates together
constexpr std::size_t first_texts = 1024;      // tell how many words there will be, about
constexpr std::size_t most_foreseen = 4 << 20;

/// One column on its way to templates; `encode` is the order of the steps.
class Encoder {
public:
    Encoder(const TextColumn& column, std::span<const TextReference> references)
        : column_(column), references_(references), index_(column.all_rows) {}

    std::optional<TemplateParts> encode() {
        take_apart();
        if (words_.size() > std::size_t{4} * column_.ordinals.size()) return std::nullopt;
        sort_values();
        plan_slots();
        ranks_ = index_.ranks();
        TemplateParts parts;
        write_values(parts.values);
        index_words();
        index_.append_to(parts.index);
        for (const std::uint32_t text : column_.ordinals)
            parts.tokens += ends_[text] - begin_of(text);
        return parts;
    }

private:
    struct Known {                          // a template
        std::vector<std::uint32_t> values;  // that are of it, ascending
        std::uint32_t places = 0;
        std::vector<SlotPlan> slots;                    // none: its words are loose
        std::vector<std::vector<std::uint64_t>> codes;  // of each slot, numbers without their flag
    };

    std::uint32_t begin_of(std::uint32_t text) const { return text == 0 ? 0 : ends_[text - 1]; }

    std::uint32_t row_of(std::uint32_t value) const {
        return column_.rows.empty() ? value : column_.rows[value];
    }

    /// The codes of a value's words.
    const std::uint64_t* codes_of(std::uint32_t value) const {
        return codes_.data() + begin_of(column_.ordinals[value]);
    }

    std::uint32_t word(std::string_view surface, std::string_view term) {
        const auto [number, is_new] = words_.add(surface);
        if (!is_new) return number;
        if (surface == term) {
            index_.token(term);
        } else {
            key_.assign(term);
            key_.push_back('\0');
            key_ += surface;
            index_.token(key_);
        }
        return number;
    }

    void append_gap(std::string_view gap) {
        for (const char c : gap) {
            if (c == '\1' || c == '\2') template_.push_back('\2');
            template_.push_back(c);
        }
    }

    void take_apart() {
        ends_.reserve(column_.texts.size());
        template_of_.reserve(column_.texts.size());
        for (const std::string_view text : column_.texts) {
            template_.clear();
            std::size_t at = 0;
            text::Tokenizer words(text);
            while (words.next()) {
                append_gap(text.substr(at, words.begin() - at));
                template_.push_back('\1');
                at = words.end();
                const std::string_view surface = text.substr(words.begin(), at - words.begin());
                const bool digit = surface[0] >= '0' && surface[0] <= '9';
                const auto number = digit ? template_number(surface) : std::nullopt;
                codes_.push_back(number ? *number | number_flag : word(surface, words.token()));
            }
            append_gap(text.substr(at));
            const auto known = templates_.find(template_);
            template_of_.push_back(known ? *known : templates_.add(arena_.copy(template_)));
            ends_.push_back(static_cast<std::uint32_t>(codes_.size()));
            if (ends_.size() == first_texts) {
                const std::size_t all = codes_.size() / first_texts * column_.texts.size();
                codes_.reserve(std::min(all + all / 8, most_foreseen));
            }
        }
    }

    void sort_values() {
        known_.resize(templates_.texts().size());
        for (std::uint32_t value = 0; value < column_.ordinals.size(); ++value) {
            const std::uint32_t text = column_.ordinals[value];
            Known& known = known_[template_of_[text]];
            known.places = ends_[text] - begin_of(text);
            known.values.push_back(value);
        }
    }

    /// Decides which templates get slots and how each is kept; interns numbers that stand among
    /// words.
    void plan_slots() {
        const std::size_t fewest =
            std::max<std::size_t>(fewest_in_slots, column_.ordinals.size() / slot_share);
        std::uint32_t slots = 0;
        for (Known& known : known_) {
            const bool with_slots = known.values.size() >= fewest && known.places > 0 &&
                                    slots + known.places <= most_slots;
            if (!with_slots) {
                for (const std::uint32_t value : known.values) {
                    for (std::uint32_t place = 0; place < known.places; ++place)
                        intern(value, place);
                }
                continue;
            }
            slots += known.places;
            gather(known);
            for (std::uint32_t place = 0; place < known.places; ++place)
                plan_slot_at(known, place);
        }
    }

    void plan_slot_at(Known& known, std::uint32_t place) {
        std::vector<std::uint64_t>& codes = known.codes[place];
        const auto numbers = static_cast<std::size_t>(std::ranges::count_if(
            codes, [](std::uint64_t code) { return (code & number_flag) != 0; }));
        const bool all = numbers == codes.size();
        if (all) {
            for (std::uint64_t& code : codes)
                code &= ~number_flag;
        } else if (numbers > 0) {
            for (std::size_t i = 0; i < codes.size(); ++i) {
                intern(known.values[i], place);
                codes[i] = codes_of(known.values[i])[place];
            }
        }
        known.slots.push_back(plan_slot(codes, all, known.values, usable_references()));
    }

    /// A number that stands where words do becomes a word.
    void intern(std::uint32_t value, std::uint32_t place) {
        std::uint64_t& code = codes_[begin_of(column_.ordinals[value]) + place];
        if ((code & number_flag) == 0) return;
        digits_.clear();
        text::append_integer(digits_, static_cast<std::int64_t>(code & ~number_flag));
        const std::string_view kept = arena_.copy(digits_);
        code = word(kept, kept);
    }

    /// References speak of rows; they are used only where value and row are the same number.
    std::span<const TextReference> usable_references() const {
        return column_.rows.empty() ? references_ : std::span<const TextReference>();
    }

    /// The codes slot by slot, in one walk over the values.
    void gather(Known& known) const {
        known.codes.assign(known.places, {});
        for (auto& codes : known.codes)
            codes.resize(known.values.size());
        for (std::size_t i = 0; i < known.values.size(); ++i) {
            const std::uint64_t* codes = codes_of(known.values[i]);
            for (std::uint32_t place = 0; place < known.places; ++place)
                known.codes[place][i] = codes[place];
        }
    }

    void write_values(std::string& out) {
        std::string header;
        std::string body;
        append_varint(header, references_.size());
        for (const TextReference& reference : references_)
            append_text(header, reference.path);
        append_varint(header, known_.size());
        std::vector<std::uint32_t> numbers;
        numbers.reserve(column_.ordinals.size());
        for (const std::uint32_t text : column_.ordinals)
            numbers.push_back(template_of_[text]);
        append_bits(body, numbers, bit_width_of(known_.size() - 1));
        for (std::size_t i = 0; i < known_.size(); ++i)
            write_template(known_[i], templates_.texts()[i], header, body);
        write_loose_words(body);
        std::string packed;
        append_zstd(packed, header);
        append_number(out, static_cast<std::uint32_t>(header.size()));
        append_number(out, static_cast<std::uint32_t>(packed.size()));
        out += packed;
        out += body;
    }

    void write_template(Known& known, std::string_view text, std::string& header,
                        std::string& body) {
        append_varint(header, known.values.size());
        append_text(header, text);
        header.push_back(known.slots.empty() ? '\0' : '\1');
        if (known.slots.empty()) return;
        for (std::uint32_t place = 0; place < known.places; ++place) {
            const SlotPlan& plan = known.slots[place];
            if (!plan.numbers) {
                for (std::uint64_t& code : known.codes[place])
                    code = ranks_[code];
            }
            append_slot(header, body, plan, known.codes[place], known.values, usable_references(),
                        index_.size());
        }
    }

    void write_loose_words(std::string& body) {
        std::vector<std::uint32_t> words;
        for (std::uint32_t value = 0; value < column_.ordinals.size(); ++value) {
            const Known& known = known_[template_of_[column_.ordinals[value]]];
            if (!known.slots.empty()) continue;
            for (std::uint32_t place = 0; place < known.places; ++place)
                words.push_back(ranks_[codes_of(value)[place]]);
        }
        append_bits(body, words, bit_width_of(index_.size() == 0 ? 0 : index_.size() - 1));
    }

    /// Loose words and those of packed slots have their rows in the index; other slots say them.
    void index_words() {
        std::vector<std::vector<std::uint32_t>> places(known_.size());
        for (std::size_t i = 0; i < known_.size(); ++i) {
            for (std::uint32_t place = 0; place < known_[i].places; ++place) {
                const bool indexed =
                    known_[i].slots.empty() || (!known_[i].slots[place].numbers &&
                                                known_[i].slots[place].kind == SlotKind::packed);
                if (indexed) places[i].push_back(place);
            }
        }
        for (std::uint32_t value = 0; value < column_.ordinals.size(); ++value) {
            const std::uint64_t* codes = codes_of(value);
            const std::uint32_t row = row_of(value);
            for (const std::uint32_t place : places[template_of_[column_.ordinals[value]]])
                index_.add(row, static_cast<std::uint32_t>(codes[place]));
        }
    }

    const TextColumn& column_;
    std::span<const TextReference> references_;
    event::Arena arena_;
    WordTable words_;  // as they stand in the texts; numbers as in index_
    TokenIndexBuilder index_;
    TextSet templates_;
    std::vector<std::uint64_t> codes_;  // of all texts: words, or numbers with their flag
    std::vector<std::uint32_t> ends_;   // of each text's codes
    std::vector<std::uint32_t> template_of_;
    std::vector<Known> known_;
    std::vector<std::uint32_t> ranks_;
    std::string template_;
    std::string key_;
    std::string digits_;
};

}  // namespace

std::optional<TemplateParts> encode_templates(const TextColumn& column,
                                              std::span<const TextReference> references) {
    return Encoder(column, references).encode();
}

}  // namespace elkhorn::store
