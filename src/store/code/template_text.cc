#include "store/code/template_text.h"

#include "base/bytes.h"
#include "store/code/bit_packing.h"
#include "store/code/compression.h"
#include "text/json_text.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t most_readable_slots = 1 << 16;

std::unexpected<Error> damaged() {
    return fail(ErrorCode::corruption, "the templates of a text make no sense");
}

/// A key is a term, or a term, NUL and the word as it stands in texts.
std::string_view term_of(std::string_view key) {
    return key.substr(0, key.find('\0'));
}

std::string_view surface_of(std::string_view key) {
    const auto nul = key.find('\0');
    return nul == std::string_view::npos ? key : key.substr(nul + 1);
}

}  // namespace

std::optional<std::uint64_t> template_number(std::string_view word) {
    if (word.empty() || word.size() > 18 || (word[0] == '0' && word.size() > 1))
        return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : word) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

Result<TemplateTexts> TemplateTexts::open(std::string_view values, std::string_view index,
                                          RowValues rows, std::uint32_t value_count,
                                          const Resolve& resolve) {
    TemplateTexts texts;
    texts.values_ = value_count;
    texts.rows_ = std::move(rows);
    texts.index_ = TRY(TokenIndexReader::open(index, texts.rows_.rows()));
    TRY(texts.read_words());
    ByteReader reader(values);
    const auto raw_bytes = reader.number<std::uint32_t>();
    const std::string_view packed = reader.take(reader.number<std::uint32_t>());
    if (!reader.ok()) return damaged();
    const std::string raw = TRY(read_zstd(packed, raw_bytes));
    ByteReader header(raw);
    ByteReader body(values.substr(reader.position()));
    const std::uint64_t references = header.varint();
    for (std::uint64_t i = 0; i < references && header.ok(); ++i) {
        auto ordinals = TRY(resolve(header.text()));
        const bool each = ordinals != nullptr && ordinals->rows.one_each() &&
                          ordinals->values.size() == texts.rows_.rows();
        if (!each) return damaged();
        texts.references_.push_back(std::move(ordinals));
    }
    TRY(texts.read_header(header, body));
    return texts;
}

Result<> TemplateTexts::read_words() {
    word_ends_.reserve(index_.size());
    const auto add = [&](std::uint32_t, std::string_view key, const TokenIndexReader::Entry&) {
        words_ += surface_of(key);
        word_ends_.push_back(static_cast<std::uint32_t>(words_.size()));
        return Result<bool>(true);
    };
    TRY(index_.walk_from("", add));
    if (word_ends_.size() != index_.size()) return damaged();
    word_width_ = bit_width_of(word_ends_.empty() ? 0 : word_ends_.size() - 1);
    return {};
}

Result<> TemplateTexts::read_header(ByteReader& header, ByteReader& body) {
    const std::uint64_t count = header.varint();
    if (count == 0 || count > values_) return damaged();
    const int width = bit_width_of(count - 1);
    const std::string_view template_bits = body.take(packed_bits_bytes(values_, width));
    templates_.resize(count);
    TRY(read_templates(header, body));
    loose_words_ = body.take(body.left());
    if (!rows_.one_each()) {
        row_of_.reserve(values_);
        for (std::uint32_t row = 0; row < rows_.rows(); ++row)
            row_of_.resize(rows_.last(row), row);
        if (row_of_.size() != values_) return damaged();
    }
    template_of_.resize(values_);
    read_bits(template_bits, width, template_of_);
    std::vector<std::uint32_t> counts(templates_.size());
    for (const std::uint32_t number : template_of_) {
        if (number >= templates_.size()) return damaged();
        ++counts[number];
    }
    std::uint64_t loose = 0;
    std::uint32_t first = 0;
    for (std::size_t i = 0; i < templates_.size(); ++i) {
        Template& known = templates_[i];
        if (known.count != counts[i]) return damaged();
        known.first = first;
        first += known.count;
        if (known.slots.empty()) loose += std::uint64_t{known.count} * known.places;
    }
    if (loose > ~std::uint32_t{0} || loose_words_.size() < packed_bits_bytes(loose, word_width_))
        return damaged();
    members_.resize(values_);
    rank_of_.resize(values_);
    std::ranges::fill(counts, 0);
    std::uint32_t next_loose = 0;
    for (std::uint32_t value = 0; value < values_; ++value) {
        const std::uint32_t number = template_of_[value];
        const Template& known = templates_[number];
        members_[known.first + counts[number]] = value;
        rank_of_[value] = known.slots.empty() ? next_loose : counts[number];
        if (known.slots.empty()) next_loose += known.places;
        ++counts[number];
    }
    return {};
}

Result<> TemplateTexts::read_templates(ByteReader& header, ByteReader& body) {
    std::uint64_t slots = 0;
    for (Template& made : templates_) {
        made.count = static_cast<std::uint32_t>(header.varint());
        const std::string_view text = header.text();
        const bool with_slots = header.number<std::uint8_t>() != 0;
        if (!header.ok() || made.count > values_) return damaged();
        made.text = text;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\1') ++made.places;
            if (text[i] == '\2' && ++i == text.size()) return damaged();
        }
        if (!with_slots) continue;
        slots += made.places;
        if (slots > most_readable_slots) return damaged();
        for (std::uint32_t i = 0; i < made.places; ++i) {
            made.slots.push_back(TRY(SlotReader::open(header, body, made.count)));
            const SlotReader& slot = made.slots.back();
            const bool derived = slot.kind() == SlotKind::derived;
            if (derived && (slot.reference() >= references_.size() || !rows_.one_each()))
                return damaged();
        }
    }
    return body.ok() ? Result<>() : damaged();
}

std::uint32_t TemplateTexts::row_of(std::uint32_t value) const {
    return row_of_.empty() ? value : row_of_[value];
}

std::uint32_t TemplateTexts::reference_ordinal(const SlotReader& slot, std::uint32_t value) const {
    if (slot.kind() != SlotKind::derived) return 0;
    return references_[slot.reference()]->values[row_of(value)];
}

Result<> TemplateTexts::append_word(std::uint64_t ordinal, std::string& out) const {
    if (ordinal >= word_ends_.size()) return damaged();
    const std::uint32_t from = ordinal == 0 ? 0 : word_ends_[ordinal - 1];
    out.append(words_, from, word_ends_[ordinal] - from);
    return {};
}

Result<> TemplateTexts::append(std::uint32_t value, std::string& out) const {
    if (value >= values_) return damaged();
    const Template& known = templates_[template_of_[value]];
    const std::uint32_t rank = rank_of_[value];
    std::uint32_t place = 0;
    const std::string& text = known.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\2') {
            out.push_back(text[++i]);
        } else if (text[i] != '\1') {
            out.push_back(text[i]);
        } else if (known.slots.empty()) {
            TRY(append_word(read_packed(loose_words_, rank + place++, word_width_), out));
        } else {
            const SlotReader& slot = known.slots[place++];
            const std::uint64_t word = slot.value(rank, reference_ordinal(slot, value));
            if (slot.numbers())
                text::append_integer(out, static_cast<std::int64_t>(word));
            else
                TRY(append_word(word, out));
        }
    }
    return {};
}

/// The rows of the texts that hold a word or number in a slot.
void TemplateTexts::add_slot_rows(std::uint64_t wanted, bool number, Bitmap& rows) const {
    for (const Template& known : templates_) {
        for (const SlotReader& slot : known.slots) {
            if (slot.numbers() != number) continue;
            if (!number && slot.kind() == SlotKind::packed) continue;  // those are in the index
            slot.find(
                wanted,
                [&](std::uint32_t rank) {
                    return reference_ordinal(slot, members_[known.first + rank]);
                },
                [&](std::uint32_t rank) { rows.set(row_of(members_[known.first + rank])); });
        }
    }
}

Result<Bitmap> TemplateTexts::rows_with_token(std::string_view token) const {
    Bitmap rows(rows_.rows());
    const auto add = [&](std::uint32_t ordinal, std::string_view key,
                         const TokenIndexReader::Entry& entry) -> Result<bool> {
        if (term_of(key) != token) return false;
        TRY(index_.add_rows(entry, rows));
        add_slot_rows(ordinal, false, rows);
        return true;
    };
    TRY(index_.walk_from(token, add));
    if (const auto number = template_number(token)) add_slot_rows(*number, true, rows);
    return rows;
}

/// The wanted numbers of slots whose text begins with `prefix`, sorted as texts.
std::vector<TemplateTexts::Number> TemplateTexts::numbers_with(std::string_view prefix,
                                                               const TokenTest& wanted) const {
    struct Found {
        std::uint64_t number;
        std::uint32_t row;
    };

    std::vector<Found> found;
    for (const Template& known : templates_) {
        for (const SlotReader& slot : known.slots) {
            if (!slot.numbers()) continue;
            for (std::uint32_t rank = 0; rank < known.count; ++rank) {
                const std::uint32_t value = members_[known.first + rank];
                found.push_back({slot.value(rank, reference_ordinal(slot, value)), row_of(value)});
            }
        }
    }
    std::ranges::sort(found, {}, &Found::number);
    std::vector<Number> numbers;
    std::string text;
    bool passes = false;  // the number that `text` is
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i == 0 || found[i].number != found[i - 1].number) {
            text.clear();
            text::append_integer(text, static_cast<std::int64_t>(found[i].number));
            passes = text.starts_with(prefix) && wanted(text);
        }
        if (passes) numbers.push_back({text, found[i].row});
    }
    std::ranges::sort(numbers, [](const Number& a, const Number& b) {
        return a.text != b.text ? a.text < b.text : a.row < b.row;
    });
    return numbers;
}

Result<> TemplateTexts::visit_tokens(std::string_view prefix, const TokenTest& wanted,
                                     const TokenVisit& visit) const {
    const bool digits = wanted.digits_alone &&
                        std::ranges::all_of(prefix, [](char c) { return c >= '0' && c <= '9'; });
    const std::vector<Number> numbers =
        digits ? numbers_with(prefix, wanted) : std::vector<Number>();
    std::size_t next = 0;
    std::string term;  // what `rows` is of; several keys may be of one term
    Bitmap rows(rows_.rows());
    bool open = false;  // there is a term, and it is wanted
    bool go_on = true;
    const auto take_number = [&] {  // all rows of the next number
        const std::string& text = numbers[next].text;
        for (; next < numbers.size() && numbers[next].text == text; ++next)
            rows.set(numbers[next].row);
    };
    const auto tell = [&] {
        if (!open) return;
        if (go_on && rows.any()) go_on = visit(term, rows);
        rows = Bitmap(rows_.rows());
        open = false;
    };
    const auto numbers_below = [&](std::string_view limit, bool all) {
        while (go_on && next < numbers.size() && (all || numbers[next].text < limit)) {
            term = numbers[next].text;
            open = true;
            take_number();
            tell();
        }
    };
    const auto add = [&](std::uint32_t ordinal, std::string_view key,
                         const TokenIndexReader::Entry& entry) -> Result<bool> {
        const std::string_view word = term_of(key);
        if (word != term) {
            tell();
            if (!go_on || !word.starts_with(prefix)) return false;
            numbers_below(word, false);
            if (!go_on) return false;
            term = word;
            open = wanted(word);
            if (next < numbers.size() && numbers[next].text == word) take_number();
        }
        if (!open) return true;
        TRY(index_.add_rows(entry, rows));
        add_slot_rows(ordinal, false, rows);
        return true;
    };
    TRY(index_.walk_from(prefix, add));
    tell();
    numbers_below("", true);
    return {};
}

std::uint64_t TemplateTexts::memory_bytes() const {
    return words_.size() + word_ends_.size() * 4 + values_ * std::uint64_t{12} +
           row_of_.size() * 4 + 4096;
}

}  // namespace elkhorn::store
