// The sloppy matcher is Lucene's SloppyPhraseMatcher, step by step: scores must be its scores. Each
// term walks its positions less its place in the phrase; the one furthest behind moves, and a match
// is as long as the distance between the first and the last.

#include "search/words/phrase_match.h"

#include <algorithm>

namespace elkhorn::search {
namespace {

constexpr std::int32_t gap_between_values = 100;

float exact_frequency(const TextTokens& tokens, const std::vector<PhraseTerm>& terms) {
    float matches = 0;
    for (const std::int32_t position : tokens.positions(0)) {
        bool all = true;
        for (std::size_t i = 1; i < terms.size() && all; ++i) {
            all = std::ranges::binary_search(tokens.positions(i),
                                             position + terms[i].place - terms[0].place);
        }
        if (all) ++matches;
    }
    return matches;
}

/// One term of the phrase on its way through the text.
struct Walker {
    const std::vector<std::int32_t>* positions = nullptr;  // the text's
    std::size_t at = 0;
    std::int32_t offset = 0;    // its place in the phrase
    std::int32_t position = 0;  // in the text, less the offset
    int group = -1;             // of equal terms; -1: the only one of its kind
    std::size_t place = 0;      // in that group

    bool advance() {
        if (at >= positions->size()) return false;
        position = (*positions)[at++] - offset;
        return true;
    }
};

bool behind(const Walker& a, const Walker& b) {
    return a.position != b.position ? a.position < b.position : a.offset < b.offset;
}

class SloppyMatcher {
public:
    SloppyMatcher(const TextTokens& tokens, const std::vector<PhraseTerm>& terms, int slop)
        : slop_(slop) {
        walkers_.resize(terms.size());
        for (std::size_t i = 0; i < terms.size(); ++i) {
            walkers_[i].positions = &tokens.positions(i);
            walkers_[i].offset = terms[i].place;
        }
        group_repeats(terms);
    }

    float frequency() {
        if (!start()) return 0;
        float sum = 0;
        while (next_match())
            sum += 1.0F / (1.0F + static_cast<float>(length_));
        return sum;
    }

private:
    void group_repeats(const std::vector<PhraseTerm>& terms) {
        for (std::size_t i = 0; i < terms.size(); ++i) {
            if (walkers_[i].group >= 0) continue;
            std::vector<Walker*> group{&walkers_[i]};
            for (std::size_t j = i + 1; j < terms.size(); ++j) {
                if (terms[j].token == terms[i].token && terms[j].prefix == terms[i].prefix) {
                    group.push_back(&walkers_[j]);
                }
            }
            if (group.size() == 1) continue;
            for (std::size_t k = 0; k < group.size(); ++k) {
                group[k]->group = static_cast<int>(groups_.size());
                group[k]->place = k;
            }
            groups_.push_back(std::move(group));
        }
    }

    bool start() {
        for (Walker& walker : walkers_) {
            if (!walker.advance()) return false;
        }
        for (const auto& group : groups_) {  // equal terms stand at different places to begin with
            for (std::size_t j = 1; j < group.size(); ++j) {
                for (std::size_t k = 0; k < j; ++k) {
                    if (!group[j]->advance()) return false;
                }
            }
        }
        end_ = walkers_[0].position;
        for (Walker& walker : walkers_) {
            end_ = std::max(end_, walker.position);
            push(&walker);
        }
        positioned_ = true;
        return true;
    }

    bool next_match() {
        if (!positioned_) return false;
        Walker* walker = pop();
        length_ = end_ - walker->position;
        std::int32_t next = queue_.front()->position;
        while (advance(*walker)) {
            if (walker->group >= 0 && !resolve(*walker)) break;
            if (walker->position > next) {
                push(walker);
                if (length_ <= slop_) return true;
                walker = pop();
                next = queue_.front()->position;
                length_ = end_ - walker->position;
            } else {
                length_ = std::min(length_, end_ - walker->position);
            }
        }
        positioned_ = false;
        return length_ <= slop_;
    }

    bool advance(Walker& walker) {
        if (!walker.advance()) return false;
        end_ = std::max(end_, walker.position);
        return true;
    }

    Walker* collision(const Walker& walker) const {
        const std::int32_t place = walker.position + walker.offset;
        for (Walker* other : groups_[static_cast<std::size_t>(walker.group)]) {
            if (other != &walker && other->position + other->offset == place) return other;
        }
        return nullptr;
    }

    /// Moves equal terms on until no two stand on one token.
    bool resolve(Walker& moved) {
        Walker* walker = &moved;
        bool requeue = false;
        while (Walker* other = collision(*walker)) {
            if (behind(*other, *walker)) walker = other;
            if (!advance(*walker)) return false;
            requeue = requeue || other != &moved;
        }
        if (requeue) std::ranges::make_heap(queue_, later);
        return true;
    }

    static bool later(const Walker* a, const Walker* b) { return behind(*b, *a); }

    void push(Walker* walker) {
        queue_.push_back(walker);
        std::ranges::push_heap(queue_, later);
    }

    Walker* pop() {
        std::ranges::pop_heap(queue_, later);
        Walker* walker = queue_.back();
        queue_.pop_back();
        return walker;
    }

    std::int32_t slop_;
    std::vector<Walker> walkers_;
    std::vector<std::vector<Walker*>> groups_;  // of walkers_
    std::vector<Walker*> queue_;                // a heap: the one furthest behind first
    std::int32_t end_ = 0;
    std::int32_t length_ = 0;
    bool positioned_ = false;
};

std::vector<std::uint32_t> characters(std::string_view text) {
    std::vector<std::uint32_t> points;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) == 0x80U && !points.empty())
            points.back() = points.back() << 8U | byte;
        else
            points.push_back(byte);
    }
    return points;
}

}  // namespace

void TextTokens::clear() {
    length_ = 0;
    next_ = 0;
    for (auto& positions : positions_)
        positions.clear();
}

void TextTokens::add(std::string_view text, const std::vector<PhraseTerm>& terms,
                     const text::Analyzer* analyzer) {
    positions_.resize(terms.size());
    if (next_ > 0) next_ += gap_between_values;
    for (text::TokenStream tokens(analyzer, text); tokens.next(); ++next_) {
        next_ += tokens.increment() - 1;  // one that was left out leaves its place empty
        if (tokens.increment() > 0) ++length_;
        for (std::size_t i = 0; i < terms.size(); ++i) {
            const bool same = terms[i].prefix ? tokens.token().starts_with(terms[i].token)
                                              : tokens.token() == terms[i].token;
            if (same) positions_[i].push_back(next_);
        }
    }
}

void TextTokens::add(std::uint32_t words, std::span<const store::WordPlaces::Found> found,
                     std::size_t terms) {
    positions_.resize(terms);
    if (next_ > 0) next_ += gap_between_values;
    for (const auto& [wanted, place] : found)
        positions_[wanted].push_back(next_ + static_cast<std::int32_t>(place));
    next_ += static_cast<std::int32_t>(words);
    length_ += words;
}

float phrase_frequency(const TextTokens& tokens, const std::vector<PhraseTerm>& terms, int slop) {
    if (tokens.length() == 0) return 0;
    if (terms.size() == 1) return static_cast<float>(tokens.positions(0).size());
    return slop == 0 ? exact_frequency(tokens, terms)
                     : SloppyMatcher(tokens, terms, slop).frequency();
}

std::size_t fuzzy_distance(std::string_view a, std::string_view b, bool transpositions) {
    const auto x = characters(a);
    const auto y = characters(b);
    std::vector<std::vector<std::size_t>> d(x.size() + 1, std::vector<std::size_t>(y.size() + 1));
    for (std::size_t i = 0; i <= x.size(); ++i)
        d[i][0] = i;
    for (std::size_t j = 0; j <= y.size(); ++j)
        d[0][j] = j;
    for (std::size_t i = 1; i <= x.size(); ++i) {
        for (std::size_t j = 1; j <= y.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1)});
            const bool swapped =
                transpositions && i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1];
            if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[x.size()][y.size()];
}

}  // namespace elkhorn::search
