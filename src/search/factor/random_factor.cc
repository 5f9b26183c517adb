// search/factor/random_factor.cc -- random_score: a number from 0 to 1 for each document, the same
// for the same seed as long as the document is not written again.

#include "base/hash.h"
#include "base/strings.h"
#include "event/format.h"
#include "script/value/java_text.h"
#include "search/factor/factor.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

using event::Member;
using event::Value;

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

class RandomFactor final : public Factor {
public:
    explicit RandomFactor(std::int64_t seed) : seed_(seed) {}

    Answer<> enter(const GroupContext& context) override {
        group_ = context.group;
        return {};
    }

    Answer<double> of(std::uint32_t row, float /*score*/) override {
        const std::int64_t number = ASK(group_->seq_no(row));
        const std::uint64_t bits =
            hash64(static_cast<std::uint64_t>(number) ^ hash64(static_cast<std::uint64_t>(seed_)));
        constexpr int kept_bits = 24;
        return static_cast<double>(bits >> (64 - kept_bits)) / (1 << kept_bits);
    }

private:
    std::int64_t seed_;
    const store::RowGroup* group_ = nullptr;  // of the group that was entered
};

class RandomKind final : public FactorKind {
public:
    explicit RandomKind(std::optional<std::int64_t> seed) : seed_(seed) {}

    Answer<> plan(const Scope& /*scope*/) override { return {}; }

    Answer<FactorPtr> make(const RequestContext& request) const override {
        return std::make_unique<RandomFactor>(seed_.value_or(request.now_ms));
    }

private:
    std::optional<std::int64_t> seed_;
};

}  // namespace

Answer<MakeFactorKind> read_random(const Value& body) {
    std::optional<std::int64_t> seed;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "seed") {
            const std::string text = text_of(member.value);
            seed = to_integer(text).value_or(static_cast<std::int64_t>(script::java_hash(text)));
        } else if (member.name != "field") {
            return bad_syntax(fmt::format("random_score query does not support [{}]", member.name));
        }
    }
    return MakeFactorKind([seed] { return std::make_unique<RandomKind>(seed); });
}

}  // namespace elkhorn::search
