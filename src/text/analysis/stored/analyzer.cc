#include "text/analysis/stored/analyzer.h"

#include "base/mutex.h"
#include "base/strings.h"
#include "text/analysis/ascii_folding.h"
#include "text/analysis/core/library.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>

namespace elkhorn::text {
namespace {

constexpr std::size_t longest_token = 255;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string to_upper_unicode(std::string_view text) {
    if (is_ascii(text)) return to_upper(text);
    std::string out;
    const auto whole =
        icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
    icu::UnicodeString upper;
    for (std::int32_t i = 0; i < whole.length(); i = whole.moveIndex32(i, 1))
        upper.append(static_cast<UChar32>(u_toupper(whole.char32At(i))));
    return upper.toUTF8String(out);
}

/// Cuts where `part` says that a character belongs to no token.
template <typename IsPart>
std::vector<LocatedToken> runs(std::string_view text, IsPart&& part) {
    std::vector<LocatedToken> tokens;
    const auto whole =
        icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
    icu::UnicodeString token;
    const auto close = [&](std::int32_t end) {
        if (!token.isEmpty()) {
            std::string out;
            tokens.push_back({token.toUTF8String(out), 1,
                              static_cast<std::uint32_t>(end - token.length()),
                              static_cast<std::uint32_t>(end)});
        }
        token.remove();
    };
    for (std::int32_t i = 0; i < whole.length(); i = whole.moveIndex32(i, 1)) {
        const UChar32 c = whole.char32At(i);
        if (!part(c)) {
            close(i);
            continue;
        }
        if (static_cast<std::size_t>(token.length()) >= longest_token) close(i);
        token.append(c);
    }
    close(whole.length());
    return tokens;
}

/// UTF-16 units of a UTF-8 text.
std::uint32_t units_of(std::string_view text) {
    std::uint32_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) != 0x80U) units += byte >= 0xf0U ? 2 : 1;
    }
    return units;
}

std::vector<LocatedToken> standard_tokens(std::string_view text) {
    std::vector<LocatedToken> tokens;
    std::size_t at = 0;
    std::uint32_t units = 0;
    for (Tokenizer cut(text); cut.next(); at = cut.end()) {
        const std::string_view word = text.substr(cut.begin(), cut.end() - cut.begin());
        const std::uint32_t begin = units + units_of(text.substr(at, cut.begin() - at));
        units = begin + units_of(word);
        tokens.push_back({std::string(word), 1, begin, units});
    }
    return tokens;
}

}  // namespace

bool Analyzer::read_words(std::string_view specification) {
    bool first = true;
    for (const std::string_view word : split(specification, ' ')) {
        if (first) {
            if (word == "standard")
                cut_ = Cut::standard;
            else if (word == "letter")
                cut_ = Cut::letter;
            else if (word == "whitespace")
                cut_ = Cut::whitespace;
            else if (word == "keyword")
                cut_ = Cut::keyword;
            else
                return false;
            first = false;
            continue;
        }
        if (word == "lowercase")
            filters_.push_back(Filter::lowercase);
        else if (word == "uppercase")
            filters_.push_back(Filter::uppercase);
        else if (word == "asciifolding")
            filters_.push_back(Filter::asciifolding);
        else if (word == "trim")
            filters_.push_back(Filter::trim);
        else
            return false;
    }
    return true;
}

std::optional<Analyzer> Analyzer::parse(std::string_view specification) {
    Analyzer analyzer;
    if (specification.empty()) {
        analyzer.filters_.push_back(Filter::lowercase);
        return analyzer;
    }
    if (specification.starts_with("chain\t")) {
        auto built = of_specification(specification);
        if (!built) return std::nullopt;
        analyzer.chain_ = std::make_shared<const BuiltChain>(std::move(*built));
        return analyzer;
    }
    if (!analyzer.read_words(specification)) return std::nullopt;
    return analyzer;
}

std::shared_ptr<const Analyzer> Analyzer::shared(const std::string& specification) {
    static Mutex mutex;
    static std::map<std::string, std::weak_ptr<const Analyzer>> known;
    constexpr std::size_t most_known = 1024;
    const Lock lock(mutex);
    if (const auto it = known.find(specification); it != known.end()) {
        if (auto analyzer = it->second.lock()) return analyzer;
    }
    auto made = parse(specification);
    if (!made) return nullptr;
    auto analyzer = std::make_shared<const Analyzer>(std::move(*made));
    if (known.size() >= most_known)
        std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
    if (known.size() < most_known) known[specification] = analyzer;
    return analyzer;
}

std::string Analyzer::filtered(std::string_view text) const {
    if (chain_ != nullptr) return chain_->chain.normalized(text);
    std::string out(text);
    for (const Filter filter : filters_) {
        switch (filter) {
            case Filter::lowercase: out = to_lower_unicode(out); break;
            case Filter::uppercase: out = to_upper_unicode(out); break;
            case Filter::asciifolding: out = fold_to_ascii(out); break;
            case Filter::trim: out = std::string(trim(out)); break;
        }
    }
    return out;
}

std::vector<std::string> Analyzer::tokens(std::string_view text) const {
    std::vector<std::string> tokens;
    auto made = located(text);
    if (!made) return tokens;
    for (LocatedToken& token : *made)
        tokens.push_back(std::move(token.text));
    return tokens;
}

std::optional<std::vector<PlacedToken>> Analyzer::placed(std::string_view text) const {
    auto made = located(text);
    if (!made) return std::nullopt;
    std::vector<PlacedToken> out;
    out.reserve(made->size());
    for (LocatedToken& token : *made)
        out.push_back({std::move(token.text), token.increment});
    return out;
}

std::optional<std::vector<LocatedToken>> Analyzer::located(std::string_view text) const {
    std::vector<LocatedToken> tokens;
    if (chain_ != nullptr) {
        Budget budget;
        const auto made = chain_->chain.run(text, budget);
        if (!made) return std::nullopt;
        tokens.reserve(made->list.size());
        for (const Token& token : made->list) {
            tokens.push_back({to_utf8(token.term), token.increment,
                              static_cast<std::uint32_t>(token.start),
                              static_cast<std::uint32_t>(token.end)});
        }
        return tokens;
    }
    switch (cut_) {
        case Cut::standard: tokens = standard_tokens(text); break;
        case Cut::letter: tokens = runs(text, [](UChar32 c) { return u_isalpha(c) != 0; }); break;
        case Cut::whitespace:
            tokens = runs(text, [](UChar32 c) { return u_isWhitespace(c) == 0; });
            break;
        case Cut::keyword:
            if (!text.empty()) tokens.push_back({std::string(text), 1, 0, units_of(text)});
            break;
    }
    for (LocatedToken& token : tokens)
        token.text = filtered(token.text);
    return tokens;
}

TokenStream::TokenStream(const Analyzer* analyzer, std::string_view text)
    : standard_(text), made_(analyzer != nullptr) {
    if (analyzer == nullptr) return;
    auto made = analyzer->placed(text);
    failed_ = !made;
    if (made) tokens_ = std::move(*made);
}

bool TokenStream::next() {
    if (!made_) return standard_.next();
    if (at_ == tokens_.size()) return false;
    ++at_;
    return true;
}

}  // namespace elkhorn::text
