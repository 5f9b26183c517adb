#include "text/analysis/core/mapping_rules.h"

#include "base/strings.h"
#include "text/analysis/core/kinds.h"

#include <fmt/format.h>

namespace elkhorn::text {
namespace {

Made<Wide> unescaped(std::string_view given) {
    const Wide text = to_wide(trim(given));
    static constexpr std::u16string_view from = u"\\ntrbf";
    static constexpr std::u16string_view to = u"\\\n\t\r\b\f";
    const auto invalid = [&] {
        return refused(500, "runtime_exception",
                       fmt::format("Invalid escaped char in [{}]", trim(given)));
    };
    Wide out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != u'\\') {
            out.push_back(text[i]);
            continue;
        }
        if (++i == text.size()) return invalid();
        if (text[i] == u'u') {
            if (i + 4 >= text.size()) return invalid();
            std::uint32_t unit = 0;
            for (int digit = 0; digit < 4; ++digit) {
                const char16_t c = text[++i];
                const bool number = c >= u'0' && c <= u'9';
                const char16_t lower = c | 0x20U;
                if (!number && (lower < u'a' || lower > u'f')) return invalid();
                unit =
                    unit * 16 + static_cast<std::uint32_t>(number ? c - u'0' : lower - u'a' + 10);
            }
            out.push_back(static_cast<char16_t>(unit));
            continue;
        }
        const std::size_t known = from.find(text[i]);
        out.push_back(known == WideView::npos ? text[i] : to[known]);
    }
    return out;
}

}  // namespace

Made<std::pair<Wide, Wide>> mapping_rule(std::string_view rule) {
    const std::size_t arrow = rule.rfind("=>");
    if (arrow == std::string_view::npos) {
        return refused(500, "runtime_exception", fmt::format("Invalid Mapping Rule : [{}]", rule));
    }
    return std::pair(MADE(unescaped(rule.substr(0, arrow))),
                     MADE(unescaped(rule.substr(arrow + 2))));
}

}  // namespace elkhorn::text
