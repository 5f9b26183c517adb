// text/analysis/char_filter/mapping.cc -- replaces texts by others: of those that begin at a place
// the longest.

#include "text/analysis/core/kinds.h"
#include "text/analysis/core/mapping_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace elkhorn::text::char_filters::mapping {
namespace {

class Mapping final : public CharFilter {
public:
    explicit Mapping(std::map<Wide, Wide, std::less<>> rules) : rules_(std::move(rules)) {
        for (const auto& [from, to] : rules_)
            longest_ = std::max(longest_, from.size());
    }

    Made<> apply(Wide& text, std::vector<Shift>& shifts, Budget& budget) const override {
        Wide out;
        std::int32_t shift = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto rule = rule_at(WideView(text).substr(at));
            if (rule == rules_.end()) {
                out.push_back(text[at++]);
                continue;
            }
            const auto& [from, to] = *rule;
            MADE(budget.spend(0, to.size()));
            at += from.size();
            if (to.size() < from.size()) {
                shift += static_cast<std::int32_t>(from.size() - to.size());
                add_shift(shifts, out.size() + to.size(), shift);
            }
            for (std::size_t extra = from.size(); extra < to.size(); ++extra)
                add_shift(shifts, out.size() + extra, --shift);
            out += to;
        }
        text = std::move(out);
        return {};
    }

private:
    std::map<Wide, Wide, std::less<>>::const_iterator rule_at(WideView rest) const {
        for (std::size_t size = std::min(longest_, rest.size()); size > 0; --size) {
            const auto it = rules_.find(rest.substr(0, size));
            if (it != rules_.end()) return it;
        }
        return rules_.end();
    }

    std::map<Wide, Wide, std::less<>> rules_;
    std::size_t longest_ = 0;
};

Made<CharFilterPtr> build(const Options& options) {
    const auto given = MADE(options.words("mappings"));
    if (given.empty() && !options.has("mappings"))
        return refused("mapping requires either `mappings` or `mappings_path` to be configured");
    std::map<Wide, Wide, std::less<>> rules;
    for (const std::string& rule : given) {
        auto [from, to] = MADE(mapping_rule(rule));
        if (from.empty()) return refused("cannot match the empty string");
        if (!rules.emplace(from, std::move(to)).second)
            return refused(fmt::format("match \"{}\" was already added", to_utf8(from)));
    }
    return std::make_shared<Mapping>(std::move(rules));
}

constexpr CharFilterKind kinds[] = {
    {.name = "mapping", .build = build, .in_normalizer = true, .prebuilt = false}};

}  // namespace

extern constinit const CharFilterKinds spec{kinds};

}  // namespace elkhorn::text::char_filters::mapping
