// A specification is lines of "KIND TAB NAME TAB KEY TAB VALUE", with \n, \t and \\ for what would
// break them, below a first line that names the chain: "chain TAB analyzer TAB my".

#include "text/analysis/core/library.h"

#include "base/strings.h"
#include "text/analysis/analyzer/analyzers.h"
#include "text/analysis/core/chain_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <climits>

namespace elkhorn::text {
namespace {

constexpr std::array<std::string_view, 4> simple_cuts{"standard", "letter", "whitespace",
                                                      "keyword"};
constexpr std::array<std::string_view, 4> simple_filters{"lowercase", "uppercase", "asciifolding",
                                                         "trim"};
constexpr std::string_view first_word = "chain\t";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\\')
            out += "\\\\";
        else
            out.push_back(c);
    }
    return out;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out.push_back(text[i]);
            continue;
        }
        const char c = text[++i];
        out.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c);
    }
    return out;
}

/// Analyzers that need no chain.
std::optional<std::string_view> built_in_words(std::string_view name) {
    if (name == "standard") return "";
    if (name == "simple") return "letter lowercase";
    if (name == "whitespace" || name == "keyword") return name;
    return std::nullopt;
}

ChainBuilder::Missing of_analyzer(std::string_view name) {
    return [name](std::string_view kind, std::string_view part) {
        return fmt::format("Custom Analyzer [{}] failed to find {} under name [{}]", name, kind,
                           part);
    };
}

bool is_custom(const OptionMap& options) {
    const auto type = options.find("type");
    return type == options.end() || type->second == "custom";
}

}  // namespace

Library::Library(const OptionMap& settings, AnalysisLimits limits) : limits_(limits) {
    for (const auto& [path, value] : settings) {
        const std::size_t first = path.find('.');
        if (first == std::string::npos) continue;
        const std::size_t second = path.find('.', first + 1);
        if (second == std::string::npos) continue;
        kinds_[path.substr(0, first)][path.substr(first + 1, second - first - 1)]
              [path.substr(second + 1)] = value;
    }
}

const Library::Components& Library::of(std::string_view kind) const {
    static const Components none;
    const auto it = kinds_.find(kind);
    return it == kinds_.end() ? none : it->second;
}

std::string Library::add(std::string_view kind, OptionMap options) {
    const auto type = options.find("type");
    std::string name = fmt::format("__anonymous__{}", type == options.end() ? "" : type->second);
    Components& components = kinds_[std::string(kind)];
    while (components.contains(name))
        name.push_back('\x01');  // two of one type: the second's shown name ends before this
    components[name] = std::move(options);
    return name;
}

bool is_built_in_analyzer(std::string_view name) {
    return name == "default" || find_analyzer(name) != nullptr;
}

bool Library::has_analyzer(std::string_view name) const {
    return of("analyzer").contains(name) || is_built_in_analyzer(name);
}

bool Library::has_own_analyzer(std::string_view name) const {
    return of("analyzer").contains(name);
}

bool Library::has_normalizer(std::string_view name) const {
    return of("normalizer").contains(name) || name == "lowercase";
}

Made<BuiltChain> Library::analyzer(std::string_view name) const {
    ChainBuilder builder(*this, of_analyzer(name));
    const auto own = of("analyzer").find(name);
    if (own == of("analyzer").end()) {
        const AnalyzerKind* kind = find_analyzer(name == "default" ? "standard" : name);
        if (kind == nullptr) return refused(fmt::format("failed to find analyzer [{}]", name));
        MADE(builder.built_in(*kind, {}));
        return std::move(builder.built());
    }
    const Options options(std::string(name), own->second, false, limits_);
    if (!is_custom(own->second)) {
        const AnalyzerKind* kind = find_analyzer(options.text("type"));
        if (kind == nullptr) {
            return refused(
                fmt::format("Unknown analyzer type [{}] for [{}]", options.text("type"), name));
        }
        MADE(builder.built_in(*kind, own->second));
    } else {
        if (!options.has("type") && !options.has("tokenizer")) {
            return refused(fmt::format(
                "analyzer [{}] must specify either an analyzer type, or a tokenizer", name));
        }
        if (!options.has("tokenizer")) {
            return refused(
                fmt::format("Custom Analyzer [{}] must be configured with a tokenizer", name));
        }
        MADE(builder.tokenizer(options.text("tokenizer")));
        for (const std::string& filter : options.list("char_filter"))
            MADE(builder.char_filter(filter));
        for (const std::string& filter : options.list("filter"))
            MADE(builder.filter(filter));
        builder.built().custom = true;
    }
    builder.built().position_increment_gap = MADE(options.integer("position_increment_gap", 100));
    if (builder.built().position_increment_gap < 0)
        return refused("positionIncrementGap must not be negative.");
    return std::move(builder.built());
}

Made<BuiltChain> Library::normalizer(std::string_view name) const {
    ChainBuilder builder(*this, of_analyzer(name));
    builder.characters_only([name](std::string_view kind, std::string_view part) {
        return fmt::format("Custom normalizer [{}] may not use {} [{}]", name, kind, part);
    });
    builder.built().custom = true;
    MADE(builder.tokenizer("keyword"));
    const auto own = of("normalizer").find(name);
    if (own == of("normalizer").end()) {
        if (name != "lowercase")
            return refused(fmt::format("failed to find normalizer under [{}]", name));
        MADE(builder.filter("lowercase"));
        return std::move(builder.built());
    }
    const Options options(std::string(name), own->second, false, limits_);
    const std::string type = options.text("type", "custom");
    if (type != "custom" && type != "lowercase")
        return refused(fmt::format("Unknown normalizer type [{}] for [{}]", type, name));
    if (options.has("tokenizer")) {
        return refused(fmt::format("Custom normalizer [{}] cannot configure a tokenizer", name));
    }
    if (type == "lowercase") MADE(builder.filter("lowercase"));
    for (const std::string& filter : options.list("char_filter"))
        MADE(builder.char_filter(filter));
    for (const std::string& filter : options.list("filter"))
        MADE(builder.filter(filter));
    return std::move(builder.built());
}

Made<BuiltChain> Library::asked(const Asked& asked, std::string_view scope) const {
    ChainBuilder builder(*this, [scope](std::string_view kind, std::string_view part) {
        return fmt::format("failed to find{} {} under [{}]", scope, kind, part);
    });
    builder.built().custom = true;
    MADE(builder.tokenizer(asked.tokenizer.empty() ? "keyword" : asked.tokenizer));
    for (const std::string& filter : asked.char_filters)
        MADE(builder.char_filter(filter));
    if (asked.tokenizer.empty()) {
        builder.characters_only([](std::string_view kind, std::string_view part) {
            return fmt::format("Custom normalizer may not use {} [{}]", kind, part);
        });
    }
    for (const std::string& filter : asked.filters)
        MADE(builder.filter(filter));
    return std::move(builder.built());
}

Made<> Library::check() const {
    for (const auto& kind : {"tokenizer", "filter", "char_filter"}) {
        for (const auto& [name, map] : of(kind)) {
            // What needs a chain to be built (synonyms) is looked at in those that have it.
            ChainBuilder builder(*this, of_analyzer(name));
            MADE(builder.tokenizer("keyword"));
            const auto type = map.find("type");
            if (type != map.end() && type->second.starts_with("synonym")) continue;
            if (type != map.end() && (type->second == "multiplexer")) continue;
            if (kind == std::string_view("tokenizer"))
                MADE(builder.tokenizer(name));
            else if (kind == std::string_view("filter"))
                MADE(builder.filter(name));
            else
                MADE(builder.char_filter(name));
        }
    }
    for (const auto& [name, map] : of("normalizer"))
        MADE(normalizer(name));
    for (const auto& [name, map] : of("analyzer")) {
        if (name.starts_with('_')) {
            return refused(fmt::format("analyzer name must not start with '_'. got \"{}\"", name));
        }
        MADE(analyzer(name));
    }
    return {};
}

namespace {

void append_component(std::string& out, std::string_view kind, std::string_view name,
                      const OptionMap& options) {
    for (const auto& [key, value] : options) {
        out += fmt::format("{}\t{}\t{}\t{}\n", kind, escaped(name), escaped(key), escaped(value));
    }
}

}  // namespace

Made<std::string> Library::specification(std::string_view name, bool normalizer) const {
    const std::string_view kind = normalizer ? "normalizer" : "analyzer";
    std::string out = fmt::format("{}{}\t{}\n", first_word, kind, escaped(name));
    const auto own = of(kind).find(name);
    if (own == of(kind).end()) {
        if (normalizer) return "keyword lowercase";
        const auto words = built_in_words(name == "default" ? "standard" : name);
        return words ? std::string(*words) : out;
    }
    const Options options(std::string(name), own->second, false, limits_);
    std::set<std::pair<std::string, std::string>> parts;
    if (options.has("tokenizer")) parts.emplace("tokenizer", options.text("tokenizer"));
    for (const std::string& filter : options.list("char_filter"))
        parts.emplace("char_filter", filter);
    for (const std::string& filter : options.list("filter"))
        parts.emplace("filter", filter);
    const auto chosen = parts;
    for (const auto& [part, of_it] : chosen) {
        const auto it = of(part).find(of_it);
        if (it == of(part).end()) continue;
        const Options inner(of_it, it->second, false, limits_);
        for (const std::string& list : inner.list("filters"))
            for (const std::string_view one : split(list, ','))
                parts.emplace("filter", trim(one));
    }
    std::erase_if(parts, [&](const auto& part) { return !of(part.first).contains(part.second); });
    const std::string type = options.text("type", "custom");
    const bool plain = !normalizer && parts.empty() &&
                       ((type == "standard" && own->second.size() == 1) ||
                        (type == "custom" && options.text("tokenizer") == "standard" &&
                         options.list("filter") == std::vector<std::string>{"lowercase"} &&
                         options.list("char_filter").empty()));
    if (plain) return "";
    if (!normalizer && own->second.size() == 1) {
        if (const auto words = built_in_words(type)) return std::string(*words);
    }
    if (type == "custom" && parts.empty() && options.list("char_filter").empty() &&
        !options.has("position_increment_gap")) {
        // What needs no chain is kept in words.
        std::string words = normalizer ? "keyword" : options.text("tokenizer");
        bool all = has_element(simple_cuts, std::string_view(words));
        for (const std::string& filter : options.list("filter")) {
            all = all && has_element(simple_filters, std::string_view(filter));
            words += " " + filter;
        }
        if (all) return words;
    }
    append_component(out, kind, name, own->second);
    for (const auto& [part, of_it] : parts)
        append_component(out, part, of_it, of(part).find(of_it)->second);
    return out;
}

Made<BuiltChain> of_specification(std::string_view specification) {
    const auto bad = [] {
        return refused("the stored analyzer cannot be read");
    };
    if (!specification.starts_with(first_word)) return bad();
    OptionMap settings;
    std::string kind;
    std::string name;
    for (const std::string_view line : split(specification, '\n')) {
        if (line.empty()) continue;
        const auto cells = split(line, '\t');
        if (cells.size() == 3 && kind.empty()) {
            kind = cells[1];
            name = unescaped(cells[2]);
        } else if (cells.size() == 4) {
            settings[fmt::format("{}.{}.{}", cells[0], unescaped(cells[1]), unescaped(cells[2]))] =
                unescaped(cells[3]);
        } else {
            return bad();
        }
    }
    const Library library(settings, {INT_MAX, INT_MAX});
    return kind == "normalizer" ? library.normalizer(name) : library.analyzer(name);
}

}  // namespace elkhorn::text
