#include "search/agg/values/term_counter.h"

#include "store/schema/ip_address.h"

#include <cmath>

namespace elkhorn::search::agg {

Answer<> TermCounter::bind(const RequestContext& request, const Common& common) {
    SourceRule rule;
    rule.texts = rule.addresses = true;
    rule.unmapped = ValueKind::text;
    ASK(source_.bind(request, common, options_, rule));
    return filter_.bind(source_, common.name);
}

std::uint32_t TermCounter::number_of(const TermColumn& column, std::uint32_t ordinal) {
    std::uint32_t& number = numbers_[ordinal];
    if (number == unseen) {
        const std::string_view text = column.text(ordinal);
        number = filter_.none() || filter_.accepts(text) ? names_.number_of(text) : refused;
    }
    return number;
}

template <typename T>
bool TermCounter::accepts(T value) const {
    if (filter_.none()) return true;
    if (source_.whole()) return filter_.accepts(static_cast<std::int64_t>(value));
    return filter_.accepts(static_cast<double>(value));
}

Answer<> TermCounter::collect(const GroupContext& context, const Selection& selection,
                              Ledger& ledger, SelectionBuffer* below) {
    const std::size_t before = table_.memory_bytes() + names_.memory_bytes();
    const auto count = [&](std::uint32_t row, std::uint32_t owner, std::int64_t key) {
        const std::uint32_t bucket = table_.find_or_add(owner, key);
        table_.add(bucket, 1);
        if (below != nullptr) below->add(row, bucket);
    };
    if (const auto plain = ASK(source_.plain_texts(context))) {
        ASK(for_each_text(context, selection, *plain,
                          [&](std::uint32_t row, std::uint32_t owner, std::string_view text) {
                              if (filter_.none() || filter_.accepts(text))
                                  count(row, owner, names_.number_of(text));
                          }));
    } else if (is_text_kind(source_.kind())) {
        const TermColumn column = ASK(source_.terms(context, selection));
        if (column.none()) return {};
        numbers_.assign(column.ordinal_count(), unseen);
        for_each_distinct(selection, *column.ordinals,
                          [&](std::uint32_t row, std::uint32_t owner, std::uint32_t ordinal) {
                              const std::uint32_t number = number_of(column, ordinal);
                              if (number != refused) count(row, owner, number);
                          });
    } else {
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_distinct(selection, column,
                              [&](std::uint32_t row, std::uint32_t owner, auto value) {
                                  if (accepts(value)) count(row, owner, key_of(value));
                              });
        });
    }
    return ledger.hold(table_.memory_bytes() + names_.memory_bytes() - before);
}

std::vector<Bucket> TermCounter::of(std::uint32_t owner) {
    std::vector<Bucket> all;
    for (const std::uint32_t bucket : table_.of(owner))
        all.push_back({bucket, table_.count(bucket), table_.key(bucket)});
    return all;
}

int TermCounter::compare(const Bucket& a, const Bucket& b) const {
    if (is_text_kind(source_.kind())) return names_.text(a.key).compare(names_.text(b.key));
    if (source_.whole()) return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    const double left = number(a);
    const double right = number(b);
    return left < right ? -1 : left > right ? 1 : 0;
}

std::string TermCounter::text(const Bucket& bucket) const {
    if (source_.kind() == ValueKind::address) return store::format_ip(names_.text(bucket.key));
    if (source_.kind() == ValueKind::text) return std::string(names_.text(bucket.key));
    return source_.whole() ? source_.format().text(bucket.key)
                           : source_.format().text(number(bucket));
}

double TermCounter::number(const Bucket& bucket) const {
    if (is_text_kind(source_.kind())) return std::nan("");
    return source_.whole() ? static_cast<double>(bucket.key) : std::bit_cast<double>(bucket.key);
}

void TermCounter::write_key(json::Writer& out, const Bucket& bucket) const {
    out.key("key");
    if (is_text_kind(source_.kind())) {
        out.value(text(bucket));
        return;
    }
    if (source_.whole()) {
        out.value(bucket.key);
    } else {
        out.value(number(bucket));
    }
    if (source_.format().shown()) out.member("key_as_string", text(bucket));
}

}  // namespace elkhorn::search::agg
