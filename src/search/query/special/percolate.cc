// search/query/special/percolate.cc -- percolate: the stored queries that would find a document, be
// it given, be it one of an index.
//
//   {"percolate": {"field": "query", "document": {"message": "connection refused"}}}
//
// The documents become a row group in memory, typed by the index's mapping. Stored queries are read
// from the documents that hold them when they are first asked for, and kept beside the row group;
// each is planned and run over the documents given. A query that cannot be read finds nothing.
//
//   Cost      every stored query of the index, each time.

#include "event/flatten.h"
#include "event/format.h"
#include "search/match/bm25.h"
#include "search/match/field_terms.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/query/core/stored_document.h"
#include "search/source/source_values.h"
#include "store/group/memory_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search::percolate {
namespace {

using event::Kind;
using event::Member;
using event::Value;

constexpr std::size_t most_documents = 1024;

/// The stored queries of a row group.
struct Stored {
    std::vector<std::pair<std::uint32_t, QueryPtr>> queries;  // by row, ascending

    std::uint64_t size_bytes() const {
        constexpr std::uint64_t bytes_of_a_query = 1024;
        return queries.size() * bytes_of_a_query;
    }
};

Answer<std::shared_ptr<const Stored>> stored_queries(const GroupContext& context,
                                                     const std::string& path) {
    const auto make = [&](Stored& made) -> Answer<> {
        return each_source_value(context, path,
                                 [&](std::uint32_t row, std::span<const Value> values) {
                                     for (const Value& value : values) {
                                         auto query = parse_query(value);
                                         if (query) made.queries.emplace_back(row, *query);
                                     }
                                     return made.size_bytes();
                                 });
    };
    return made_of_group<Stored>(context, fmt::format("queries at {}", path), make);
}

using Documents = std::vector<std::shared_ptr<const StoredDocument>>;

/// The documents as an index of their own. Null: the index has no row group to make one beside.
Answer<std::shared_ptr<const store::IndexView>> index_of(const Scope& scope,
                                                         const Documents& documents) {
    if (scope.index->groups.empty()) return nullptr;
    event::FieldNames names;
    event::Flattener flattener(names);
    store::MemoryGroup group(names, *scope.index->mapping);
    event::Document document;
    std::string buffer;
    for (const auto& given : documents) {
        event::Arena arena;
        event::Event event(arena);
        for (const Member& member : given->value.as_object().members())
            event.root().add(arena, member.name, member.value);
        const std::string_view source = flattener.flatten(event, buffer, document);
        group.add(document, source);
    }
    auto view = std::make_shared<store::IndexView>();
    view->name = scope.index->name;
    view->settings_json = scope.index->settings_json;
    view->mapping = scope.index->mapping;
    view->documents = documents.size();
    view->groups.push_back({ASK(group.take(*scope.index->groups[0].group)), nullptr});
    return std::shared_ptr<const store::IndexView>(std::move(view));
}

class PercolateNode final : public Node {
public:
    PercolateNode(std::string path, std::shared_ptr<const store::IndexView> documents)
        : path_(std::move(path)), documents_(std::move(documents)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap found(context.rows());
        const auto stored = ASK(stored_queries(context, path_));
        for (const auto& [row, query] : stored->queries) {
            ASK(context.go_on());
            const auto matched = ASK(matching(context, *query));
            if (matched.second.any()) found.set(row);
        }
        return found;
    }

    int cost() const override { return 9; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override;

    /// What the best of the documents scores by each stored query that finds one.
    Answer<std::map<std::uint32_t, float>> scores(const GroupContext& context) const {
        std::map<std::uint32_t, float> scores;
        const auto stored = ASK(stored_queries(context, path_));
        for (const auto& [row, query] : stored->queries) {
            ASK(context.go_on());
            const auto [node, rows] = ASK(matching(context, *query));
            if (!rows.any()) continue;
            Statistics statistics(*context.request, *documents_);
            const auto scorer = ASK(node->scorer(statistics, 1.0F));
            ASK(scorer->enter(inside(context)));
            float best = 0;
            for (std::uint32_t document = 0; document < rows.size(); ++document) {
                if (rows.test(document)) best = std::max(best, ASK(scorer->score(document)));
            }
            scores[row] = best;
            forget(context);
        }
        return scores;
    }

private:
    GroupContext inside(const GroupContext& context) const {
        GroupContext documents;
        documents.request = context.request;
        documents.index = documents_.get();
        documents.group = documents_->groups[0].group.get();
        documents.live = Bitmap(documents.group->rows(), true);
        return documents;
    }

    /// What is kept by the address of a row group: this one goes with the query.
    static void forget(const GroupContext& context) {
        if (context.request->cache != nullptr) context.request->cache->clear();
    }

    /// The documents that the query finds. One that cannot be planned for them finds none.
    Answer<std::pair<NodePtr, Bitmap>> matching(const GroupContext& context,
                                                const Query& query) const {
        Scope scope;
        scope.index = documents_.get();
        scope.request = context.request;
        const GroupContext documents = inside(context);
        auto node = plan_query(query, scope);
        if (!node && node.error().over) return std::unexpected(std::move(node).error());
        if (!node) return std::pair(no_rows(), Bitmap(documents.rows()));
        Bitmap rows = ASK((*node)->rows(documents));
        forget(context);
        return std::pair(*node, std::move(rows));
    }

    std::string path_;
    std::shared_ptr<const store::IndexView> documents_;
};

class PercolateScorer final : public RowScorer {
public:
    PercolateScorer(const PercolateNode& node, float boost) : node_(node), boost_(boost) {}

    Answer<> enter(const GroupContext& context) override {
        scores_ = ASK(node_.scores(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return scores_.contains(row); }

    Answer<float> score(std::uint32_t row) override { return scores_[row] * boost_; }

private:
    const PercolateNode& node_;  // whoever asked for the scorer keeps the tree
    float boost_;
    std::map<std::uint32_t, float> scores_;
};

Answer<std::unique_ptr<RowScorer>> PercolateNode::scorer(Statistics& /*statistics*/,
                                                         float boost) const {
    return std::make_unique<PercolateScorer>(*this, boost);
}

struct Wanted {
    std::string field;
    Documents documents;
    bool one_given = false;
    bool several_given = false;
    std::string index;
    std::string id;
    Common common;
};

Answer<> add_document(const Value& value, Wanted& wanted) {
    if (!value.is(Kind::object)) {
        return bad_content(fmt::format("[percolate] document doesn't support values of type: {}",
                                       token_name(value)));
    }
    if (wanted.documents.size() >= most_documents)
        return bad_syntax(fmt::format("[percolate] takes {} documents at most", most_documents));
    std::string json;
    event::append_json(json, value);
    wanted.documents.push_back(std::make_shared<const StoredDocument>(ASK(parsed_document(json))));
    return {};
}

Answer<> read_member(const Member& member, Wanted& wanted) {
    if (member.name == "field") {
        wanted.field = ASK(text_option("percolate", member));
    } else if (member.name == "document") {
        wanted.one_given = true;
        ASK(add_document(member.value, wanted));
    } else if (member.name == "documents" && member.value.is(Kind::array)) {
        wanted.several_given = true;
        for (const Value& value : member.value.as_array().values())
            ASK(add_document(value, wanted));
    } else if (member.name == "index") {
        wanted.index = ASK(text_option("percolate", member));
    } else if (member.name == "id") {
        wanted.id = ASK(text_option("percolate", member));
    } else {
        return bad_content(fmt::format("[percolate] unknown field [{}]", member.name));
    }
    return {};
}

Answer<> check(const Wanted& wanted) {
    const auto refuse_it = [](std::string reason) {
        return refuse("illegal_argument_exception", std::move(reason));
    };
    if (wanted.field.empty()) return refuse_it("Required [field]");
    if (wanted.one_given && wanted.several_given) {
        return refuse_it("The following fields are not allowed together: [document, documents] ");
    }
    if (!wanted.one_given && !wanted.several_given && wanted.id.empty()) {
        return refuse_it(
            "Required one of fields [document, documents, id], but none were specified. ");
    }
    return {};
}

Answer<NodePtr> plan(const Scope& scope, const Wanted& wanted) {
    if (scope.request == nullptr) return no_rows();
    Documents documents = wanted.documents;
    if (!wanted.id.empty()) {
        auto found = ASK(stored_document(scope, wanted.index, wanted.id));
        if (!found) {
            auto failure = refuse(
                "resource_not_found_exception",
                fmt::format("indexed document [{}/{}] couldn't be found", wanted.index, wanted.id));
            failure.error().status = 404;
            return failure;
        }
        documents.push_back(std::make_shared<const StoredDocument>(std::move(*found)));
    }
    const Field field = scoped_field(scope, wanted.field);
    if (!field.known())
        return shard_failure(fmt::format("field [{}] does not exist", wanted.field));
    if (field.mapping->es_name != "percolator") {
        return shard_failure(
            fmt::format("expected field [{}] to be of type [percolator], but is of type [{}]",
                        wanted.field, field.mapping->es_name));
    }
    auto view = ASK(index_of(scope, documents));
    if (view == nullptr || documents.empty()) return no_rows();
    return std::make_shared<PercolateNode>(field.name, std::move(view));
}

Answer<QueryPtr> parse_percolate(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (!taken) ASK(read_member(member, wanted));
    }
    ASK(check(wanted));
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan(scope, wanted); },
        wanted.common);
}

constexpr Parameter percolate_members[] = {
    {"field", Takes::text},
    {"document", Takes::object},
    {"documents", Takes::array},
    {"index", Takes::text},
    {"id", Takes::text},
    {"name", Takes::text, Use::no_effect, "which document was found is not shown"},
    {"routing", Takes::text, Use::no_effect, "one node holds all rows"},
    {"preference", Takes::text, Use::no_effect, "one node holds all rows"},
    {"version", Takes::integer, Use::refused, "the document is taken as it is now"},
};

constexpr QueryKind kinds[] = {
    {"percolate", parse_percolate, {percolate_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::percolate
