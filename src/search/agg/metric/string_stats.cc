// search/agg/metric/string_stats.cc -- string_stats: how many texts, how long they are, and how
// much a letter of them says (Shannon's entropy), with "show_distribution" how frequent each is.
// Letters are UTF-16 code units, as Java counts them; one outside of the plane counts as a letter
// of length two.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace elkhorn::search::agg::string_stats {
namespace {

struct State {
    std::uint64_t count = 0;
    std::uint64_t letters = 0;
    std::uint64_t shortest = 0;
    std::uint64_t longest = 0;
    std::map<std::string, std::uint64_t, std::less<>> by_letter;

    /// Returns what it has grown by.
    std::size_t add(std::string_view text, std::uint64_t times) {
        constexpr std::size_t entry_bytes = 96;
        std::uint64_t length = 0;
        std::size_t grown = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto first = static_cast<unsigned char>(text[at]);
            const std::size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
            const std::string_view letter = text.substr(at, bytes);
            at += bytes;
            length += bytes == 4 ? 2 : 1;
            auto it = by_letter.find(letter);
            if (it == by_letter.end()) {
                it = by_letter.emplace(letter, 0).first;
                grown += entry_bytes;
            }
            it->second += times;
        }
        shortest = count == 0 ? length : std::min(shortest, length);
        longest = std::max(longest, length);
        letters += length * times;
        count += times;
        return grown;
    }

    double average() const { return static_cast<double>(letters) / static_cast<double>(count); }

    double entropy() const {
        double sum = 0;
        for (const auto& [letter, times] : by_letter) {
            const double part = static_cast<double>(times) / static_cast<double>(letters);
            sum -= part * std::log2(part);
        }
        return sum;
    }
};

class StringStats final : public Aggregator {
public:
    StringStats(Common common, SourceOptions options, bool distribution)
        : Aggregator(std::move(common)),
          options_(std::move(options)),
          distribution_(distribution) {}

    Shape shape() const override { return Shape::multi_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.numbers = rule.dates = false;
        rule.texts = true;
        rule.unmapped = ValueKind::text;
        return source_.bind(request, common_, options_, rule);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        const TermColumn terms = ASK(source_.terms(context, selection));
        if (terms.none()) return {};
        if (selection.all_in_first()) {
            std::vector<std::uint64_t> counts(terms.ordinal_count());
            for_each_value(selection, *terms.ordinals,
                           [&](std::uint32_t, std::uint32_t ordinal) { ++counts[ordinal]; });
            for (std::uint32_t ordinal = 0; ordinal < counts.size(); ++ordinal) {
                if (counts[ordinal] > 0)
                    ASK(ledger().hold(states_[0].add(terms.text(ordinal), counts[ordinal])));
            }
            return {};
        }
        Answer<> held;
        for_each_value(selection, *terms.ordinals,
                       [&](std::uint32_t bucket, std::uint32_t ordinal) {
                           if (held)
                               held = ledger().hold(states_[bucket].add(terms.text(ordinal), 1));
                       });
        return held;
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        const State none;
        const State& state = bucket < states_.size() ? states_[bucket] : none;
        out.member("count", state.count);
        if (state.count == 0) {
            for (const char* name : {"min_length", "max_length", "avg_length"})
                out.key(name).null();
            out.member("entropy", 0.0);
        } else {
            out.member("min_length", state.shortest).member("max_length", state.longest);
            out.member("avg_length", state.average()).member("entropy", state.entropy());
        }
        if (distribution_) write_distribution(out, state);
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view key) const override {
        if (bucket >= states_.size() || states_[bucket].count == 0)
            return key == "count" || key == "entropy" ? 0 : std::nan("");
        const State& state = states_[bucket];
        if (key == "count") return static_cast<double>(state.count);
        if (key == "min_length") return static_cast<double>(state.shortest);
        if (key == "max_length") return static_cast<double>(state.longest);
        return key == "avg_length" ? state.average() : state.entropy();
    }

    bool has_metric(std::string_view key) const override {
        constexpr std::array names = {"count", "min_length", "max_length", "avg_length", "entropy"};
        return std::ranges::find(names, key) != names.end();
    }

private:
    /// Most frequent letters first.
    static void write_distribution(json::Writer& out, const State& state) {
        std::vector<std::pair<std::string_view, std::uint64_t>> sorted(state.by_letter.begin(),
                                                                       state.by_letter.end());
        std::ranges::stable_sort(sorted, std::ranges::greater(),
                                 [](const auto& letter) { return letter.second; });
        out.key("distribution").begin_object();
        for (const auto& [letter, times] : sorted)
            out.member(letter, static_cast<double>(times) / static_cast<double>(state.letters));
        out.end_object();
    }

    SourceOptions options_;
    bool distribution_;
    Source source_;
    std::vector<State> states_;
};

Made make_string_stats(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, false, false);
    const bool distribution = options.boolean("show_distribution").value_or(false);
    ASK(options.finish());
    ASK(source.check());
    return std::make_unique<StringStats>(std::move(common), std::move(source), distribution);
}

constexpr Parameter members[] = {{"show_distribution", Takes::flag}};

constexpr AggregationKind kinds[] = {
    {"string_stats", make_string_stats, {source_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::string_stats
