#include "search/suggest/completion_suggester.h"

#include "base/strings.h"
#include "search/base/field.h"
#include "search/match/field_terms.h"
#include "search/match/patterns.h"
#include "search/source/source_values.h"
#include "search/suggest/characters.h"
#include "text/analysis/stored/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr char separator = '\x1f';  // between the words of a key, as Lucene has it
constexpr char hole = '\x1e';       // where a word was left out
constexpr std::size_t longest_input = 50;

/// What a document can be found by: words in one text.
struct Input {
    std::string key;
    std::string text;
    float weight = 1;
    std::uint32_t row = 0;
};

/// Of a row group, sorted by key.
struct Inputs {
    std::vector<Input> all;
    std::uint64_t bytes = 0;

    std::uint64_t size_bytes() const { return bytes; }
};

/// The field in one index, and how its texts become keys.
struct Place {
    std::string path;
    std::shared_ptr<const text::Analyzer> analyzer;
    std::shared_ptr<const text::Analyzer> of_prefix;  // null: the same
    std::string name;                                 // of the analyzer
    bool separators = true;

    static bool is_completion(const Field& field) {
        return field.known() && field.mapping->es_name == "completion";
    }

    static Answer<Place> of(const store::IndexView& index, const Field& field) {
        Place place;
        place.path = field.name;
        const bool given = field.mapping->extra_json.find("\"analyzer\":") != std::string::npos;
        place.name = given ? "as \"" + field.mapping->analyzer + "\"" : "simple";
        place.analyzer = given ? text::Analyzer::shared(field.mapping->analyzer)
                               : ASK(named_analyzer(index, "suggest", place.name));
        if (!field.mapping->search_analyzer.empty())
            place.of_prefix = text::Analyzer::shared(field.mapping->search_analyzer);
        place.separators =
            field.mapping->extra_json.find("\"preserve_separators\":false") == std::string::npos;
        return place;
    }

    std::string key_of(std::string_view text, const text::Analyzer* by) const {
        std::string key;
        const auto words = (by == nullptr ? *analyzer : *by).placed(text);
        if (!words) return key;
        for (const text::PlacedToken& word : *words) {
            for (std::int32_t left_out = 1; left_out < word.increment; ++left_out) {
                if (!key.empty() && separators) key += separator;
                key += hole;
            }
            if (!key.empty() && separators) key += separator;
            key += word.text;
        }
        return key;
    }
};

/// "text", ["a", "b"], {"input": ..., "weight": 3}, or a list of such.
class InputReader {
public:
    InputReader(const Place& place, Inputs& into) : place_(place), into_(into) {}

    void read(std::uint32_t row, std::span<const Value> values) {
        for (const Value& value : values) {
            if (value.is(Kind::object)) {
                read_object(row, value);
            } else {
                add(row, value, 1);
            }
        }
    }

private:
    void read_object(std::uint32_t row, const Value& value) {
        const Value* input = value.as_object().find("input");
        const Value* given = value.as_object().find("weight");
        const auto term = given == nullptr ? std::nullopt : term_of(*given);
        const auto number = term ? to_integer(term->text) : std::nullopt;
        const auto weight = static_cast<float>(number.value_or(1));
        if (input == nullptr) return;
        if (!input->is(Kind::array)) return add(row, *input, weight);
        for (const Value& one : input->as_array().values())
            add(row, one, weight);
    }

    void add(std::uint32_t row, const Value& value, float weight) {
        const auto term = term_of(value);
        if (!term || term->text.empty()) return;
        Input input;
        input.text = beginning(term->text, longest_input);
        input.key = place_.key_of(input.text, nullptr);
        if (input.key.empty()) return;
        input.weight = weight;
        input.row = row;
        into_.bytes += sizeof(Input) + input.text.size() + input.key.size();
        into_.all.push_back(std::move(input));
    }

    const Place& place_;
    Inputs& into_;
};

Answer<std::shared_ptr<const Inputs>> inputs_of(const GroupContext& context, const Place& place) {
    const auto make = [&](Inputs& made) -> Answer<> {
        InputReader reader(place, made);
        ASK(each_source_value(context, place.path,
                              [&](std::uint32_t row, std::span<const Value> values) {
                                  reader.read(row, values);
                                  return made.bytes;
                              }));
        std::ranges::sort(made.all, {}, &Input::key);
        return {};
    };
    return made_of_group<Inputs>(
        context, fmt::format("completion {} {} {}", place.path, place.name, place.separators),
        make);
}

/// Whether a key begins with something that is so many edits from the prefix.
class NearPrefix {
public:
    NearPrefix(std::string_view prefix, const CompletionSuggester::Fuzzy& fuzzy)
        : prefix_(characters_of(prefix)), fuzzy_(fuzzy) {}

    /// How many characters both have in common at their beginning; nothing where it is not near.
    std::optional<std::size_t> common(std::string_view key) const {
        const std::u32string text = characters_of(key);
        std::size_t same = 0;
        while (same < prefix_.size() && same < text.size() && text[same] == prefix_[same])
            ++same;
        const auto fixed =
            std::min<std::size_t>(static_cast<std::size_t>(fuzzy_.prefix_length), prefix_.size());
        if (same < fixed) return std::nullopt;
        return near(text) ? std::optional(same) : std::nullopt;
    }

private:
    /// Levenshtein's table by rows of the key's characters, until no prefix of it can be near.
    bool near(const std::u32string& text) const {
        const std::size_t width = prefix_.size() + 1;
        std::vector<int> before(width);
        std::vector<int> row(width);
        std::vector<int> next(width);
        for (std::size_t j = 0; j < width; ++j)
            row[j] = static_cast<int>(j);
        if (row.back() <= fuzzy_.edits) return true;
        for (std::size_t i = 1; i <= text.size(); ++i) {
            next[0] = static_cast<int>(i);
            int least = next[0];
            for (std::size_t j = 1; j < width; ++j) {
                const int changed = row[j - 1] + (text[i - 1] == prefix_[j - 1] ? 0 : 1);
                next[j] = std::min({changed, row[j] + 1, next[j - 1] + 1});
                const bool crossed = i > 1 && j > 1 && text[i - 1] == prefix_[j - 2] &&
                                     text[i - 2] == prefix_[j - 1];
                if (fuzzy_.transpositions && crossed)
                    next[j] = std::min(next[j], before[j - 2] + 1);
                least = std::min(least, next[j]);
            }
            if (next.back() <= fuzzy_.edits) return true;
            if (least > fuzzy_.edits) return false;
            std::swap(before, row);
            std::swap(row, next);
        }
        return false;
    }

    std::u32string prefix_;
    CompletionSuggester::Fuzzy fuzzy_;
};

class Completer {
public:
    Completer(const CompletionSuggester& suggester, const RequestContext& request)
        : suggester_(suggester), request_(request) {}

    Answer<std::vector<Completion>> find() {
        bool known = request_.indices.empty();
        for (const auto& index : request_.indices) {
            const Field field = find_field(*index, suggester_.field);
            if (!field.known()) continue;
            known = true;
            if (!Place::is_completion(field)) {
                return refuse_in_phase(
                    "illegal_argument_exception",
                    fmt::format("Field [{}] is not a completion suggest field", suggester_.field));
            }
            ASK(look_in(*index, ASK(Place::of(*index, field))));
        }
        if (!known) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("no mapping found for field [{}]", suggester_.field));
        }
        return best();
    }

private:
    struct Found {
        const Input* input;
        float score;
        std::size_t group;  // of groups_
    };

    Answer<> look_in(const store::IndexView& index, const Place& place) {
        const std::string prefix =
            suggester_.regex ? std::string() : place.key_of(suggester_.text, place.of_prefix.get());
        std::optional<TextTest> regex;
        if (suggester_.regex)
            regex = ASK(regexp_test(fmt::format("({}).*", suggester_.text), false));
        for (const store::GroupView& view : index.groups) {
            ASK(request_.go_on());
            GroupContext context;
            context.request = &request_;
            context.index = &index;
            context.group = view.group.get();
            context.live = store::Bitmap(view.group->rows(), true);
            if (view.deleted != nullptr) context.live.and_not(*view.deleted);
            auto inputs = ASK(inputs_of(context, place));
            groups_.emplace_back(std::move(context), inputs);
            if (regex)
                ASK(look_for(*inputs, [&](const Input& input) {
                    return regex->passes(input.key) ? std::optional(input.weight) : std::nullopt;
                }));
            else
                ASK(look_for_prefix(*inputs, prefix));
        }
        return {};
    }

    Answer<> look_for_prefix(const Inputs& inputs, const std::string& prefix) {
        if (prefix.empty()) return {};
        const auto& fuzzy = suggester_.fuzzy;
        if (fuzzy && static_cast<int>(characters_of(prefix).size()) >= fuzzy->min_length) {
            const NearPrefix near(prefix, *fuzzy);
            return look_for(inputs, [&](const Input& input) -> std::optional<float> {
                const auto common = near.common(input.key);
                if (!common) return std::nullopt;
                return input.weight * static_cast<float>(std::max<std::size_t>(*common, 1));
            });
        }
        auto from = std::ranges::lower_bound(inputs.all, prefix, {}, &Input::key);
        for (; from != inputs.all.end() && from->key.starts_with(prefix); ++from)
            ASK(add(*from, from->weight));
        return {};
    }

    template <typename ScoreOf>
    Answer<> look_for(const Inputs& inputs, ScoreOf&& score_of) {
        for (const Input& input : inputs.all) {
            if (const auto score = score_of(input)) ASK(add(input, *score));
        }
        return {};
    }

    Answer<> add(const Input& input, float score) {
        if (++looks_ % 4096 == 0) ASK(request_.go_on());
        if (groups_.back().first.live.test(input.row))
            found_.push_back({&input, score, groups_.size() - 1});
        return {};
    }

    /// Each document once, by the best of its inputs; each text once, where that was asked for.
    std::vector<Completion> best() {
        std::ranges::sort(found_, [](const Found& a, const Found& b) {
            return std::tuple(-a.score, std::string_view(a.input->text), a.group, a.input->row) <
                   std::tuple(-b.score, std::string_view(b.input->text), b.group, b.input->row);
        });
        std::set<std::pair<std::size_t, std::uint32_t>> documents;
        std::set<std::string_view> texts;
        std::vector<Completion> made;
        for (const Found& found : found_) {
            if (made.size() == suggester_.size) break;
            if (suggester_.skip_duplicates && !texts.insert(found.input->text).second) continue;
            if (!documents.emplace(found.group, found.input->row).second) continue;
            made.push_back(
                {found.input->text, found.score, groups_[found.group].first, found.input->row});
        }
        return made;
    }

    const CompletionSuggester& suggester_;  // the caller's
    const RequestContext& request_;         // the caller's
    std::vector<std::pair<GroupContext, std::shared_ptr<const Inputs>>> groups_;
    std::vector<Found> found_;
    std::uint32_t looks_ = 0;
};

}  // namespace

Answer<std::vector<Completion>> complete(const CompletionSuggester& suggester,
                                         const RequestContext& request) {
    return Completer(suggester, request).find();
}

}  // namespace elkhorn::search
