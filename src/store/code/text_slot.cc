#include "store/code/text_slot.h"

#include "base/hash.h"
#include "store/code/bit_packing.h"

#include <algorithm>
#include <array>

namespace elkhorn::store {
namespace {

constexpr std::uint8_t numbers_flag = 0x80;
constexpr std::uint32_t most_local = 256;
constexpr std::uint32_t run_share = 8;    // runs pay where they are fewer than an eighth
constexpr std::uint32_t local_share = 8;  // as do tables

/// The different values of a column while they are no more than `most_local`.
class FewValues {
public:
    /// False once there are too many.
    bool add(std::uint64_t value) {
        std::size_t at = hash64(value) % places_.size();
        for (; places_[at] != 0; at = (at + 1) % places_.size()) {
            if (values_[places_[at] - 1] == value) return true;
        }
        if (values_.size() == most_local) return false;
        values_.push_back(value);
        places_[at] = static_cast<std::uint16_t>(values_.size());
        return true;
    }

    std::vector<std::uint64_t>& values() { return values_; }

private:
    std::array<std::uint16_t, 1024> places_{};
    std::vector<std::uint64_t> values_;
};

std::uint32_t count_runs(std::span<const std::uint64_t> values) {
    std::uint32_t runs = 1;
    for (std::size_t i = 1; i < values.size(); ++i)
        runs += values[i] != values[i - 1] ? 1 : 0;
    return runs;
}

/// The value for each of the reference's ordinals, or nothing where the values are no function of
/// it.
std::vector<std::uint64_t> function_of(const TextReference& reference,
                                       std::span<const std::uint64_t> values,
                                       std::span<const std::uint32_t> rows) {
    constexpr std::uint64_t unknown = ~std::uint64_t{0};
    std::vector<std::uint64_t> table(reference.size, unknown);
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::uint64_t& known = table[reference.ordinals[rows[i]]];
        if (known != unknown && known != values[i]) return {};
        known = values[i];
    }
    std::ranges::replace(table, unknown, std::uint64_t{0});
    return table;
}

bool is_function_of(const TextReference& reference, std::span<const std::uint64_t> values,
                    std::span<const std::uint32_t> rows) {
    return std::size_t{reference.size} * 2 <= values.size() &&
           !function_of(reference, values, rows).empty();
}

int width_of(std::span<const std::uint64_t> values) {
    return bit_width_of(values.empty() ? 0 : std::ranges::max(values));
}

}  // namespace

SlotPlan plan_slot(std::span<const std::uint64_t> values, bool numbers,
                   std::span<const std::uint32_t> rows, std::span<const TextReference> references) {
    SlotPlan plan;
    plan.numbers = numbers;
    const std::uint32_t runs = count_runs(values);
    if (runs == 1) {
        plan.kind = SlotKind::constant;
        return plan;
    }
    if (runs <= values.size() / run_share / 2) {
        plan.kind = SlotKind::runs;
        return plan;
    }
    for (std::uint32_t i = 0; i < references.size(); ++i) {
        if (!is_function_of(references[i], values, rows)) continue;
        plan.kind = SlotKind::derived;
        plan.reference = i;
        return plan;
    }
    if (runs <= values.size() / run_share) {
        plan.kind = SlotKind::runs;
        return plan;
    }
    FewValues few;
    for (const std::uint64_t value : values) {
        if (!few.add(value)) return plan;
    }
    if (few.values().size() > values.size() / local_share) return plan;
    const auto [min, max] = std::ranges::minmax(few.values());
    const bool smaller =
        !numbers || bit_width_of(few.values().size() - 1) < bit_width_of(max - min);
    if (smaller) plan.kind = SlotKind::local;
    return plan;
}

void append_slot(std::string& header, std::string& body, const SlotPlan& plan,
                 std::span<const std::uint64_t> values, std::span<const std::uint32_t> rows,
                 std::span<const TextReference> references, std::uint32_t words) {
    header.push_back(static_cast<char>(static_cast<std::uint8_t>(plan.kind) |
                                       (plan.numbers ? numbers_flag : 0)));
    switch (plan.kind) {
        case SlotKind::constant: append_varint(header, values[0]); return;
        case SlotKind::packed: {
            std::uint64_t base = 0;
            int width = bit_width_of(words == 0 ? 0 : words - 1);
            std::vector<std::uint64_t> offsets(values.begin(), values.end());
            if (plan.numbers) {
                const auto [min, max] = std::ranges::minmax(values);
                base = min;
                width = bit_width_of(max - min);
                for (std::uint64_t& value : offsets)
                    value -= base;
            }
            append_varint(header, base);
            append_varint(header, static_cast<std::uint64_t>(width));
            append_bits(body, offsets, width);
            return;
        }
        case SlotKind::local: {
            std::vector<std::uint64_t> table(values.begin(), values.end());
            std::ranges::sort(table);
            table.erase(std::ranges::unique(table).begin(), table.end());
            append_varint(header, table.size());
            for (const std::uint64_t value : table)
                append_varint(header, value);
            std::vector<std::uint32_t> places;
            places.reserve(values.size());
            for (const std::uint64_t value : values) {
                places.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(table, value) -
                                                            table.begin()));
            }
            append_bits(body, places, bit_width_of(table.size() - 1));
            return;
        }
        case SlotKind::runs: {
            std::vector<std::uint32_t> ends;
            std::vector<std::uint64_t> table;
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (i > 0 && values[i] == values[i - 1]) continue;
                if (i > 0) ends.push_back(static_cast<std::uint32_t>(i));
                table.push_back(values[i]);
            }
            ends.push_back(static_cast<std::uint32_t>(values.size()));
            append_varint(header, table.size());
            append_varint(header, static_cast<std::uint64_t>(width_of(table)));
            append_bits(body, ends, bit_width_of(values.size()));
            append_bits(body, table, width_of(table));
            return;
        }
        case SlotKind::derived: {
            const auto table = function_of(references[plan.reference], values, rows);
            append_varint(header, plan.reference);
            append_varint(header, table.size());
            append_varint(header, static_cast<std::uint64_t>(width_of(table)));
            append_bits(body, table, width_of(table));
        }
    }
}

Result<SlotReader> SlotReader::open(ByteReader& header, ByteReader& body, std::uint32_t count) {
    const auto damaged = [] {
        return fail(ErrorCode::corruption, "a place of a message's template makes no sense");
    };
    const auto kind = header.number<std::uint8_t>();
    SlotReader slot;
    slot.numbers_ = (kind & numbers_flag) != 0;
    slot.kind_ = static_cast<SlotKind>(kind & ~numbers_flag);
    slot.count_ = count;
    const auto read_table = [&](std::uint64_t size, std::uint64_t width) {
        const std::string_view bits = body.take(packed_bits_bytes(size, static_cast<int>(width)));
        for (std::uint64_t i = 0; i < size && body.ok(); ++i)
            slot.table_.push_back(read_packed(bits, i, static_cast<int>(width)));
    };
    const auto sound_table = [&](std::uint64_t size, std::uint64_t width) {
        return header.ok() && width <= 64 && size > 0 && size <= std::uint64_t{1} << 24;
    };
    switch (slot.kind_) {
        case SlotKind::constant: slot.base_ = header.varint(); break;
        case SlotKind::packed: {
            slot.base_ = header.varint();
            const std::uint64_t width = header.varint();
            if (width > 64) return damaged();
            slot.width_ = static_cast<int>(width);
            slot.bits_ = body.take(packed_bits_bytes(count, slot.width_));
            break;
        }
        case SlotKind::local: {
            const std::uint64_t size = header.varint();
            if (size == 0 || size > most_local) return damaged();
            for (std::uint64_t i = 0; i < size; ++i)
                slot.table_.push_back(header.varint());
            slot.width_ = bit_width_of(size - 1);
            slot.bits_ = body.take(packed_bits_bytes(count, slot.width_));
            break;
        }
        case SlotKind::runs: {
            const std::uint64_t size = header.varint();
            const std::uint64_t width = header.varint();
            if (!sound_table(size, width) || size > count) return damaged();
            slot.ends_.resize(size);
            const int end_width = bit_width_of(count);
            const std::string_view ends = body.take(packed_bits_bytes(size, end_width));
            if (!body.ok()) return damaged();
            read_bits(ends, end_width, slot.ends_);
            if (!std::ranges::is_sorted(slot.ends_) || slot.ends_.back() != count) return damaged();
            read_table(size, width);
            break;
        }
        case SlotKind::derived: {
            slot.reference_ = static_cast<std::uint32_t>(header.varint());
            const std::uint64_t size = header.varint();
            const std::uint64_t width = header.varint();
            if (!sound_table(size, width)) return damaged();
            read_table(size, width);
            break;
        }
        default: return damaged();
    }
    if (!header.ok() || !body.ok()) return damaged();
    return slot;
}

std::uint64_t SlotReader::bits(std::uint32_t rank) const {
    return read_packed(bits_, rank, width_);
}

bool SlotReader::may_hold(std::uint64_t least, std::uint64_t greatest) const {
    switch (kind_) {
        case SlotKind::constant: return base_ >= least && base_ <= greatest;
        case SlotKind::packed: {
            const std::uint64_t room = width_ >= 64 ? ~std::uint64_t{0} : (1ULL << width_) - 1;
            const bool wraps = base_ + room < base_;
            return (wraps || base_ + room >= least) && base_ <= greatest;
        }
        default:
            return std::ranges::any_of(
                table_, [&](std::uint64_t value) { return value >= least && value <= greatest; });
    }
}

bool SlotReader::holds(std::uint64_t wanted) const {
    return std::ranges::find(table_, wanted) != table_.end();
}

std::uint64_t SlotReader::value(std::uint32_t rank, std::uint32_t ordinal) const {
    switch (kind_) {
        case SlotKind::constant: return base_;
        case SlotKind::packed: return base_ + bits(rank);
        case SlotKind::local: {
            const std::uint64_t place = bits(rank);
            return place < table_.size() ? table_[place] : 0;
        }
        case SlotKind::runs: {
            const auto run = std::ranges::upper_bound(ends_, rank) - ends_.begin();
            return table_[static_cast<std::size_t>(run)];
        }
        case SlotKind::derived: return ordinal < table_.size() ? table_[ordinal] : 0;
    }
    return 0;
}

}  // namespace elkhorn::store
