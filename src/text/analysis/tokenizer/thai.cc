// text/analysis/tokenizer/thai.cc -- words of Thai, which stand without blanks between them, by
// ICU's dictionary; other scripts by their blanks.

#include "text/analysis/core/kinds.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>

namespace elkhorn::text::tokenizers::thai {
namespace {

class Thai final : public Cutter {
public:
    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<icu::BreakIterator> words(
            icu::BreakIterator::createWordInstance(icu::Locale("th"), status));
        if (U_FAILURE(status)) return refused("the dictionary of Thai words is not there");
        const icu::UnicodeString whole(text.data(), tokens.end);
        words->setText(whole);
        for (std::int32_t begin = words->first(), end = words->next();
             end != icu::BreakIterator::DONE; begin = end, end = words->next()) {
            std::int32_t at = begin;
            while (at < end && u_isalnum(whole.char32At(at)) == 0)
                at = whole.moveIndex32(at, 1);
            if (at >= end) continue;
            MADE(budget.spend(1, static_cast<std::size_t>(end - begin)));
            Token token;
            token.term =
                text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
            token.start = begin;
            token.end = end;
            tokens.list.push_back(std::move(token));
        }
        return tokens;
    }
};

Made<CutterPtr> build(const Options& /*options*/) {
    return std::make_shared<Thai>();
}

constexpr TokenizerKind kinds[] = {{"thai", build}};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::thai
