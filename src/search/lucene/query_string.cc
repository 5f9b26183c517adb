#include "search/lucene/query_string.h"

#include "base/strings.h"
#include "search/lucene/lucene_syntax.h"
#include "search/match/bm25.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"
#include "search/match/text_words.h"
#include "search/match/word_expansion.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

namespace elkhorn::search {
namespace {

/// A node with what the grammar needs to know of it. No node: nothing was left of it.
struct Built {
    NodePtr node;
    bool joined = false;  // a bool, by its clauses
    Clauses clauses;
};

enum class Occur { must, should, must_not };

struct Occurrence {
    Occur occur;
    NodePtr node;
};

class Language {
public:
    Language(const Scope& scope, const LanguageOptions& options)
        : scope_(scope), options_(options) {
        all_fields_ =
            options.fields.empty() && (!options.default_field || *options.default_field == "*");
        lenient_ = options.lenient.value_or(all_fields_);
    }

    Answer<Built> build(const Syntax& syntax) {
        if (syntax.kind == Syntax::Kind::group) {
            Built group = ASK(build_group(syntax));
            if (group.node) group.node = boosted(group.node, syntax.boost);
            if (syntax.boost != 1.0F) group.joined = false;
            return group;
        }
        Built leaf = ASK(build_leaf(syntax));
        if (leaf.node && syntax.boost != 1.0F) {
            leaf.node = boosted(leaf.node, syntax.boost);
            leaf.joined = false;
        }
        return leaf;
    }

private:
    Answer<Built> build_group(const Syntax& group) {
        const bool plain = group.clauses.size() == 1 && !group.clauses[0].several_words &&
                           group.clauses[0].modifier == Modifier::none;
        // Built once: twice would be 2^depth times for parentheses within parentheses.
        if (plain) return build(*group.clauses[0].part);
        std::vector<Occurrence> clauses;
        for (const SyntaxClause& clause : group.clauses) {
            Built built = ASK(build(*clause.part));
            if (clause.several_words)
                add_words(clauses, std::move(built));
            else
                add(clauses, clause, std::move(built));
        }
        if (clauses.empty()) return Built{};
        if (clauses.size() > 1024) return too_many_clauses();
        Built joined;
        joined.joined = true;
        for (Occurrence& clause : clauses) {
            auto& list = clause.occur == Occur::must     ? joined.clauses.must
                         : clause.occur == Occur::should ? joined.clauses.should
                                                         : joined.clauses.must_not;
            list.push_back(std::move(clause.node));
        }
        joined.node = bool_node(joined.clauses);
        return joined;
    }

    /// Lucene's addClause: AND reaches back to the clause before it, OR does when AND is the
    /// default.
    void add(std::vector<Occurrence>& clauses, const SyntaxClause& clause, Built built) const {
        if (!clauses.empty() && clause.joint == Joint::conjunction &&
            clauses.back().occur != Occur::must_not) {
            clauses.back().occur = Occur::must;
        }
        if (!clauses.empty() && options_.all_words && clause.joint == Joint::disjunction &&
            clauses.back().occur != Occur::must_not) {
            clauses.back().occur = Occur::should;
        }
        if (!built.node) return;
        const bool prohibited = clause.modifier == Modifier::prohibited;
        const bool required =
            !prohibited && (options_.all_words ? clause.joint != Joint::disjunction
                                               : clause.modifier == Modifier::required ||
                                                     clause.joint == Joint::conjunction);
        const Occur occur = prohibited ? Occur::must_not : required ? Occur::must : Occur::should;
        clauses.push_back({occur, std::move(built.node)});
    }

    void add_words(std::vector<Occurrence>& clauses, Built built) const {
        if (!built.node) return;
        if (!built.joined) {
            clauses.push_back(
                {options_.all_words ? Occur::must : Occur::should, std::move(built.node)});
            return;
        }
        for (NodePtr& node : built.clauses.must)
            clauses.push_back({Occur::must, std::move(node)});
        for (NodePtr& node : built.clauses.should)
            clauses.push_back({Occur::should, std::move(node)});
    }

    Answer<Built> build_leaf(const Syntax& leaf) {
        if (leaf.field == "_exists_") {
            return Built{ASK(exists_node(scope_, leaf.text)), false, {}};
        }
        switch (leaf.kind) {
            case Syntax::Kind::words: return build_words(leaf);
            case Syntax::Kind::phrase: return build_phrase(leaf);
            case Syntax::Kind::range:
                return over_fields(leaf, [&](const std::string& field) {
                    return range(field, leaf.from, leaf.to, leaf.include_from, leaf.include_to);
                });
            case Syntax::Kind::wildcard: return build_wildcard(leaf);
            case Syntax::Kind::prefix:
                return over_fields(leaf, [&](const std::string& field) -> Answer<NodePtr> {
                    return pattern(field, Pattern::prefix,
                                   prefix_test(ASK(normalized(field, leaf.text)), false));
                });
            case Syntax::Kind::regexp:
                return over_fields(leaf, [&](const std::string& field) -> Answer<NodePtr> {
                    auto test =
                        ASK(regexp_test(scoped_field(scope_, field).normalized(leaf.text), false));
                    return pattern(field, Pattern::regexp, std::move(test));
                });
            case Syntax::Kind::fuzzy:
                return over_fields(leaf,
                                   [&](const std::string& field) { return fuzzy(field, leaf); });
            case Syntax::Kind::group: break;
        }
        return Built{};
    }

    /// Of words without a field. Looked for once one is met: there may be many thousands.
    const Weights& defaults() {
        if (defaults_) return *defaults_;
        if (all_fields_)
            defaults_ = resolve_fields(scope_, {"*"});
        else if (!options_.fields.empty())
            defaults_ = resolve_fields(scope_, options_.fields);
        else if (options_.default_field->find('*') != std::string::npos)
            defaults_ = resolve_fields(scope_, {*options_.default_field});
        else
            defaults_ = {{*options_.default_field, 1.0F}};
        return *defaults_;
    }

    Weights fields_of(const Syntax& leaf) {
        if (!leaf.field || (*leaf.field == "*" && all_fields_)) return defaults();
        if (leaf.field->find('*') == std::string::npos) return {{*leaf.field, 1.0F}};
        return resolve_fields(scope_, {*leaf.field});
    }

    /// The best of the fields. What does not fit a field finds nothing in it when lenient.
    template <typename Make>
    Answer<Built> over_fields(const Syntax& leaf, Make&& make) {
        std::vector<NodePtr> nodes;
        for (const auto& [field, boost] : fields_of(leaf)) {
            if (scope_.request != nullptr) ASK(scope_.request->go_on());
            Answer<NodePtr> node = make(field);
            if (!node && (!lenient_ || node.error().over))
                return std::unexpected(std::move(node.error()));
            nodes.push_back(node ? boosted(*node, boost) : no_rows());
        }
        return Built{best_of(std::move(nodes), options_.tie_breaker), false, {}};
    }

    /// A pattern over a field's words, scored as the rewrite says.
    Answer<NodePtr> pattern(const std::string& name, Pattern kind, const TextTest& test) {
        const Rewrite rewrite = ASK(rewrite_of(options_.rewrite, {}));
        auto node = ASK(pattern_node(scope_, name, kind, test));
        const Field field = scoped_field(scope_, name);
        const bool has_words = field.has_values() && (field.is_text() || field.is_keyword());
        if (!has_words || rewrite.kind == Rewrite::Kind::constant) return node;
        return expanded(scope_, field, test, rewrite);
    }

    Answer<NodePtr> range(const std::string& field, const std::optional<std::string>& from,
                          const std::optional<std::string>& to, bool include_from,
                          bool include_to) {
        Bounds bounds;
        if (from) bounds.from = Term{event::Kind::string, ASK(normalized(field, *from))};
        if (to) bounds.to = Term{event::Kind::string, ASK(normalized(field, *to))};
        bounds.include_from = include_from;
        bounds.include_to = include_to;
        bounds.time_zone = options_.time_zone;
        return range_node(scope_, field, bounds);
    }

    /// Patterns over texts are in small letters, for so are the tokens.
    Answer<std::string> normalized(const std::string& field, const std::string& text) const {
        return written_as(scope_, scoped_field(scope_, field), text, options_);
    }

    Answer<Built> build_words(const Syntax& leaf) {
        const std::string& text = leaf.text;
        if (leaf.field && text.size() > 1 && (text[0] == '>' || text[0] == '<')) {
            const bool equal = text.size() > 2 && text[1] == '=';
            const std::string bound = text.substr(equal ? 2 : 1);
            return over_fields(leaf, [&](const std::string& field) {
                return text[0] == '>' ? range(field, bound, std::nullopt, equal, true)
                                      : range(field, std::nullopt, bound, true, equal);
            });
        }
        if (leaf.field && !options_.time_zone.empty() &&
            scoped_field(scope_, *leaf.field).is_date()) {
            return over_fields(leaf, [&](const std::string& field) {
                return range(field, text, text, true, true);
            });
        }
        MatchOptions options = match_options();
        options.kind = options_.kind;
        options.slop = options_.phrase_slop;
        return build_match(leaf, options, fields_of(leaf));
    }

    Answer<Built> build_phrase(const Syntax& leaf) {
        MatchOptions options = match_options();
        options.kind = MatchKind::phrase;
        if (!options_.quote_analyzer.empty()) options.analyzer = options_.quote_analyzer;
        const auto slop = to_double(leaf.fuzziness);
        options.slop = options_.phrase_slop;
        if (slop) options.slop = *slop > 0 ? static_cast<int>(std::min(*slop, 1e6)) : 0;
        return build_match(leaf, options,
                           with_suffix(scope_, fields_of(leaf), options_.quote_suffix));
    }

    MatchOptions match_options() const {
        MatchOptions options;
        options.all_words = options_.all_words;
        options.lenient = lenient_;
        options.analyzer = options_.analyzer;
        options.query = options_.query;
        return options;
    }

    Answer<Built> build_match(const Syntax& leaf, const MatchOptions& options,
                              const Weights& fields) {
        const Term text{event::Kind::string, leaf.text};
        if (fields.size() == 1 && fields[0].second == 1.0F) {
            Words words = ASK(match_words(scope_, fields[0].first, text, options));
            return Built{words.node, words.joined, std::move(words.clauses)};
        }
        if (options_.cross_fields && options.kind == MatchKind::words) {
            return Built{
                ASK(match_fields(scope_, fields, leaf.text, options, options_.tie_breaker, true)),
                false,
                {}};
        }
        std::vector<NodePtr> nodes;
        for (const auto& [field, boost] : fields) {
            if (scope_.request != nullptr) ASK(scope_.request->go_on());
            const Words words = ASK(match_words(scope_, field, text, options));
            if (words.node) nodes.push_back(boosted(words.node, boost));
        }
        if (nodes.empty() && !fields.empty()) return Built{};
        return Built{best_of(std::move(nodes), options_.tie_breaker), false, {}};
    }

    Answer<Built> build_wildcard(const Syntax& leaf) {
        const bool everything = leaf.text == "*";
        if (everything && (leaf.field == "*" || (!leaf.field && all_fields_))) {
            return Built{all_rows(), false, {}};
        }
        if (!everything && !options_.leading_wildcard &&
            (leaf.text[0] == '*' || leaf.text[0] == '?')) {
            return shard_failure("'*' or '?' not allowed as first character in WildcardQuery");
        }
        return over_fields(leaf, [&](const std::string& field) -> Answer<NodePtr> {
            if (everything) return exists_node(scope_, field);
            const std::string written = ASK(normalized(field, leaf.text));
            return pattern(field, Pattern::wildcard, ASK(wildcard_test(written, false)));
        });
    }

    Answer<NodePtr> fuzzy(const std::string& name, const Syntax& leaf) {
        const Field field = scoped_field(scope_, name);
        if (!field.has_values()) return no_rows();
        const std::string word = ASK(normalized(name, leaf.text));
        const std::string& rule = leaf.fuzziness.empty() ? options_.fuzziness : leaf.fuzziness;
        const int edits = allowed_edits(rule, length_of(word));
        if (!field.is_text() && !field.is_keyword()) {
            return pattern_node(scope_, name, Pattern::fuzzy, prefix_test(word, false));
        }
        if (edits == 0)
            return field.is_text() ? token_term(field, word) : keyword_term(field, word);
        return fuzzy_node(
            scope_, field,
            {word, edits, options_.fuzzy_prefix_length, options_.fuzzy_transpositions,
             static_cast<std::size_t>(options_.fuzzy_max_expansions), options_.fuzzy_rewrite});
    }

    const Scope& scope_;               // the caller's
    const LanguageOptions& options_;   // the caller's
    std::optional<Weights> defaults_;  // nothing: nobody has asked
    bool all_fields_ = false;
    bool lenient_ = false;
};

using WeightedFields = std::vector<std::pair<Field, float>>;

/// Fields whose texts are cut alike are one in `cross_fields`.
std::string cut_of(const Field& field) {
    if (field.is_keyword()) return "keyword " + field.mapping->normalizer;
    return "text " + (field.mapping->search_analyzer.empty() ? field.mapping->analyzer
                                                             : field.mapping->search_analyzer);
}

/// One word in several fields, scored as if it were as common in each of them as in the one where
/// it is commonest; a little rarer in those where it is rarer, which decides between equals.
Answer<NodePtr> blended(const WeightedFields& fields, const std::string& word,
                        Statistics& statistics, float tie_breaker) {
    struct Place {
        const Field* field;
        float boost;
        double rows;
    };

    double documents = 0;
    for (const store::GroupView& group : statistics.index().groups)
        documents += group.group->rows();
    std::vector<Place> places;
    double fewest_words = std::numeric_limits<double>::infinity();
    for (const auto& [field, boost] : fields) {
        const double rows =
            field.is_text()
                ? ASK(token_frequency(statistics, field, word))
                : ASK(statistics.frequency(field.name + '\0' + word,
                                           [&](const GroupContext& context) -> Answer<double> {
                                               const NodePtr node = keyword_term(field, word);
                                               const Bitmap found = ASK(node->rows(context));
                                               return found.count();
                                           }));
        places.push_back({&field, boost, rows});
        fewest_words = std::min(fewest_words, ASK(statistics.of_field(field)).terms);
    }
    documents = std::min(documents, fewest_words);
    std::vector<std::size_t> order(places.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return places[i].rows; });
    double said = std::min(documents, places[order[0]].rows);
    double before = places[order[0]].rows;
    std::vector<NodePtr> nodes(places.size());
    for (const std::size_t i : order) {
        const auto& [field, boost, rows] = places[i];
        if (before > rows && rows > 0) ++said;
        const double frequency = rows > 0 ? std::min(documents, said) : 0;
        NodePtr node = field->is_text() ? token_term(*field, word, frequency)
                                        : keyword_term(*field, word, frequency);
        nodes[i] = boosted(std::move(node), boost);
        if (rows > 0) before = rows;
    }
    return best_of(std::move(nodes), tie_breaker);
}

/// Each word may be in any of the fields. Null: the text has none.
Answer<NodePtr> across(const Scope& scope, const WeightedFields& fields, const std::string& text,
                       const MatchOptions& options, float tie_breaker) {
    if (scope.request == nullptr) return no_rows();
    Statistics documents(*scope.request, *scope.index);
    Statistics objects(documents, scope.nested);
    Statistics& statistics = scope.nested.empty() ? documents : objects;
    std::shared_ptr<const text::Analyzer> analyzer;
    if (!options.analyzer.empty())
        analyzer = ASK(named_analyzer(*scope.index, options.query, options.analyzer));
    std::vector<QueryWord> words;
    if (fields[0].first.is_keyword() && analyzer == nullptr)
        words.push_back({fields[0].first.normalized(text), 0});
    else
        words = ASK(query_words(fields[0].first, text, analyzer.get()));
    if (words.size() > 1024) return too_many_clauses();
    Clauses clauses;
    auto& list = options.all_words ? clauses.must : clauses.should;
    for (const QueryWord& word : words)
        list.push_back(ASK(blended(fields, word.text, statistics, tie_breaker)));
    if (list.empty()) return NodePtr();
    if (list.size() == 1) return list[0];
    if (!options.should_match.empty()) {
        clauses.should_match =
            ASK(should_match_count(static_cast<int>(clauses.should.size()), options.should_match));
    }
    return bool_node(std::move(clauses));
}

}  // namespace

Answer<NodePtr> match_fields(const Scope& scope, const Weights& fields, const std::string& text,
                             const MatchOptions& options, float tie_breaker, bool cross_fields) {
    std::vector<NodePtr> nodes;
    std::map<std::string, WeightedFields> alike;  // by what cuts their texts
    for (const auto& [name, boost] : fields) {
        const Field field = scoped_field(scope, name);
        if (cross_fields && (field.is_text() || field.is_keyword())) {
            alike[cut_of(field)].emplace_back(field, boost);
            continue;
        }
        const Words words = ASK(match_words(scope, name, {event::Kind::string, text}, options));
        if (words.node) nodes.push_back(boosted(words.node, boost));
    }
    for (const auto& [cut, group] : alike) {
        if (group.size() > 1) {
            if (NodePtr node = ASK(across(scope, group, text, options, tie_breaker)))
                nodes.push_back(std::move(node));
            continue;
        }
        const auto& [field, boost] = group[0];
        const Words words =
            ASK(match_words(scope, field.name, {event::Kind::string, text}, options));
        if (words.node) nodes.push_back(boosted(words.node, boost));
    }
    if (nodes.empty() && options.empty_matches_all) return all_rows();
    return best_of(std::move(nodes), tie_breaker);
}

Weights with_suffix(const Scope& scope, Weights fields, const std::string& suffix) {
    if (suffix.empty()) return fields;
    for (auto& [name, boost] : fields) {
        if (scoped_field(scope, name + suffix).known()) name += suffix;
    }
    return fields;
}

Answer<std::string> written_as(const Scope& scope, const Field& field, std::string_view text,
                               const LanguageOptions& options) {
    if (options.analyzer.empty() || !(field.is_text() || field.is_keyword()))
        return pattern_text(field, text);
    const auto analyzer = ASK(named_analyzer(*scope.index, options.query, options.analyzer));
    return analyzer->filtered(text);
}

namespace {

/// A backslash before all that means something to the language.
std::string escaped(std::string_view text) {
    std::string all;
    for (const char c : text) {
        if (std::string_view(R"(\+-!():^[]"{}~*?|&/)").find(c) != std::string_view::npos)
            all.push_back('\\');
        all.push_back(c);
    }
    return all;
}

}  // namespace

Answer<NodePtr> plan_query_string(const Scope& scope, std::string_view given,
                                  const LanguageOptions& options) {
    const std::string text = options.escape ? escaped(given) : std::string(given);
    const auto syntax = parse_lucene(text);
    if (!syntax) {
        auto failure = shard_failure(fmt::format("Failed to parse query [{}]", text));
        failure.error().caused_by_type = "parse_exception";
        failure.error().caused_by_reason =
            fmt::format("Cannot parse '{}': {}", text, syntax.error().message);
        return failure;
    }
    auto built = Language(scope, options).build(**syntax);
    if (!built && built.error().reason.starts_with("'*' or '?' not allowed")) {
        auto failure = shard_failure(fmt::format("Failed to parse query [{}]", text));
        failure.error().caused_by_type = "parse_exception";
        failure.error().caused_by_reason =
            fmt::format("Cannot parse '{}': {}", text, built.error().reason);
        return failure;
    }
    if (!built) return std::unexpected(std::move(built.error()));
    if (!built->node) return no_rows();
    if (!built->joined || options.should_match.empty()) return built->node;
    Clauses clauses = std::move(built->clauses);
    const int wanted =
        ASK(should_match_count(static_cast<int>(clauses.should.size()), options.should_match));
    clauses.should_match = std::max(clauses.should_match, wanted);
    return bool_node(std::move(clauses));
}

}  // namespace elkhorn::search
