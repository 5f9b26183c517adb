// search/query/term/lacks.cc -- {"lacks": {"field": "user"}}: documents without a value there.

#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

namespace elkhorn::search::lacks {
namespace {

class Lacking final : public Node {
public:
    explicit Lacking(NodePtr having) : having_(std::move(having)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap rows(context.rows(), true);
        rows.and_not(ASK(having_->rows(context)));
        return rows;
    }

private:
    NodePtr having_;
};

Answer<QueryPtr> parse(const event::Value& body) {
    std::string field;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        if (ASK(take_common(member, common))) continue;
        if (member.name != "field") return unsupported("lacks", member.name);
        field = ASK(text_option("lacks", member));
    }
    return make_query(
        [field](const Scope& scope) -> Answer<NodePtr> {
            return std::make_shared<Lacking>(ASK(exists_node(scope, field)));
        },
        common, 1.0F);
}

constexpr Parameter members[] = {{"field", Takes::text}};

constexpr QueryKind kinds[] = {{"lacks", parse, {members}}};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::lacks
