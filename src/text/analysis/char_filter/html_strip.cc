// text/analysis/char_filter/html_strip.cc -- takes the marks of HTML out of a text: tags, comments,
// scripts and styles; &amp; and its like become what they stand for.
//
// A tag of a word's look (b, span) leaves nothing, one of a block (p, td, br) an end of line, so
// that words do not grow together. `escaped_tags` stay.

#include "base/strings.h"
#include "text/analysis/core/html_entities.h"
#include "text/analysis/core/kinds.h"

#include <set>

namespace elkhorn::text::char_filters::html_strip {
namespace {

constexpr std::string_view inline_tags =
    " a abbr acronym b basefont bdo big cite code dfn em font i img input kbd label q s samp "
    "select small span strike strong sub sup textarea tt u var ";

bool is_letter(char16_t c) {
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

bool is_name(char16_t c) {
    return is_letter(c) || (c >= u'0' && c <= u'9') || c == u'-' || c == u'_' || c == u':' ||
           c == u'.';
}

bool is_space(char16_t c) {
    return c == u' ' || c == u'\t' || c == u'\n' || c == u'\r' || c == u'\f';
}

/// A part of the text that becomes another.
struct Mark {
    std::size_t end = 0;  // 0: there is none here
    Wide instead = {};
};

class Reader {
public:
    Reader(WideView text, const std::set<std::string>& kept) : text_(text), kept_(kept) {}

    Mark at(std::size_t here) const {
        if (text_[here] == u'&') return entity(here);
        if (text_[here] != u'<' || here + 1 >= text_.size()) return {};
        const WideView rest = text_.substr(here);
        if (rest.starts_with(u"<!--")) return closed(here + 4, u"-->", {});
        if (rest.starts_with(u"<![CDATA[")) return cdata(here);
        if (rest[1] == u'!' || rest[1] == u'?') return closed(here + 2, u">", {});
        return tag(here);
    }

private:
    Mark closed(std::size_t from, WideView end, Wide instead) const {
        const std::size_t at = text_.find(end, from);
        if (at == WideView::npos) return {};
        return {at + end.size(), std::move(instead)};
    }

    Mark cdata(std::size_t here) const {
        const std::size_t end = text_.find(u"]]>", here);
        if (end == WideView::npos) return {};
        return {end + 3, Wide(text_.substr(here + 9, end - here - 9))};
    }

    Mark entity(std::size_t here) const {
        std::size_t at = here + 1;
        if (at < text_.size() && text_[at] == u'#') return number(here);
        while (at < text_.size() && is_name(text_[at]) && text_[at] != u'.')
            ++at;
        const auto character = html_entity(to_utf8(text_.substr(here + 1, at - here - 1)));
        if (!character) return {};
        if (at >= text_.size() || text_[at] != u';') return {};
        Mark mark{at + 1, {}};
        append_code_point(mark.instead, *character == 0xa0 ? U' ' : *character);
        return mark;
    }

    Mark number(std::size_t here) const {
        std::size_t at = here + 2;
        const bool hex = at < text_.size() && (text_[at] == u'x' || text_[at] == u'X');
        if (hex) ++at;
        std::uint32_t value = 0;
        const std::size_t first = at;
        for (; at < text_.size() && at - first < 8; ++at) {
            const char16_t c = text_[at];
            const char16_t lower = c | 0x20U;
            if (c >= u'0' && c <= u'9')
                value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(c - u'0');
            else if (hex && lower >= u'a' && lower <= u'f')
                value = value * 16 + static_cast<std::uint32_t>(lower - u'a' + 10);
            else
                break;
        }
        if (at == first || value == 0 || value > 0x10ffff) return {};
        Mark mark{at + (at < text_.size() && text_[at] == u';' ? 1U : 0U), {}};
        append_code_point(mark.instead, value == 0xa0 ? U' ' : static_cast<char32_t>(value));
        return mark;
    }

    Mark tag(std::size_t here) const {
        std::size_t at = here + 1;
        const bool closing = text_[at] == u'/';
        if (closing) ++at;
        while (at < text_.size() && is_space(text_[at]))
            ++at;
        const std::size_t begin = at;
        if (at >= text_.size() || !is_letter(text_[at])) return {};
        while (at < text_.size() && is_name(text_[at]))
            ++at;
        const std::string name = to_lower(to_utf8(text_.substr(begin, at - begin)));
        const std::size_t end = end_of_tag(at);
        if (end == WideView::npos || kept_.contains(name)) return {};
        if (!closing && (name == "script" || name == "style")) return element(name, end);
        const bool word = inline_tags.find(" " + name + " ") != std::string_view::npos;
        return {end, word ? Wide() : Wide(u"\n")};
    }

    /// Behind the tag's '>'.
    std::size_t end_of_tag(std::size_t at) const {
        const std::size_t end = text_.find_first_of(u"<>", at);
        return end != WideView::npos && text_[end] == u'>' ? end + 1 : WideView::npos;
    }

    /// A script or a style, its content with it.
    Mark element(const std::string& name, std::size_t at) const {
        for (; at < text_.size(); ++at) {
            if (text_[at] != u'<' || at + 1 >= text_.size() || text_[at + 1] != u'/') continue;
            const std::size_t end = text_.find(u'>', at);
            if (end == WideView::npos) return {};
            const std::string closing = to_lower(to_utf8(text_.substr(at + 2, end - at - 2)));
            if (trim(closing) == name) return {end + 1, u"\n"};
        }
        return {};
    }

    WideView text_;  // the caller's
    const std::set<std::string>& kept_;
};

class HtmlStrip final : public CharFilter {
public:
    explicit HtmlStrip(std::set<std::string> kept) : kept_(std::move(kept)) {}

    Made<> apply(Wide& text, std::vector<Shift>& shifts, Budget& budget) const override {
        MADE(budget.spend(0, text.size()));
        const Wide whole = std::move(text);
        text.clear();
        const Reader reader(whole, kept_);
        std::int32_t shift = 0;
        std::size_t unclosed = 0;  // marks without an end, each of which looks at all that follows
        for (std::size_t at = 0; at < whole.size();) {
            const bool may_be = whole[at] == u'&' || (whole[at] == u'<' && unclosed < 1000);
            const Mark mark = may_be ? reader.at(at) : Mark{};
            if (mark.end == 0) {
                if (may_be && whole[at] == u'<') ++unclosed;
                text.push_back(whole[at++]);
                continue;
            }
            shift += static_cast<std::int32_t>(mark.end - at) -
                     static_cast<std::int32_t>(mark.instead.size());
            text += mark.instead;
            add_shift(shifts, text.size(), shift);
            at = mark.end;
        }
        return {};
    }

private:
    std::set<std::string> kept_;
};

Made<CharFilterPtr> build(const Options& options) {
    std::set<std::string> kept;
    for (const std::string& tag : options.list("escaped_tags"))
        kept.insert(to_lower(tag));
    return std::make_shared<HtmlStrip>(std::move(kept));
}

constexpr CharFilterKind kinds[] = {
    {.name = "html_strip", .build = build, .prebuilt = true},
    {.name = "htmlStrip", .build = build, .prebuilt = true},
};

}  // namespace

extern constinit const CharFilterKinds spec{kinds};

}  // namespace elkhorn::text::char_filters::html_strip
