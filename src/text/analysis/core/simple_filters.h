// text/analysis/core/simple_filters.h -- the two shapes that most token filters have: one that
// changes each term, and one that leaves tokens out.
#pragma once

#include "text/analysis/core/kinds.h"

#include <utility>

namespace elkhorn::text {

/// Calls change(token) for each token.
template <typename Change>
class EachToken final : public TokenFilter {
public:
    explicit EachToken(Change change) : change_(std::move(change)) {}

    Made<> apply(Tokens& tokens, Budget& /*budget*/) const override {
        for (Token& token : tokens.list)
            change_(token);
        return {};
    }

private:
    Change change_;
};

template <typename Change>
TokenFilterPtr each_token(Change change) {
    return std::make_shared<EachToken<Change>>(std::move(change));
}

/// Keeps the tokens for which keep(token) holds; what is left out leaves its position empty.
template <typename Keep>
void keep_tokens(Tokens& tokens, Keep&& keep) {
    std::int32_t skipped = 0;
    std::size_t kept = 0;
    for (Token& token : tokens.list) {
        if (!keep(token)) {
            skipped += token.increment;
            continue;
        }
        token.increment += skipped;
        skipped = 0;
        if (&tokens.list[kept] != &token) tokens.list[kept] = std::move(token);
        ++kept;
    }
    tokens.list.resize(kept);
    tokens.trailing += skipped;
}

template <typename Keep>
class KeepTokens final : public TokenFilter {
public:
    explicit KeepTokens(Keep keep) : keep_(std::move(keep)) {}

    Made<> apply(Tokens& tokens, Budget& /*budget*/) const override {
        keep_tokens(tokens, keep_);
        return {};
    }

private:
    Keep keep_;
};

template <typename Keep>
TokenFilterPtr tokens_that(Keep keep) {
    return std::make_shared<KeepTokens<Keep>>(std::move(keep));
}

/// A filter whose apply(tokens, budget) is all there is to it.
template <typename Apply>
class WholeStream final : public TokenFilter {
public:
    explicit WholeStream(Apply body) : apply_(std::move(body)) {}

    Made<> apply(Tokens& tokens, Budget& budget) const override { return apply_(tokens, budget); }

private:
    Apply apply_;
};

template <typename Apply>
TokenFilterPtr whole_stream(Apply body) {
    return std::make_shared<WholeStream<Apply>>(std::move(body));
}

}  // namespace elkhorn::text
