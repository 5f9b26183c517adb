#include "search/lucene/query_string.h"

#include "base/strings.h"
#include "search/lucene/lucene_syntax.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"

#include <fmt/format.h>

#include <algorithm>
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
        if (clauses.size() > 1024)
            return cannot_create("too_many_clauses", "maxClauseCount is set to 1024");
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
                return over_fields(leaf, [&](const std::string& field) {
                    return pattern_node(scope_, field, Pattern::prefix,
                                        prefix_test(normalized(field, leaf.text), false));
                });
            case Syntax::Kind::regexp:
                return over_fields(leaf, [&](const std::string& field) -> Answer<NodePtr> {
                    auto test =
                        ASK(regexp_test(scoped_field(scope_, field).normalized(leaf.text), false));
                    return pattern_node(scope_, field, Pattern::regexp, std::move(test));
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

    Answer<NodePtr> range(const std::string& field, const std::optional<std::string>& from,
                          const std::optional<std::string>& to, bool include_from,
                          bool include_to) {
        Bounds bounds;
        const auto bound = [&](const std::optional<std::string>& text) -> std::optional<Term> {
            if (!text) return std::nullopt;
            return Term{event::Kind::string, normalized(field, *text)};
        };
        bounds.from = bound(from);
        bounds.to = bound(to);
        bounds.include_from = include_from;
        bounds.include_to = include_to;
        bounds.time_zone = options_.time_zone;
        return range_node(scope_, field, bounds);
    }

    /// Patterns over texts are in small letters, for so are the tokens.
    std::string normalized(const std::string& field, const std::string& text) const {
        return pattern_text(scoped_field(scope_, field), text);
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
        if (options_.phrases) options.kind = MatchKind::phrase;
        return build_match(leaf, options);
    }

    Answer<Built> build_phrase(const Syntax& leaf) {
        MatchOptions options = match_options();
        options.kind = MatchKind::phrase;
        const auto slop = to_double(leaf.fuzziness);
        options.slop = options_.phrase_slop;
        if (slop) options.slop = *slop > 0 ? static_cast<int>(std::min(*slop, 1e6)) : 0;
        return build_match(leaf, options);
    }

    MatchOptions match_options() const {
        MatchOptions options;
        options.all_words = options_.all_words;
        options.lenient = lenient_;
        return options;
    }

    Answer<Built> build_match(const Syntax& leaf, const MatchOptions& options) {
        const Term text{event::Kind::string, leaf.text};
        const Weights fields = fields_of(leaf);
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
            auto test = ASK(wildcard_test(normalized(field, leaf.text), false));
            return pattern_node(scope_, field, Pattern::wildcard, std::move(test));
        });
    }

    Answer<NodePtr> fuzzy(const std::string& name, const Syntax& leaf) {
        const Field field = scoped_field(scope_, name);
        if (!field.has_values()) return no_rows();
        const std::string word = normalized(name, leaf.text);
        const std::string& rule = leaf.fuzziness.empty() ? options_.fuzziness : leaf.fuzziness;
        const int edits = allowed_edits(rule, length_of(word));
        if (!field.is_text() && !field.is_keyword()) {
            return pattern_node(scope_, name, Pattern::fuzzy, prefix_test(word, false));
        }
        if (edits == 0)
            return field.is_text() ? token_term(field, word) : keyword_term(field, word);
        return fuzzy_term(field, word, edits, options_.fuzzy_prefix_length, true);
    }

    const Scope& scope_;               // the caller's
    const LanguageOptions& options_;   // the caller's
    std::optional<Weights> defaults_;  // nothing: nobody has asked
    bool all_fields_ = false;
    bool lenient_ = false;
};

}  // namespace

Answer<NodePtr> match_fields(const Scope& scope, const Weights& fields, const std::string& text,
                             const MatchOptions& options, float tie_breaker, bool cross_fields) {
    std::vector<NodePtr> nodes;
    std::vector<std::pair<Field, float>> texts;
    for (const auto& [name, boost] : fields) {
        const Field field = scoped_field(scope, name);
        if (cross_fields && field.is_text() && field.mapping->analyzer.empty() &&
            field.mapping->search_analyzer.empty()) {
            texts.emplace_back(field, boost);
            continue;
        }
        const Words words = ASK(match_words(scope, name, {event::Kind::string, text}, options));
        if (words.node) nodes.push_back(boosted(words.node, boost));
    }
    if (!texts.empty()) {  // each word may be in any of the fields that are analysed alike
        Clauses clauses;
        for (const std::string& token : query_tokens(texts.front().first, text)) {
            std::vector<NodePtr> places;
            for (const auto& [field, boost] : texts) {
                places.push_back(boosted(token_term(field, token), boost));
            }
            auto& list = options.all_words ? clauses.must : clauses.should;
            list.push_back(best_of(std::move(places), tie_breaker));
        }
        if (!options.should_match.empty()) {
            clauses.should_match = ASK(
                should_match_count(static_cast<int>(clauses.should.size()), options.should_match));
        }
        if (!clauses.must.empty() || !clauses.should.empty())
            nodes.push_back(bool_node(std::move(clauses)));
    }
    if (nodes.empty() && options.empty_matches_all) return all_rows();
    return best_of(std::move(nodes), tie_breaker);
}

Answer<NodePtr> plan_query_string(const Scope& scope, std::string_view text,
                                  const LanguageOptions& options) {
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
