#include "search/match/text_scan.h"

#include "base/strings.h"
#include "text/analysis/tokenizer.h"

#include <algorithm>
#include <string>
#include <vector>

namespace elkhorn::search {
namespace {

// A longer word may have been cut in two, and what is looked for with it.
constexpr std::size_t cut_token_bytes = 255;
constexpr std::size_t least_part_bytes = 2;  // of a word, to be worth a look

/// What the words of a text must be, for a pattern's pieces to be in it.
struct Clues {
    std::vector<std::string> words;  // each is one of them
    std::vector<std::string> parts;  // each is in one of them
};

bool is_word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// No rule of word breaking parts letters and digits that stand side by side.
std::string longest_run(std::string_view text) {
    std::string_view best;
    for (std::size_t from = 0; from < text.size();) {
        std::size_t until = from;
        while (until < text.size() && is_word_byte(text[until]))
            ++until;
        if (until - from > best.size()) best = text.substr(from, until - from);
        from = std::max(until, from + 1);
    }
    return to_lower(best);
}

/// A piece between wildcards: its ends may be in the middle of words, what is between blanks not.
void add_clues(std::string_view piece, Clues& clues) {
    const bool ascii =
        std::ranges::all_of(piece, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii) return;  // small letters of others are not as simple
    for (std::size_t from = 0; from <= piece.size();) {
        const std::size_t until = std::min(piece.find(' ', from), piece.size());
        const std::string_view stretch = piece.substr(from, until - from);
        if (from > 0 && until < piece.size()) {
            for (text::Tokenizer tokens(stretch); tokens.next();)
                clues.words.emplace_back(tokens.token());
        } else if (std::string run = longest_run(stretch); run.size() >= least_part_bytes) {
            clues.parts.push_back(std::move(run));
        }
        from = until + 1;
    }
}

Answer<Bitmap> rows_with_clues(const GroupContext& context, const store::Column& column,
                               const std::vector<std::string>& pieces) {
    Bitmap rows(context.rows(), true);
    if (!column.has_token_index()) return rows;
    Clues clues;
    for (const std::string& piece : pieces)
        add_clues(piece, clues);
    for (const std::string& word : clues.words) {
        rows.and_with(ASK(column.rows_with_token(word)));
        if (!rows.any()) return rows;
    }
    if (clues.parts.empty()) return rows;
    std::vector<Bitmap> with_part(clues.parts.size(), Bitmap(context.rows()));
    const auto has = [](std::string_view token, const std::string& part) {
        return token.size() >= cut_token_bytes || token.contains(part);
    };
    const auto has_any = [&](std::string_view token) {
        return std::ranges::any_of(clues.parts,
                                   [&](const std::string& part) { return has(token, part); });
    };
    const bool numbers = std::ranges::any_of(clues.parts, [](const std::string& part) {
        return part.find_first_not_of("0123456789") == std::string::npos;
    });
    ASK(column.visit_tokens("", {has_any, numbers},
                            [&](std::string_view token, const Bitmap& where) {
                                for (std::size_t i = 0; i < clues.parts.size(); ++i) {
                                    if (has(token, clues.parts[i])) with_part[i].or_with(where);
                                }
                                return true;
                            }));
    for (const Bitmap& some : with_part)
        rows.and_with(some);
    return rows;
}

}  // namespace

Answer<Bitmap> rows_with_passing_text(const GroupContext& context, const store::Column& column,
                                      std::uint32_t longest, const TextTest& test) {
    const Bitmap likely = ASK(rows_with_clues(context, column, test.pieces));
    Bitmap passing(context.rows());
    if (!likely.any()) return passing;
    const auto values = ASK(column.row_values());
    const auto texts = column.texts();
    for (std::uint32_t row = 0; row < context.rows(); ++row) {
        if (row % 1024 == 0) ASK(context.go_on());
        if (!likely.test(row)) continue;
        for (auto i = values->first(row); i < values->last(row); ++i) {
            const std::string_view text = ASK(texts->at(i));
            if (longest != 0 && text.size() > longest && length_of(text) > longest) continue;
            if (!text.starts_with(test.prefix) || !test.passes(text)) continue;
            passing.set(row);
            break;
        }
    }
    return passing;
}

}  // namespace elkhorn::search
