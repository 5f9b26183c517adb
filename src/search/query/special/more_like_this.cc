// search/query/special/more_like_this.cc -- more_like_this: the words that tell most about some
// texts and documents (often there, rare elsewhere) are looked for, a share of them required.
//
//   texts      are cut by the first field's analyzer; a word is looked for where it is commonest
//   documents  each field's words are looked for in that field; they themselves are not found
//   unlike     what its words are is not looked for
//
// Which words are taken is Lucene's way: a word's weight is its count times its rarity, the best
// max_query_terms are kept, per field.

#include "base/strings.h"
#include "event/format.h"
#include "search/match/bm25.h"
#include "search/match/text_match.h"
#include "search/match/text_words.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/query/core/stored_document.h"
#include "text/analysis/stored/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace elkhorn::search::more_like_this {
namespace {

using event::Kind;
using event::Member;
using event::Value;

constexpr std::size_t most_words_of_a_text = 5000;
constexpr std::size_t most_documents = 1000;

/// A document that something should be like: by its id, or given whole.
struct Item {
    std::string index;  // empty: the one that is searched
    std::string id;
    std::vector<std::string> fields;  // empty: the query's, or of a whole document all
    std::shared_ptr<const StoredDocument> document;  // null: it is looked up
};

/// Texts and documents, of `like` or of `unlike`.
struct Examples {
    std::vector<std::string> texts;
    std::vector<Item> items;

    bool empty() const { return texts.empty() && items.empty(); }
};

struct Wanted {
    std::optional<std::vector<std::string>> fields;
    Examples like;
    Examples unlike;
    int max_query_terms = 25;
    int min_term_freq = 2;
    int min_doc_freq = 5;
    int max_doc_freq = 2'147'483'647;
    int min_word_length = 0;
    int max_word_length = 0;
    std::set<std::string, std::less<>> stop_words;
    std::string analyzer;
    std::string should_match = "30%";
    float boost_terms = 0;
    bool include = false;
    bool fail_on_unsupported = true;
    Common common;
};

// -- reading --------------------------------------------------------------------------------------

std::unexpected<Failure> bad_item(std::string reason) {
    return refuse("parse_exception",
                  fmt::format("failed to parse More Like This item. {}", reason));
}

Answer<std::vector<std::string>> text_list(const Value& value) {
    std::vector<std::string> texts;
    if (value.is(Kind::array)) {
        for (const Value& one : value.as_array().values()) {
            const auto term = term_of(one);
            if (!term) return bad_syntax("[more_like_this] failed to parse a list of texts");
            texts.push_back(term->text);
        }
    } else if (const auto term = term_of(value)) {
        texts.push_back(term->text);
    }
    return texts;
}

Answer<Item> read_item(const Value& value) {
    Item item;
    for (const Member& member : value.as_object().members()) {
        const auto term = term_of(member.value);
        if (member.name == "_index") {
            item.index = term ? term->text : "";
        } else if (member.name == "_id") {
            item.id = term ? term->text : "";
        } else if (member.name == "doc" && member.value.is(Kind::object)) {
            std::string json;
            event::append_json(json, member.value);
            item.document = std::make_shared<const StoredDocument>(ASK(parsed_document(json)));
        } else if (member.name == "fields") {
            if (!member.value.is(Kind::array)) {
                return refuse("parse_exception",
                              "failed to parse More Like This item. field [fields] must be an "
                              "array");
            }
            item.fields = ASK(text_list(member.value));
        } else if (member.name != "_type" && member.name != "_routing" &&
                   member.name != "routing" && member.name != "_version" &&
                   member.name != "version" && member.name != "_version_type" &&
                   member.name != "version_type" && member.name != "per_field_analyzer") {
            return bad_item(fmt::format("unknown field [{}]", member.name));
        } else if (member.name == "per_field_analyzer") {
            return bad_item("[per_field_analyzer] is not supported by this server");
        }
    }
    if (!item.id.empty() && item.document != nullptr)
        return bad_item("either [id] or [doc] can be specified, but not both!");
    if (item.id.empty() && item.document == nullptr)
        return bad_item("neither [id] nor [doc] is specified!");
    return item;
}

Answer<> read_example(const Value& value, Examples& examples) {
    if (value.is(Kind::object)) {
        examples.items.push_back(ASK(read_item(value)));
        if (examples.items.size() > most_documents)
            return bad_syntax("more_like_this takes 1000 documents at most");
        return {};
    }
    const auto term = term_of(value);
    if (!term) {
        return refuse("illegal_argument_exception",
                      "Content of 'like' parameter should either be a string or an object");
    }
    examples.texts.push_back(term->text);
    return {};
}

Answer<> read_examples(const Value& value, Examples& examples) {
    if (!value.is(Kind::array)) return read_example(value, examples);
    for (const Value& one : value.as_array().values())
        ASK(read_example(one, examples));
    return {};
}

struct CountOption {
    std::string_view name;
    int Wanted::* place;
};

constexpr std::array count_options{
    CountOption{"max_query_terms", &Wanted::max_query_terms},
    CountOption{"min_term_freq", &Wanted::min_term_freq},
    CountOption{"min_doc_freq", &Wanted::min_doc_freq},
    CountOption{"max_doc_freq", &Wanted::max_doc_freq},
    CountOption{"min_word_length", &Wanted::min_word_length},
    CountOption{"max_word_length", &Wanted::max_word_length},
};

Answer<bool> take_count(const Member& member, Wanted& wanted) {
    const auto option = std::ranges::find(count_options, member.name, &CountOption::name);
    if (option == count_options.end()) return false;
    const double number = ASK(number_option(member));
    if (option->name == "max_query_terms" && number <= 0) {
        return refuse("illegal_argument_exception",
                      "requires 'maxQueryTerms' to be greater than 0");
    }
    wanted.*option->place = static_cast<int>(std::clamp(number, -2147483648.0, 2147483647.0));
    return true;
}

Answer<> read_member(const Member& member, Wanted& wanted) {
    const bool counted = ASK(take_count(member, wanted));
    if (counted) return {};
    const std::string_view name = member.name;
    if (name == "like") {
        ASK(read_examples(member.value, wanted.like));
    } else if (name == "unlike") {
        ASK(read_examples(member.value, wanted.unlike));
    } else if (name == "fields" && member.value.is(Kind::array)) {
        wanted.fields = ASK(text_list(member.value));
    } else if (name == "stop_words" && member.value.is(Kind::array)) {
        for (std::string& word : ASK(text_list(member.value)))
            wanted.stop_words.insert(std::move(word));
    } else if (name == "analyzer") {
        wanted.analyzer = ASK(text_option("more_like_this", member));
    } else if (name == "minimum_should_match") {
        wanted.should_match = ASK(text_option("more_like_this", member));
    } else if (name == "boost_terms") {
        wanted.boost_terms = static_cast<float>(ASK(number_option(member)));
    } else if (name == "include") {
        wanted.include = ASK(boolean_option(member));
    } else if (name == "fail_on_unsupported_field") {
        wanted.fail_on_unsupported = ASK(boolean_option(member));
    } else {
        return bad_syntax(fmt::format("[mlt] query does not support [{}]", name));
    }
    return {};
}

Answer<Wanted> read(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (!taken) ASK(read_member(member, wanted));
    }
    if (wanted.like.empty()) {
        return bad_syntax("more_like_this requires 'like' to be specified");
    }
    if (wanted.fields && wanted.fields->empty())
        return bad_syntax("more_like_this requires 'fields' to be non-empty");
    return wanted;
}

// -- planning -------------------------------------------------------------------------------------

/// How often each word is there.
using Words = std::map<std::string, int>;

struct Choice {
    std::string word;
    float weight = 0;
    double rows = 0;
    std::size_t field = 0;
};

class Planner {
public:
    Planner(const Scope& scope, const Wanted& wanted)
        : scope_(scope),
          wanted_(wanted),
          documents_(*scope.request, *scope.index),
          objects_(documents_, scope.nested) {}

    Answer<NodePtr> plan() {
        ASK(find_fields());
        if (fields_.empty()) return no_rows();
        ASK(find_analyzer());
        ASK(find_unlike());
        Clauses all;
        if (!wanted_.like.items.empty()) all.should.push_back(ASK(like_items()));
        if (!wanted_.like.texts.empty()) all.should.push_back(ASK(like_texts()));
        NodePtr node = any_of(std::move(all.should));
        std::vector<std::string> ids;
        for (const Item& item : wanted_.like.items) {
            if (item.document == nullptr) ids.push_back(item.id);
        }
        if (wanted_.include || ids.empty()) return node;
        Clauses without;
        without.should.push_back(std::move(node));
        without.must_not.push_back(with_ids(std::move(ids)));
        return bool_node(std::move(without));
    }

private:
    Statistics& statistics() { return scope_.nested.empty() ? documents_ : objects_; }

    Answer<> find_fields() {
        if (!wanted_.fields) {
            if (!wanted_.like.texts.empty() && wanted_.fail_on_unsupported) {
                return cannot_create(
                    "illegal_argument_exception",
                    "[more_like_this] query cannot infer the field to analyze the free text, you "
                    "should update the [index.query.default_field] index setting to a field that "
                    "exists in the mapping or set the [fields] option in the query.");
            }
            if (!wanted_.like.texts.empty()) return {};
            for (const std::string& name : expand_fields(*scope_.index, "*")) {
                Field field = scoped_field(scope_, name);
                if (field.is_text() || field.is_keyword()) fields_.push_back(std::move(field));
            }
            return {};
        }
        for (const std::string& name : *wanted_.fields) {
            Field field = scoped_field(scope_, name);
            if (field.known() && !field.is_text() && !field.is_keyword()) {
                if (!wanted_.fail_on_unsupported) continue;
                return cannot_create(
                    "illegal_argument_exception",
                    fmt::format("more_like_this only supports text/keyword fields: [{}]", name));
            }
            fields_.push_back(std::move(field));
        }
        return {};
    }

    /// One that nobody knows is none.
    Answer<> find_analyzer() {
        if (wanted_.analyzer.empty()) return {};
        auto named = named_analyzer(*scope_.index, "more_like_this", wanted_.analyzer);
        if (named) analyzer_ = *named;
        if (!named && named.error().over) return std::unexpected(std::move(named).error());
        return {};
    }

    bool is_noise(const std::string& word) const {
        const auto length = static_cast<int>(length_of(word));
        return (wanted_.min_word_length > 0 && length < wanted_.min_word_length) ||
               (wanted_.max_word_length > 0 && length > wanted_.max_word_length) ||
               wanted_.stop_words.contains(word);
    }

    void count(const Field& field, std::string word, Words& words) const {
        const auto unwanted = unlike_.find(field.name);
        if (unwanted != unlike_.end() && unwanted->second.contains(word)) return;
        if (!is_noise(word)) ++words[std::move(word)];
    }

    /// Of a text in the request.
    Answer<> count_text(const Field& field, const std::string& text, Words& words) const {
        if (field.is_keyword() && analyzer_ == nullptr) {
            count(field, field.normalized(text), words);
            return {};
        }
        std::size_t cut = 0;
        for (QueryWord& word : ASK(query_words(field, text, analyzer_.get()))) {
            if (++cut > most_words_of_a_text) break;
            count(field, std::move(word.text), words);
        }
        return {};
    }

    /// Of one field of a document, as it is indexed.
    void count_document(const Field& field, const Value& document, Words& words) const {
        for (const std::string& text : texts_of(field, document)) {
            if (field.is_keyword()) {
                const std::string value = field.normalized(text);
                if (field.longest == 0 || length_of(value) <= field.longest)
                    count(field, value, words);
                continue;
            }
            text::TokenStream cut(field.analyzer.get(), text);
            while (cut.next())
                count(field, std::string(cut.token()), words);
        }
    }

    /// A multi-field has its values from the field above it.
    std::vector<std::string> texts_of(const Field& field, const Value& document) const {
        std::vector<Value> values = values_at(document, field.name);
        const std::size_t dot = field.name.rfind('.');
        const bool is_path = scope_.index->mapping->find(field.name) != nullptr;
        if (!is_path && dot != std::string::npos)
            values = values_at(document, std::string_view(field.name).substr(0, dot));
        std::vector<std::string> texts;
        for (const Value& value : values) {
            if (auto term = term_of(value)) texts.push_back(std::move(term->text));
        }
        return texts;
    }

    struct Example {
        std::vector<Field> fields;
        std::shared_ptr<const StoredDocument> document;
    };

    Answer<std::optional<Example>> example_of(const Item& item) const {
        Example example;
        for (const std::string& name : item.fields) {
            Field field = scoped_field(scope_, name);
            if (field.is_text() || field.is_keyword()) example.fields.push_back(std::move(field));
        }
        if (item.fields.empty() && item.document == nullptr) example.fields = fields_;
        if (item.fields.empty() && item.document != nullptr) {
            for (const std::string& name : expand_fields(*scope_.index, "*")) {
                Field field = scoped_field(scope_, name);
                if (field.is_text() || field.is_keyword())
                    example.fields.push_back(std::move(field));
            }
        }
        example.document = item.document;
        if (example.document == nullptr) {
            auto found = stored_document(
                scope_, item.index.empty() ? scope_.index->name : item.index, item.id);
            if (!found && found.error().type != "index_not_found_exception")
                return std::unexpected(std::move(found).error());
            if (!found || !*found) return std::nullopt;
            example.document = std::make_shared<const StoredDocument>(std::move(**found));
        }
        return example;
    }

    Answer<> find_unlike() {
        std::map<std::string, Words> words;
        for (const Field& field : fields_) {
            for (const std::string& text : wanted_.unlike.texts)
                ASK(count_text(field, text, words[field.name]));
        }
        for (const Item& item : wanted_.unlike.items) {
            const auto example = ASK(example_of(item));
            if (!example) continue;
            for (const Field& field : example->fields)
                count_document(field, example->document->value, words[field.name]);
        }
        for (auto& [field, counted] : words) {
            for (auto& [word, times] : counted)
                unlike_[field].insert(word);
        }
        return {};
    }

    Answer<NodePtr> like_texts() {
        Words words;
        for (const std::string& text : wanted_.like.texts)
            ASK(count_text(fields_[0], text, words));
        std::vector<NodePtr> nodes;
        ASK(add_best(fields_, words, nodes));
        return joined(std::move(nodes));
    }

    Answer<NodePtr> like_items() {
        std::map<std::string, std::pair<Field, Words>> of_fields;
        for (const Item& item : wanted_.like.items) {
            const auto example = ASK(example_of(item));
            if (!example) continue;
            for (const Field& field : example->fields) {
                auto& [kept, words] = of_fields[field.name];
                kept = field;
                count_document(field, example->document->value, words);
            }
        }
        std::vector<NodePtr> nodes;
        for (const auto& [name, words] : of_fields)
            ASK(add_best({words.first}, words.second, nodes));
        return joined(std::move(nodes));
    }

    /// The field in which most rows have the word; the first of equals.
    Answer<Choice> best_place(const std::vector<Field>& fields, const std::string& word) {
        Choice choice{word, 0, 0, 0};
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!fields[i].known()) continue;
            const double rows = ASK(token_rows(fields[i], word));
            if (rows <= choice.rows) continue;
            choice.field = i;
            choice.rows = rows;
        }
        return choice;
    }

    /// The words that weigh most, the lightest first, each in the field where it is commonest.
    Answer<> add_best(const std::vector<Field>& fields, const Words& words,
                      std::vector<NodePtr>& nodes) {
        std::vector<Choice> choices;
        const auto documents = static_cast<double>(scope_.index->documents);
        for (const auto& [word, times] : words) {
            if (wanted_.min_term_freq > 0 && times < wanted_.min_term_freq) continue;
            ASK(scope_.request->go_on());
            Choice choice = ASK(best_place(fields, word));
            if (choice.rows == 0 || choice.rows > wanted_.max_doc_freq) continue;
            if (wanted_.min_doc_freq > 0 && choice.rows < wanted_.min_doc_freq) continue;
            const auto rarity =
                static_cast<float>(std::log((documents + 1) / (choice.rows + 1)) + 1.0);
            choice.weight = static_cast<float>(times) * rarity;
            choices.push_back(std::move(choice));
        }
        std::ranges::stable_sort(choices, std::greater(), &Choice::weight);
        const auto most = static_cast<std::size_t>(wanted_.max_query_terms);
        if (choices.size() > most) choices.resize(most);
        std::ranges::reverse(choices);
        for (const Choice& choice : choices) {
            const Field& field = fields[choice.field];
            NodePtr node = field.is_keyword() ? keyword_term(field, choice.word)
                                              : token_term(field, choice.word);
            const float boost = wanted_.boost_terms * choice.weight / choices.front().weight;
            nodes.push_back(wanted_.boost_terms > 0 ? boosted(std::move(node), boost)
                                                    : std::move(node));
        }
        return {};
    }

    Answer<double> token_rows(const Field& field, const std::string& word) {
        if (field.is_text()) return token_frequency(statistics(), field, word);
        const NodePtr node = keyword_term(field, word);
        return statistics().frequency(field.name + '\0' + word,
                                      [&](const GroupContext& context) -> Answer<double> {
                                          const Bitmap rows = ASK(node->rows(context));
                                          return rows.count();
                                      });
    }

    Answer<NodePtr> joined(std::vector<NodePtr> nodes) const {
        if (nodes.empty()) return no_rows();
        if (nodes.size() > 1024) return too_many_clauses();
        Clauses clauses;
        clauses.should_match =
            ASK(should_match_count(static_cast<int>(nodes.size()), wanted_.should_match));
        clauses.should = std::move(nodes);
        return bool_node(std::move(clauses));
    }

    const Scope& scope_;    // the caller's
    const Wanted& wanted_;  // the query's
    Statistics documents_;
    Statistics objects_;
    std::vector<Field> fields_;
    std::shared_ptr<const text::Analyzer> analyzer_;  // null: the fields' own
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> unlike_;  // by field
};

Answer<QueryPtr> parse_more_like_this(const Value& body) {
    const auto wanted = std::make_shared<const Wanted>(ASK(read(body)));
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> {
            if (scope.request == nullptr) return no_rows();
            return Planner(scope, *wanted).plan();
        },
        wanted->common);
}

constexpr Parameter more_like_this_members[] = {
    {"fields", Takes::array},
    {"like", Takes::any},
    {"unlike", Takes::any},
    {"max_query_terms", Takes::integer},
    {"min_term_freq", Takes::integer},
    {"min_doc_freq", Takes::integer},
    {"max_doc_freq", Takes::integer},
    {"min_word_length", Takes::integer},
    {"max_word_length", Takes::integer},
    {"stop_words", Takes::array},
    {"analyzer", Takes::text},
    {"minimum_should_match", Takes::any},
    {"boost_terms", Takes::real},
    {"include", Takes::flag},
    {"fail_on_unsupported_field", Takes::flag},
};

constexpr QueryKind kinds[] = {
    {"more_like_this", parse_more_like_this, {more_like_this_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::more_like_this
