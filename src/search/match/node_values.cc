// search/match/node_values.cc -- nodes over numbers, dates, addresses, keywords and ids: each looks
// at min and max first, then at the dictionary, and only then at the rows.

#include "search/match/bm25.h"
#include "search/match/found_rows.h"
#include "search/match/marks.h"
#include "search/match/plan.h"

#include <algorithm>
#include <cmath>

namespace elkhorn::search {
namespace {

/// The rows that have a value that `test` accepts.
template <typename Values, typename Test>
Bitmap rows_where(const Values& values, std::uint32_t rows, Test&& test) {
    Bitmap result(rows);
    if (values.rows.one_each()) {
        const auto* value = values.values.data();
        auto& words = result.words();
        for (std::uint32_t row = 0; row < rows; row += 64) {
            const std::uint32_t end = std::min(rows, row + 64);
            std::uint64_t word = 0;
            for (std::uint32_t r = row; r < end; ++r) {
                word |= static_cast<std::uint64_t>(test(value[r]) ? 1 : 0) << (r - row);
            }
            words[row / 64] = word;
        }
        return result;
    }
    for (std::uint32_t row = 0; row < rows; ++row) {
        for (auto i = values.rows.first(row), last = values.rows.last(row); i < last; ++i) {
            if (test(values.values[i])) {
                result.set(row);
                break;
            }
        }
    }
    return result;
}

class IntegerRange final : public Node {
public:
    IntegerRange(Field field, std::int64_t least, std::int64_t greatest)
        : field_(std::move(field)), least_(least), greatest_(greatest) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const store::Column* column =
            context.group->find(field_.column, store::ColumnKind::integer);
        if (column == nullptr || column->value_count() == 0 || least_ > greatest_) {
            return Bitmap(context.rows());
        }
        const std::int64_t min = column->min_integer();
        const std::int64_t max = column->max_integer();
        if (min > greatest_ || max < least_) return Bitmap(context.rows());
        if (min >= least_ && max <= greatest_) return ASK(column->present());
        const auto values = ASK(column->integers());
        if (column->ascending() && values->rows.one_each()) return between(*values, context.rows());
        return rows_where(*values, context.rows(), [this](std::int64_t value) {
            return value >= least_ && value <= greatest_;
        });
    }

    int cost() const override { return 1; }

private:
    Bitmap between(const store::IntegerValues& values, std::uint32_t rows) const {
        const auto first = std::ranges::lower_bound(values.values, least_);
        const auto last = std::ranges::upper_bound(values.values, greatest_);
        Bitmap result(rows);
        result.set_range(static_cast<std::uint32_t>(first - values.values.begin()),
                         static_cast<std::uint32_t>(last - values.values.begin()));
        return result;
    }

    Field field_;
    std::int64_t least_;
    std::int64_t greatest_;
};

class IntegerSet final : public Node {
public:
    IntegerSet(Field field, std::vector<std::int64_t> values)
        : field_(std::move(field)), values_(std::move(values)) {
        std::ranges::sort(values_);
    }

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const store::Column* column =
            context.group->find(field_.column, store::ColumnKind::integer);
        if (column == nullptr || column->value_count() == 0 || values_.empty() ||
            column->min_integer() > values_.back() || column->max_integer() < values_.front()) {
            return Bitmap(context.rows());
        }
        const auto values = ASK(column->integers());
        return rows_where(*values, context.rows(), [this](std::int64_t value) {
            return std::ranges::binary_search(values_, value);
        });
    }

    int cost() const override { return 2; }

private:
    Field field_;
    std::vector<std::int64_t> values_;
};

class RealRange final : public Node {
public:
    RealRange(Field field, double least, double greatest)
        : field_(std::move(field)), least_(least), greatest_(greatest) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const store::Column* column = context.group->find(field_.column, store::ColumnKind::real);
        if (column == nullptr || column->value_count() == 0 || column->min_real() > greatest_ ||
            column->max_real() < least_) {
            return Bitmap(context.rows());
        }
        const auto values = ASK(column->reals());
        if (least_ == 0 || greatest_ == 0) {  // -0.0 comes before 0.0, as in Lucene
            return rows_where(*values, context.rows(), [this](double value) {
                return !before(value, least_) && !before(greatest_, value);
            });
        }
        return rows_where(*values, context.rows(),
                          [this](double value) { return value >= least_ && value <= greatest_; });
    }

    int cost() const override { return 2; }

private:
    static bool before(double a, double b) {
        return a < b || (a == b && std::signbit(a) && !std::signbit(b));
    }

    Field field_;
    double least_;
    double greatest_;
};

/// The rows with an ordinal for which `wanted` is set.
Bitmap rows_of(const Keywords& words, const std::vector<char>& wanted, std::uint32_t rows) {
    return rows_where(*words.ordinals, rows,
                      [&](std::uint32_t ordinal) { return wanted[ordinal] != 0; });
}

Bitmap rows_between(const Keywords& words, std::uint32_t first, std::uint32_t last,
                    std::uint32_t rows) {
    if (first >= last) return Bitmap(rows);
    return rows_where(*words.ordinals, rows,
                      [&](std::uint32_t ordinal) { return ordinal - first < last - first; });
}

class AddressRange final : public Node {
public:
    AddressRange(Field field, std::string least, std::string greatest)
        : field_(std::move(field)), least_(std::move(least)), greatest_(std::move(greatest)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const Keywords addresses = ASK(keywords_of(context, field_));
        if (addresses.none() || least_ > greatest_) return Bitmap(context.rows());
        const std::uint32_t first = addresses.dictionary->lower_bound(least_);
        std::uint32_t last = addresses.dictionary->lower_bound(greatest_);
        if (last < addresses.dictionary->size() && (*addresses.dictionary)[last] == greatest_)
            ++last;
        return rows_between(addresses, first, last, context.rows());
    }

    int cost() const override { return 3; }

private:
    Field field_;
    std::string least_;
    std::string greatest_;
};

class Existing final : public Node {
public:
    explicit Existing(std::vector<Field> fields) : fields_(std::move(fields)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap result(context.rows());
        for (const Field& field : fields_)
            result.or_with(ASK(rows_with_value(context, field)));
        return result;
    }

    int cost() const override { return 2; }

private:
    std::vector<Field> fields_;
};

class WithIds final : public Node {
public:
    explicit WithIds(std::vector<std::string> ids) : ids_(std::move(ids)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap result(context.rows());
        for (const std::string& id : ids_) {
            if (const auto row = ASK(context.group->find_id(id))) result.set(*row);
        }
        return result;
    }

    int cost() const override { return 1; }

private:
    std::vector<std::string> ids_;
};

/// Keywords, or the misfits of a field of another type.
Answer<Keywords> words_of(const GroupContext& context, const Field& field) {
    const bool own = field.has_values() && field.kind() == store::ColumnKind::text;
    return own ? keywords_of(context, field) : misfits_of(context, field);
}

/// Scores every row alike: one value, no lengths.
class OnceScorer final : public RowScorer {
public:
    OnceScorer(const Node& node, Bm25 similarity, std::string what, Rarity rarity)
        : node_(node),
          similarity_(similarity),
          score_(similarity.score_once()),
          what_(std::move(what)),
          rarity_(rarity) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t /*row*/) override { return score_; }

    Answer<Explanation> explain(std::uint32_t row) override {
        return similarity_.explain(what_ + " in " + std::to_string(row),
                                   "freq, occurrences of term within document", {&rarity_, 1}, 1,
                                   1);
    }

private:
    const Node& node_;  // whoever asked for the scorer keeps the tree
    Bm25 similarity_;
    float score_;
    std::string what_;  // "host:a"
    Rarity rarity_;
    Bitmap rows_;
};

Answer<std::unique_ptr<RowScorer>> score_once(const Node& node, const Field& field,
                                              const std::string& term, Statistics& statistics,
                                              float boost, std::optional<double> given = {}) {
    const FieldCounts counts = ASK(statistics.of_field(field));
    const double frequency =
        given ? *given
              : ASK(statistics.frequency(field.name + '\0' + term,
                                         [&](const GroupContext& context) -> Answer<double> {
                                             const Bitmap rows = ASK(node.rows(context));
                                             return rows.count();
                                         }));
    const Bm25 similarity(counts, inverse_frequency(counts.documents, frequency), boost);
    return std::make_unique<OnceScorer>(node, similarity, field.name + ":" + term,
                                        Rarity{frequency, counts.documents});
}

/// The column of the field's texts, when it has no dictionary to look them up in.
const store::Column* plain_texts(const GroupContext& context, const Field& field) {
    if (!field.has_values() || field.kind() != store::ColumnKind::text) return nullptr;
    const store::Column* column = column_of(context, field);
    return column != nullptr && !column->has_dictionary() ? column : nullptr;
}

/// Whether the text is one that the field leaves out (ignore_above).
bool left_out(const Field& field, std::string_view text) {
    return field.longest != 0 && text.size() > field.longest && length_of(text) > field.longest;
}

class KeywordTerm final : public Node {
public:
    KeywordTerm(Field field, std::string text, std::optional<double> frequency)
        : field_(std::move(field)), text_(std::move(text)), frequency_(frequency) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        if (left_out(field_, text_)) return Bitmap(context.rows());
        if (const store::Column* texts = plain_texts(context, field_)) {
            if (auto found = found_.of(context)) return std::move(*found);
            Bitmap rows = ASK(texts->rows_with_text(text_));
            found_.keep(context, rows);
            return rows;
        }
        const Keywords words = ASK(words_of(context, field_));
        if (words.none()) return Bitmap(context.rows());
        const auto ordinal = words.dictionary->find(text_);
        if (!ordinal) return Bitmap(context.rows());
        return rows_between(words, *ordinal, *ordinal + 1, context.rows());
    }

    int cost() const override { return 2; }

    void mark(Marks& marks) const override { marks.fields[field_.name].words.insert(text_); }

    std::optional<float> constant() const override {
        return field_.is_keyword() ? std::nullopt : std::optional(1.0F);
    }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        if (!field_.is_keyword()) return Node::scorer(statistics, boost);
        return score_once(*this, field_, text_, statistics, boost, frequency_);
    }

private:
    Field field_;
    std::string text_;
    std::optional<double> frequency_;  // nothing: it is counted
    FoundRows found_;                  // where texts lie without a dictionary
};

class BooleanTerm final : public Node {
public:
    BooleanTerm(Field field, bool value)
        : field_(field), value_(value), range_(std::move(field), value, value) {}

    Answer<Bitmap> rows(const GroupContext& context) const override { return range_.rows(context); }

    int cost() const override { return 1; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        return score_once(*this, field_, value_ ? "T" : "F", statistics, boost);
    }

private:
    Field field_;
    bool value_;
    IntegerRange range_;
};

class KeywordSet final : public Node {
public:
    KeywordSet(Field field, std::vector<std::string> texts)
        : field_(std::move(field)), texts_(std::move(texts)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const store::Column* texts = plain_texts(context, field_);
        if (texts != nullptr && texts_.size() <= few_texts) {
            Bitmap rows(context.rows());
            for (const std::string& text : texts_) {
                if (!left_out(field_, text)) rows.or_with(ASK(texts->rows_with_text(text)));
            }
            return rows;
        }
        const Keywords words = ASK(words_of(context, field_));
        if (words.none()) return Bitmap(context.rows());
        std::vector<char> wanted(words.dictionary->size());
        bool any = false;
        for (const std::string& text : texts_) {
            const auto ordinal = words.dictionary->find(text);
            if (ordinal) wanted[*ordinal] = 1;
            any = any || ordinal;
        }
        return any ? rows_of(words, wanted, context.rows()) : Bitmap(context.rows());
    }

    int cost() const override { return 2; }

    void mark(Marks& marks) const override {
        marks.fields[field_.name].words.insert(texts_.begin(), texts_.end());
    }

private:
    static constexpr std::size_t few_texts = 16;  // looked up one by one; more by sorting the texts

    Field field_;
    std::vector<std::string> texts_;
};

}  // namespace

NodePtr integer_range(Field field, std::int64_t least, std::int64_t greatest) {
    return std::make_shared<IntegerRange>(std::move(field), least, greatest);
}

NodePtr integer_set(Field field, std::vector<std::int64_t> values) {
    return std::make_shared<IntegerSet>(std::move(field), std::move(values));
}

NodePtr real_range(Field field, double least, double greatest) {
    return std::make_shared<RealRange>(std::move(field), least, greatest);
}

NodePtr address_range(Field field, std::string least, std::string greatest) {
    return std::make_shared<AddressRange>(std::move(field), std::move(least), std::move(greatest));
}

NodePtr existing(std::vector<Field> fields) {
    return std::make_shared<Existing>(std::move(fields));
}

NodePtr with_ids(std::vector<std::string> ids) {
    return std::make_shared<WithIds>(std::move(ids));
}

NodePtr keyword_term(Field field, std::string text, std::optional<double> frequency) {
    return std::make_shared<KeywordTerm>(std::move(field), std::move(text), frequency);
}

NodePtr boolean_term(Field field, bool value) {
    return std::make_shared<BooleanTerm>(std::move(field), value);
}

NodePtr keyword_set(Field field, std::vector<std::string> texts) {
    return std::make_shared<KeywordSet>(std::move(field), std::move(texts));
}

}  // namespace elkhorn::search
