#include "search/script/row_script.h"

#include "base/civil_time.h"
#include "base/hash.h"
#include "script/value/object.h"
#include "search/script/script_call.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search {

using script::Class;
using script::Role;
using script::Value;
using store::FieldType;

namespace {

/// Rows of a group whose texts are read one by one before all of them are.
constexpr std::uint32_t few_rows = 256;

Class class_of(const Field& field) {
    switch (field.type()) {
        case FieldType::float64:
        case FieldType::float32:
        case FieldType::float16:
        case FieldType::scaled_float: return Class::doc_doubles;
        case FieldType::boolean: return Class::doc_booleans;
        case FieldType::date:
        case FieldType::date_nanos: return Class::doc_dates;
        case FieldType::ip: return Class::doc_ips;
        case FieldType::keyword: return Class::doc_strings;
        case FieldType::geo_point: return Class::doc_points;
        default: return Class::doc_longs;
    }
}

/// Degrees as Lucene's doc values have them: so many of 2^32 steps of the whole range.
double kept_degrees(double degrees, double range) {
    const double step = range / 4294967296.0;
    return std::floor(degrees / step) * step;
}

bool has_texts(Class of) {
    return of == Class::doc_strings || of == Class::doc_ips;
}

std::unexpected<Failure> no_field(std::string_view name) {
    return refuse("illegal_argument_exception",
                  fmt::format("No field found for [{}] in mapping with types []", name));
}

}  // namespace

Answer<> RowHost::resolve(Slot& slot) const {
    slot.loaded = false;
    slot.asked = 0;
    slot.gathered = ~std::uint32_t{0};
    slot.numbers = {};
    slot.words = {};
    slot.field = find_field(*index_, slot.name);
    if (!slot.field.has_values()) return no_field(slot.name);
    if (slot.field.is_text()) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("Text fields are not optimised for operations that require per-document "
                        "field data like aggregations and sorting, so these operations are "
                        "disabled by default. Please use a keyword field instead. Alternatively, "
                        "set fielddata=true on [{}] in order to load field data by uninverting the "
                        "inverted index. Note that this can use significant memory.",
                        slot.name));
    }
    slot.of = class_of(slot.field);
    return {};
}

Answer<> RowHost::enter(const GroupContext& context) {
    context_ = context;
    sources_ = nullptr;
    source_ = {};
    const bool other = index_ != context.index;
    index_ = context.index;
    for (Slot& slot : slots_) {
        if (other) {
            // A field that this index lacks is told when a row asks for it.
            if (auto known = resolve(slot); !known) slot.field = Field{};
            continue;
        }
        slot.loaded = false;
        slot.asked = 0;
        slot.gathered = ~std::uint32_t{0};
        slot.numbers = {};
        slot.words = {};
    }
    return {};
}

bool RowHost::fail(script::Run& run, Failure what) {
    failure = std::move(what);
    run.stop();
    return false;
}

int RowHost::field(script::Run& run, std::string_view name) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].name == name) return static_cast<int>(i);
    }
    Slot slot;
    slot.name = name;
    if (auto known = resolve(slot); !known) {
        run.raise(Class::illegal_argument, known.error().reason);
        return -1;
    }
    slots_.push_back(std::move(slot));
    return static_cast<int>(slots_.size()) - 1;
}

bool RowHost::has_field(std::string_view name) {
    return find_field(*index_, name).has_values();
}

Class RowHost::field_class(int slot) const {
    return slots_[static_cast<std::size_t>(slot)].of;
}

bool RowHost::load(script::Run& run, Slot& slot) {
    if (!slot.field.known()) {
        run.raise(Class::illegal_argument, no_field(slot.name).error().reason);
        return false;
    }
    if (!has_texts(slot.of)) {
        auto numbers = exact_numbers_of(context_, slot.field);
        if (!numbers) return fail(run, std::move(numbers.error()));
        slot.numbers = std::move(*numbers);
    }
    slot.loaded = true;
    return true;
}

Answer<> RowHost::gather_texts(Slot& slot) {
    slot.texts.clear();
    if (slot.asked < few_rows) {
        ++slot.asked;
        slot.texts = ASK(texts_of(context_, slot.field, row_));
        std::ranges::sort(slot.texts);
        slot.texts.erase(std::ranges::unique(slot.texts).begin(), slot.texts.end());
        if (slot.of != Class::doc_ips) return {};
        for (std::string& text : slot.texts)
            text = store::format_ip(text);
        return {};
    }
    if (slot.words.none()) slot.words = ASK(keywords_of(context_, slot.field));
    slot.wholes.clear();
    if (slot.words.none()) return {};
    slot.words.for_each(row_, [&](std::uint32_t ordinal) { slot.wholes.push_back(ordinal); });
    std::ranges::sort(slot.wholes);
    slot.wholes.erase(std::ranges::unique(slot.wholes).begin(), slot.wholes.end());
    for (const std::int64_t ordinal : slot.wholes) {
        const std::string_view text = (*slot.words.dictionary)[static_cast<std::uint32_t>(ordinal)];
        slot.texts.emplace_back(slot.of == Class::doc_ips ? store::format_ip(text)
                                                          : std::string(text));
    }
    return {};
}

/// The values of the row, in their order.
bool RowHost::gather(script::Run& run, Slot& slot) {
    if (slot.gathered == row_) return true;
    if (has_texts(slot.of)) {
        if (auto done = gather_texts(slot); !done) return fail(run, std::move(done.error()));
        slot.gathered = row_;
        return true;
    }
    slot.wholes.clear();
    slot.reals.clear();
    const bool real = slot.of == Class::doc_doubles || slot.of == Class::doc_points;
    if (slot.numbers.integers != nullptr) {
        const auto& all = *slot.numbers.integers;
        for (auto i = all.rows.first(row_); i < all.rows.last(row_); ++i) {
            if (real)
                slot.reals.push_back(static_cast<double>(all.values[i]));
            else
                slot.wholes.push_back(all.values[i]);
        }
    }
    if (slot.numbers.reals != nullptr) {
        const auto& all = *slot.numbers.reals;
        for (auto i = all.rows.first(row_); i < all.rows.last(row_); ++i) {
            if (real)
                slot.reals.push_back(all.values[i]);
            else
                slot.wholes.push_back(script::to_long(all.values[i]));
        }
    }
    std::ranges::sort(slot.wholes);
    if (slot.of == Class::doc_doubles) std::ranges::sort(slot.reals);
    slot.gathered = row_;
    return true;
}

std::size_t RowHost::count(script::Run& run, int place) {
    Slot& slot = slots_[static_cast<std::size_t>(place)];
    if (!slot.loaded && !load(run, slot)) return 1;  // value() tells why there is none
    // The most common: one column of numbers.
    if (slot.numbers.integers != nullptr && slot.numbers.reals == nullptr) {
        const store::RowValues& rows = slot.numbers.integers->rows;
        return rows.last(row_) - rows.first(row_);
    }
    if (slot.numbers.reals != nullptr && slot.numbers.integers == nullptr) {
        const store::RowValues& rows = slot.numbers.reals->rows;
        const std::uint32_t all = rows.last(row_) - rows.first(row_);
        return slot.of == Class::doc_points ? all / 2 : all;
    }
    if (!gather(run, slot)) return 0;
    if (has_texts(slot.of)) return slot.texts.size();
    if (slot.of == Class::doc_points) return slot.reals.size() / 2;
    return slot.wholes.size() + slot.reals.size();
}

Value RowHost::value(script::Run& run, int place, std::size_t i) {
    Slot& slot = slots_[static_cast<std::size_t>(place)];
    if (failure || (!slot.loaded && !load(run, slot))) return Value::trouble();
    const auto of_whole = [&](std::int64_t whole) {
        if (slot.of == Class::doc_booleans) return Value::boolean(whole != 0);
        if (slot.of != Class::doc_dates) return Value::of_long(whole);
        const Instant at =
            slot.field.is_nanos() ? Instant::from_ns(whole) : Instant::from_ms(whole);
        return Value::of(run.make<script::DateObject>(Class::joda_date_time, at.seconds,
                                                      at.nanosecond, script::zero_offset()));
    };
    if (slot.numbers.integers != nullptr && slot.numbers.reals == nullptr &&
        slot.of != Class::doc_doubles) {
        const auto& all = *slot.numbers.integers;
        const std::uint32_t first = all.rows.first(row_);
        if (all.rows.last(row_) - first == 1) return of_whole(all.values[first]);
    } else if (slot.numbers.reals != nullptr && slot.numbers.integers == nullptr &&
               slot.of == Class::doc_doubles) {
        const auto& all = *slot.numbers.reals;
        const std::uint32_t first = all.rows.first(row_);
        if (all.rows.last(row_) - first == 1) return Value::of_double(all.values[first]);
    }
    if (!gather(run, slot)) return Value::trouble();
    if (has_texts(slot.of)) {
        // Kept here until the row is left, but a script may ask for another row's meanwhile.
        return run.text(slot.texts[i]);
    }
    if (slot.of == Class::doc_points) {
        return Value::of(run.make<script::PointObject>(kept_degrees(slot.reals[2 * i], 180),
                                                       kept_degrees(slot.reals[2 * i + 1], 360)));
    }
    return slot.of == Class::doc_doubles ? Value::of_double(slot.reals[i])
                                         : of_whole(slot.wholes[i]);
}

Value RowHost::variable(script::Run& run, Role role) {
    switch (role) {
        case Role::doc: return Value::of(run.make<script::DocMapObject>());
        case Role::value: return given;
        case Role::score: {
            if (!score) return Value::of_double(0);
            auto found = score(row_);
            if (found) return Value::of_double(static_cast<double>(*found));
            fail(run, std::move(found.error()));
            return Value::trouble();
        }
        case Role::source: {
            if (!source_.is_null()) return source_;
            if (sources_ == nullptr) sources_ = context_.group->sources();
            auto text = sources_->at(row_);
            if (!text) {
                fail(run, broken(text.error()).error());
                return Value::trouble();
            }
            event::Arena arena;
            const auto parsed = parser_.parse(*text, arena);
            if (!parsed) {
                fail(run, broken(parsed.error()).error());
                return Value::trouble();
            }
            source_ = run.from_json(*parsed, run.heap());
            return source_;
        }
        default: return {};
    }
}

/// As often as a row is asked, the same number below one.
double RowHost::random(script::Run& /*run*/, std::int64_t seed, std::string_view /*field*/) {
    const auto id = context_.group->seq_no(row_);
    const std::uint64_t bits =
        hash64(fmt::format("{} {}", seed, id ? *id : static_cast<std::int64_t>(row_)));
    return static_cast<double>(bits >> 40) / static_cast<double>(1ULL << 24);
}

bool RowHost::hold(std::size_t bytes) {
    if (room_.hold(bytes)) return true;
    Failure what;
    what.status = 429;
    what.type = "circuit_breaking_exception";
    what.reason = fmt::format(
        "[request] Data too large, data for a script would be [{}], and searches may not take more "
        "than [{}] at once: ask for less, try again, or raise `memory`",
        bytes, room_.limit());
    what.phase = true;
    failure = std::move(what);
    return false;
}

bool RowHost::go_on() {
    if (request_ == nullptr) return true;
    auto going = request_->go_on();
    if (going) return true;
    failure = std::move(going.error());
    return false;
}

std::int64_t RowHost::now_ms() const {
    return request_ == nullptr ? 0 : request_->now_ms;
}

RowScript::RowScript(std::shared_ptr<const script::Program> program, const event::Value& params,
                     const RequestContext* request, const script::Limits& limits)
    : host_(request), run_(std::move(program), host_, limits) {
    run_.set_params(params);
}

std::unexpected<Failure> RowScript::failure() {
    if (host_.failure) return std::unexpected(*host_.failure);
    return script_failure(run_.trouble());
}

Answer<Value> RowScript::value(std::uint32_t row) {
    run_.leave_row();
    host_.at(row);
    const Value value = run_.execute();
    if (value.thrown()) return failure();
    return value;
}

Answer<double> RowScript::number(std::uint32_t row) {
    const Value value = ASK(this->value(row));
    if (value.is(script::Tag::boolean)) return value.as_boolean() ? 1.0 : 0.0;
    return value.as_double();
}

Answer<bool> RowScript::test(std::uint32_t row) {
    return ASK(value(row)).as_boolean();
}

}  // namespace elkhorn::search
