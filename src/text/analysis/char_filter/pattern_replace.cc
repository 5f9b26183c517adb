// text/analysis/char_filter/pattern_replace.cc -- replaces what a regular expression matches.

#include "text/analysis/core/java_regex.h"

#include <fmt/format.h>

namespace elkhorn::text::char_filters::pattern_replace {
namespace {

class PatternReplace final : public CharFilter {
public:
    PatternReplace(JavaRegex regex, Wide replacement)
        : regex_(std::move(regex)), replacement_(std::move(replacement)) {}

    Made<> apply(Wide& text, std::vector<Shift>& shifts, Budget& budget) const override {
        Wide out;
        std::int32_t shift = 0;
        std::size_t last = 0;
        for (const auto& part : MADE(regex_.replaced(text, replacement_, true))) {
            MADE(budget.spend(0, part.text.size()));
            out += WideView(text).substr(last, part.begin - last);
            const std::size_t size = part.end - part.begin;
            if (part.text.size() < size) {
                shift += static_cast<std::int32_t>(size - part.text.size());
                add_shift(shifts, out.size() + part.text.size(), shift);
            }
            for (std::size_t extra = size; extra < part.text.size(); ++extra)
                add_shift(shifts, out.size() + extra, --shift);
            out += part.text;
            last = part.end;
        }
        out += WideView(text).substr(last);
        text = std::move(out);
        return {};
    }

private:
    JavaRegex regex_;
    Wide replacement_;
};

Made<CharFilterPtr> build(const Options& options) {
    const std::string pattern = options.text("pattern");
    if (pattern.empty()) {
        return refused(fmt::format(
            "pattern is missing for [{}] char filter of type 'pattern_replace'", options.name()));
    }
    auto regex = MADE(JavaRegex::compile(pattern, options.text("flags")));
    return std::make_shared<PatternReplace>(std::move(regex), to_wide(options.text("replacement")));
}

constexpr CharFilterKind kinds[] = {
    {.name = "pattern_replace", .build = build, .in_normalizer = true, .prebuilt = false}};

}  // namespace

extern constinit const CharFilterKinds spec{kinds};

}  // namespace elkhorn::text::char_filters::pattern_replace
