#include "search/fetch/highlight_text.h"

#include "search/fetch/highlight_words.h"
#include "text/analysis/breaks.h"
#include "text/analysis/core/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace elkhorn::search {
namespace {

constexpr std::size_t most_units = 1'000'000;

struct Passage {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    float score = 0;
    std::size_t first = 0;  // of its words
    std::size_t count = 0;
};

/// Borders of one value, which is all that lies between two separators.
class Slice {
public:
    Slice(text::WideView text, const HighlightOptions& options, bool whole)
        : text_(text), longest_(options.fragment_size) {
        if (whole)
            breaks_ = {0, static_cast<std::uint32_t>(text.size())};
        else if (options.scanner == "word")
            breaks_ = text::word_breaks(text);
        else
            breaks_ = text::sentence_breaks(text);
        bounded_ = !whole && options.scanner != "word" && longest_ > 0;
    }

    /// Around a word that begins at `at`; words are asked about in their order.
    std::pair<std::int64_t, std::int64_t> around(std::int64_t at) {
        const std::int64_t offset = at + 1;
        if (!bounded_) return {preceding(breaks_, offset), following(breaks_, at)};
        if (offset > window_begin_ && offset < window_end_) {
            begin_ = end_;
            end_ = window_end_;
        } else {
            open_window(offset);
        }
        if (end_ - begin_ > longest_) narrow(offset);
        return {begin_, end_};
    }

private:
    void open_window(std::int64_t offset) {
        window_begin_ = begin_ = preceding(breaks_, offset);
        window_end_ = end_ = following(breaks_, offset - 1);
        while (end_ - begin_ < longest_ && end_ < std::ssize(text_)) {
            const std::int64_t next = following(breaks_, end_);
            if (next - begin_ > longest_) break;
            window_end_ = end_ = next;
        }
    }

    /// A sentence that is too long: by words to the left first, and to the right by what is left.
    void narrow(std::int64_t offset) {
        if (words_.empty()) words_ = text::word_breaks(text_);
        if (offset - longest_ > begin_)
            begin_ = std::max(begin_, preceding(words_, offset - longest_));
        const std::int64_t rest = std::max<std::int64_t>(0, longest_ - (offset - begin_));
        if (offset + rest < window_end_)
            end_ = std::min(window_end_, following(words_, offset + rest));
    }

    static std::int64_t preceding(const std::vector<std::uint32_t>& breaks, std::int64_t offset) {
        const auto at = std::ranges::lower_bound(breaks, offset);
        return at == breaks.begin() ? 0 : *std::prev(at);
    }

    std::int64_t following(const std::vector<std::uint32_t>& breaks, std::int64_t offset) const {
        const auto at = std::ranges::upper_bound(breaks, offset);
        return at == breaks.end() ? std::ssize(text_) : *at;
    }

    text::WideView text_;  // the caller's
    std::int64_t longest_;
    bool bounded_ = false;
    std::vector<std::uint32_t> breaks_;
    std::vector<std::uint32_t> words_;  // empty: nobody asked yet
    std::int64_t window_begin_ = -1;
    std::int64_t window_end_ = -1;
    std::int64_t begin_ = -1;
    std::int64_t end_ = 0;
};

/// Lucene's PassageScorer: BM25 of the words in the passage, more for those at the beginning.
float score_of(const Passage& passage, const MarkedWords& found, std::size_t units) {
    constexpr float k1 = 1.2F;
    constexpr float b = 0.75F;
    constexpr float pivot = 87.0F;
    std::map<std::uint32_t, int> counts;
    for (std::size_t i = passage.first; i < passage.first + passage.count; ++i)
        ++counts[found.words[i].term];
    const float documents = 1 + static_cast<float>(units) / pivot;
    const float norm =
        k1 * ((1 - b) + b * (static_cast<float>(passage.end - passage.begin) / pivot));
    float score = 0;
    for (const auto& [term, count] : counts) {
        const double rarity = (documents + 0.5) / (found.frequencies[term] + 0.5);
        const float weight = (k1 + 1) * static_cast<float>(std::log(1 + rarity));
        score += static_cast<float>(count) / (static_cast<float>(count) + norm) * weight;
    }
    return score *
           (1 + 1 / static_cast<float>(std::log(pivot + static_cast<float>(passage.begin))));
}

/// The best passages so far, the worst at the front of the heap.
class Best {
public:
    explicit Best(std::size_t most) : most_(most) {}

    void offer(const Passage& passage) {
        if (kept_.size() == most_ && passage.score < kept_.front().score) return;
        kept_.push_back(passage);
        std::ranges::push_heap(kept_, better);
        if (kept_.size() <= most_) return;
        std::ranges::pop_heap(kept_, better);
        kept_.pop_back();
    }

    std::vector<Passage> take(bool by_score) {
        std::ranges::sort(kept_, {}, &Passage::begin);
        if (by_score) std::ranges::stable_sort(kept_, std::greater(), &Passage::score);
        return std::move(kept_);
    }

private:
    static bool better(const Passage& a, const Passage& b) {
        return a.score != b.score ? a.score > b.score : a.begin > b.begin;
    }

    std::size_t most_;
    std::vector<Passage> kept_;
};

/// The values one behind the other, with a separator between.
struct Joined {
    text::Wide text;
    std::vector<std::size_t> ends;  // of the values

    explicit Joined(const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            if (!ends.empty()) text.push_back(u'\0');
            text += text::to_wide(value);
            ends.push_back(text.size());
        }
    }
};

Answer<std::vector<Passage>> passages_of(const GroupContext& context, const Joined& joined,
                                         const MarkedWords& found, const HighlightOptions& options,
                                         bool whole) {
    Best best(options.fragments == 0 ? ~std::size_t{0}
                                     : static_cast<std::size_t>(options.fragments));
    std::optional<Slice> slice;
    std::size_t start = 0;  // of the slice
    std::size_t end = 0;
    std::optional<Passage> passage;
    const auto close = [&] {
        if (!passage) return;
        passage->score = score_of(*passage, found, joined.text.size());
        best.offer(*passage);
    };
    for (std::size_t i = 0; i < found.words.size(); ++i) {
        const MarkedWord& word = found.words[i];
        if (!passage || word.begin >= passage->end) {
            ASK(context.go_on());
            close();
            if (!slice || word.begin >= end) {
                const auto at = std::ranges::upper_bound(joined.ends, word.begin);
                end = *at;
                start = at == joined.ends.begin() ? 0 : *std::prev(at) + 1;
                slice.emplace(text::WideView(joined.text).substr(start, end - start), options,
                              whole);
            }
            const auto [left, right] = slice->around(static_cast<std::int64_t>(word.begin - start));
            passage = Passage{static_cast<std::uint32_t>(start + static_cast<std::size_t>(left)),
                              static_cast<std::uint32_t>(start + static_cast<std::size_t>(right)),
                              0, i, 0};
        }
        ++passage->count;
    }
    close();
    return best.take(options.by_score);
}

/// A fragment while it is written; what it takes is charged piece by piece.
class Fragment {
public:
    Fragment(const GroupContext& context, const Joined& joined, const HighlightOptions& options)
        : context_(context), text_(joined.text), options_(options) {}

    Answer<std::string> of(const Passage& passage, const MarkedWords& found) {
        out_.clear();
        std::size_t at = passage.begin;
        for (std::size_t i = passage.first; i < passage.first + passage.count; ++i) {
            const std::size_t begin = found.words[i].begin;
            const std::size_t end = found.words[i].end;
            if (begin > at) add(at, begin);
            if (end > at) {
                out_ += options_.before;
                add(std::max(at, begin), end);
                out_ += options_.after;
                at = end;
            }
            ASK(charge());
        }
        add(at, std::max<std::size_t>(at, passage.end));
        ASK(charge());
        return trimmed();
    }

    /// What was taken for it, for it is charged once more as a part of its hit.
    void give_back() {
        if (context_.answer() != nullptr) context_.answer()->give(taken_);
    }

private:
    static constexpr std::size_t piece_bytes = 64U << 10U;

    void add(std::size_t begin, std::size_t end) {
        const std::string piece = text::to_utf8(text_.substr(begin, end - begin));
        if (!options_.html) {
            out_ += piece;
            return;
        }
        for (const char c : piece) {
            switch (c) {
                case '"': out_ += "&quot;"; break;
                case '&': out_ += "&amp;"; break;
                case '<': out_ += "&lt;"; break;
                case '>': out_ += "&gt;"; break;
                case '\'': out_ += "&#x27;"; break;
                case '/': out_ += "&#x2F;"; break;
                default: out_ += c;
            }
        }
    }

    Answer<> charge() {
        if (out_.size() < charged_ + piece_bytes) {
            if (out_.size() < charged_) charged_ = 0;
            return {};
        }
        ASK(context_.go_on());
        if (context_.answer() != nullptr) ASK(context_.answer()->take(out_.size() - charged_));
        taken_ += out_.size() - charged_;
        charged_ = out_.size();
        return {};
    }

    std::string trimmed() const {
        std::size_t begin = 0;
        std::size_t end = out_.size();
        while (begin < end && static_cast<unsigned char>(out_[begin]) <= ' ')
            ++begin;
        while (end > begin && static_cast<unsigned char>(out_[end - 1]) <= ' ')
            --end;
        return out_.substr(begin, end - begin);
    }

    const GroupContext& context_;      // the caller's
    text::WideView text_;              // the caller's
    const HighlightOptions& options_;  // the caller's
    std::string out_;
    std::size_t charged_ = 0;
    std::size_t taken_ = 0;
};

/// Of the first value that is not empty, up to the next end of a word.
std::vector<Passage> beginning(const Joined& joined, std::int64_t size) {
    std::size_t start = 0;
    for (const std::size_t end : joined.ends) {
        if (end > start) {
            std::size_t shown = end;
            if (start + static_cast<std::size_t>(size) < end) {
                const auto text = text::WideView(joined.text).substr(start, end - start);
                const auto breaks = text::word_breaks(text);
                shown = start + *std::ranges::upper_bound(breaks, static_cast<std::size_t>(size));
            }
            return {
                {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(shown), 0, 0, 0}};
        }
        start = end + 1;
    }
    return {};
}

}  // namespace

Answer<std::vector<std::string>> highlight_texts(const GroupContext& context, const Field& field,
                                                 const std::vector<std::string>& values,
                                                 const FieldMarks& marks,
                                                 const HighlightOptions& options) {
    const bool whole = options.fragments == 0 || !field.is_text();
    if (!whole && options.scanner == "chars" && options.type == "unified")
        return refuse_in_phase("illegal_argument_exception",
                               "Invalid boundary scanner type: chars");
    std::size_t units = values.size() - 1;
    for (const std::string& value : values)
        units += units_of(value);
    // Elasticsearch's way: it is all values together that must not be longer.
    if (!field.is_text() && field.longest != 0 && units > field.longest)
        return std::vector<std::string>();
    if (units > most_units) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("The length of [{}] field of a doc of [{}] index has exceeded [{}] - "
                        "maximum allowed to be analyzed for highlighting. Leave the field out of "
                        "[highlight.fields], where [*] names all that the query looks at.",
                        field.name, context.index->name, most_units));
    }
    const MarkedWords found = ASK(marked_words(context, field, values, marks));
    const Joined joined(values);
    auto passages = ASK(passages_of(context, joined, found, options, whole));
    if (passages.empty() && options.no_match_size > 0)
        passages = beginning(joined, options.no_match_size);
    std::vector<std::string> fragments;
    Fragment fragment(context, joined, options);
    for (const Passage& passage : passages) {
        std::string text = ASK(fragment.of(passage, found));
        if (!text.empty()) fragments.push_back(std::move(text));
    }
    fragment.give_back();
    return fragments;
}

}  // namespace elkhorn::search
