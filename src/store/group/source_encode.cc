// store/group/source_encode.cc -- documents to shapes. A row's document is held against the shapes
// seen last; where none fits it is taken apart, and the shape that would give it back is looked up
// or made.

#include "base/bytes.h"
#include "store/code/bit_packing.h"
#include "store/code/compression.h"
#include "store/code/text_blocks.h"
#include "store/group/source_shapes.h"
#include "store/schema/ip_address.h"
#include "text/json_text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace elkhorn::store {
namespace {

constexpr std::size_t most_shapes = 1024;
constexpr std::size_t most_leaves = 4096;  // of a shape
constexpr std::size_t most_recent = 8;     // shapes tried before a document is taken apart
constexpr std::size_t most_depth = 256;
constexpr std::size_t nowhere = ~std::size_t{0};

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/// Columns point into sources: often it is the very same text.
bool stands_at(std::string_view json, std::size_t at, std::string_view text) {
    if (at + text.size() > json.size()) return false;
    return json.data() + at == text.data() || same_text(json.substr(at, text.size()), text);
}

/// Past the closing quote of the string that begins at `at`; nowhere when there is none.
std::size_t end_of_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size(); ++at) {
        if (json[at] == '"') return at + 1;
        if (json[at] == '\\') ++at;
    }
    return nowhere;
}

/// Past the value without members that begins at `at`.
std::size_t end_of_scalar(std::string_view json, std::size_t at) {
    if (at >= json.size()) return nowhere;
    if (json[at] == '"') return end_of_string(json, at);
    const std::size_t begin = at;
    while (at < json.size() && json[at] != ',' && json[at] != '}' && json[at] != ']' &&
           !is_blank(json[at])) {
        ++at;
    }
    return at == begin ? nowhere : at;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
        out.push_back(static_cast<char>(0xc0 | code >> 6));
        out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        out.push_back(static_cast<char>(0xe0 | code >> 12));
        out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else {
        out.push_back(static_cast<char>(0xf0 | code >> 18));
        out.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
        out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    }
}

std::optional<std::uint32_t> hex4(std::string_view json, std::size_t at) {
    if (at + 4 > json.size()) return std::nullopt;
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(json.data() + at, json.data() + at + 4, code, 16);
    if (error != std::errc() || end != json.data() + at + 4) return std::nullopt;
    return code;
}

/// The string that a JSON string with escapes stands for; false where an escape makes no sense.
bool unescape(std::string_view quoted, std::string& out) {
    out.clear();
    for (std::size_t at = 1; at + 1 < quoted.size(); ++at) {
        if (quoted[at] != '\\') {
            out.push_back(quoted[at]);
            continue;
        }
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
        const char letter = quoted[++at];
        if (letter != 'u') {
            const auto known = letters.find(letter);
            if (known == std::string_view::npos) return false;
            out.push_back(meant[known]);
            continue;
        }
        auto code = hex4(quoted, at + 1);
        if (!code) return false;
        at += 4;
        if (*code >= 0xd800 && *code < 0xdc00) {
            const auto low = hex4(quoted, at + 3);
            if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
            code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
            at += 6;
        } else if (*code >= 0xdc00 && *code <= 0xdfff) {
            return false;
        }
        append_utf8(out, *code);
    }
    return true;
}

/// A document taken apart: what stands between its values, and the values with their paths.
class TakenApart {
public:
    struct Value {
        std::string path;
        std::size_t begin = 0;  // in text()
        std::size_t end = 0;
    };

    /// False for what is no JSON object, or too deep.
    bool take(std::string_view json) {
        text_.clear();
        values_.clear();
        path_.clear();
        json_ = json;
        at_ = 0;
        skip_blanks();
        if (!container(0)) return false;
        skip_blanks();
        return at_ == json_.size();
    }

    /// The JSON without white space between its parts.
    const std::string& text() const { return text_; }

    const std::vector<Value>& values() const { return values_; }

private:
    void skip_blanks() {
        while (at_ < json_.size() && is_blank(json_[at_]))
            ++at_;
    }

    bool take_char(char c) {
        if (at_ >= json_.size() || json_[at_] != c) return false;
        text_.push_back(c);
        ++at_;
        return true;
    }

    bool value(std::size_t depth) {
        if (at_ >= json_.size()) return false;
        if (json_[at_] == '{' || json_[at_] == '[') return container(depth);
        const std::size_t end = end_of_scalar(json_, at_);
        if (end == nowhere) return false;
        const std::string_view scalar = json_.substr(at_, end - at_);
        if (scalar != "null")
            values_.push_back({path_, text_.size(), text_.size() + scalar.size()});
        text_ += scalar;
        at_ = end;
        return values_.size() <= most_leaves;
    }

    /// A path is the names of the members, joined by dots; an empty name is one, too.
    bool key(bool at_root) {
        if (at_ >= json_.size() || json_[at_] != '"') return false;
        const std::size_t end = end_of_string(json_, at_);
        if (end == nowhere) return false;
        const std::string_view quoted = json_.substr(at_, end - at_);
        text_ += quoted;
        at_ = end;
        if (!unescape(quoted, name_)) return false;
        if (!at_root) path_.push_back('.');
        path_ += name_;
        skip_blanks();
        if (!take_char(':')) return false;
        skip_blanks();
        return true;
    }

    bool container(std::size_t depth) {
        if (depth > most_depth || at_ >= json_.size()) return false;
        const bool object = json_[at_] == '{';
        const char close = object ? '}' : ']';
        if (!take_char(object ? '{' : '[')) return false;
        skip_blanks();
        if (take_char(close)) return true;
        for (;;) {
            const std::size_t path_size = path_.size();
            if (object && !key(depth == 0)) return false;
            if (!value(depth + 1)) return false;
            path_.resize(path_size);
            skip_blanks();
            if (take_char(close)) return true;
            if (!take_char(',')) return false;
            skip_blanks();
        }
    }

    std::string_view json_;
    std::size_t at_ = 0;
    std::string path_;
    std::string name_;
    std::string text_;
    std::vector<Value> values_;
};

class Encoder {
public:
    Encoder(std::span<const std::string_view> sources,
            std::span<const std::unique_ptr<ColumnBuilder>> columns)
        : sources_(sources) {
        for (const auto& column : columns) {
            places_[{column->path, column->kind}] = columns_.size();
            columns_.push_back({column.get(), {}});
        }
    }

    SourceParts encode() {
        numbers_.reserve(sources_.size());
        for (row_ = 0; row_ < sources_.size(); ++row_)
            numbers_.push_back(number_for(sources_[row_]));
        SourceParts parts;
        write(parts.shapes);
        append_text_blocks(parts.whole, whole_);
        for (auto& [path, spare] : spares_)
            parts.spares.push_back(std::move(spare));
        parts.kept = std::move(arena_);
        return parts;
    }

private:
    struct Leaf {
        std::string before;
        std::uint32_t column = 0;  // of columns_, or, for a spare, of spare_paths_
        std::uint32_t nth = 0;     // value of that column in the row
        LeafKind kind = LeafKind::text;
        bool spare = false;
    };

    struct Shape {
        std::vector<Leaf> leaves;
        std::string after;
    };

    struct Column {
        const ColumnBuilder* builder = nullptr;
        std::size_t next = 0;  // its first value of this row or a later one
    };

    /// 0: kept whole; otherwise the shape and one.
    std::uint32_t number_for(std::string_view source) {
        escapes_ = source.find('\\') != std::string_view::npos;
        for (std::size_t i = 0; i < recent_.size(); ++i) {
            if (!matches(shapes_[recent_[i]], source)) continue;
            return use(i);
        }
        if (!apart_.take(source)) return keep_whole(source);
        // The same shapes again, now without white space; then those that it could have.
        const std::string& text = apart_.text();
        if (text.size() != source.size()) {
            for (std::size_t i = 0; i < recent_.size(); ++i) {
                if (matches(shapes_[recent_[i]], text)) return use(i);
            }
        }
        auto& known = by_skeleton_[skeleton()];
        for (const std::uint32_t shape : known) {
            if (matches(shapes_[shape], text)) return use_new(shape);
        }
        if (shapes_.size() == most_shapes) return keep_whole(source);
        shapes_.push_back(make_shape());
        const auto made = static_cast<std::uint32_t>(shapes_.size() - 1);
        if (!matches(shapes_[made], text)) {
            shapes_.pop_back();
            return keep_whole(source);
        }
        known.push_back(made);
        return use_new(made);
    }

    std::uint32_t keep_whole(std::string_view source) {
        whole_.push_back(source);
        return 0;
    }

    std::uint32_t use(std::size_t recent) {
        const std::uint32_t shape = recent_[recent];
        std::rotate(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(recent),
                    recent_.begin() + static_cast<std::ptrdiff_t>(recent) + 1);
        take_spares();
        return shape + 1;
    }

    std::uint32_t use_new(std::uint32_t shape) {
        std::erase(recent_, shape);
        recent_.insert(recent_.begin(), shape);
        if (recent_.size() > most_recent) recent_.pop_back();
        take_spares();
        return shape + 1;
    }

    /// The values that the shape just matched takes from spare columns go there.
    void take_spares() {
        for (const auto& [spare, text] : spare_texts_) {
            auto& column = spares_[spare];
            if (column == nullptr) {
                column = std::make_unique<ColumnBuilder>();
                column->path = spare_paths_[spare];
                column->kind = ColumnKind::spare;
            }
            // Taken apart, the document lies in a text that the next one overwrites.
            const bool stays = lies_within(text, sources_[row_]);
            column->add_text(row_, stays ? text : arena_.copy(text));
        }
        spare_texts_.clear();
    }

    /// The first value of the column in this row, and past the last one.
    std::pair<std::size_t, std::size_t> values_of(Column& column) {
        const ColumnBuilder& builder = *column.builder;
        if (builder.rows.empty()) {
            const std::size_t values = builder.values();
            return row_ < values ? std::pair<std::size_t, std::size_t>(row_, row_ + 1)
                                 : std::pair(values, values);
        }
        while (column.next < builder.rows.size() && builder.rows[column.next] < row_)
            ++column.next;
        std::size_t last = column.next;
        while (last < builder.rows.size() && builder.rows[last] == row_)
            ++last;
        return {column.next, last};
    }

    bool matches(const Shape& shape, std::string_view json) {
        spare_texts_.clear();
        std::size_t at = 0;
        for (const Leaf& leaf : shape.leaves) {
            if (!stands_at(json, at, leaf.before)) return false;
            at += leaf.before.size();
            const std::size_t end =
                leaf.spare ? match_spare(leaf, json, at) : match(leaf, json, at);
            if (end == nowhere) return false;
            at = end;
        }
        return json.substr(at) == shape.after;
    }

    std::size_t match_spare(const Leaf& leaf, std::string_view json, std::size_t at) {
        const std::size_t end = end_of_scalar(json, at);
        if (end == nowhere || json[at] == '{' || json[at] == '[') return nowhere;
        const std::string_view text = json.substr(at, end - at);
        if (text == "null") return nowhere;
        spare_texts_.emplace_back(leaf.column, text);
        return end;
    }

    /// Past the value when it is what the column has; otherwise nowhere.
    std::size_t match(const Leaf& leaf, std::string_view json, std::size_t at) {
        Column& column = columns_[leaf.column];
        const auto [first, last] = values_of(column);
        const std::size_t value = first + leaf.nth;
        if (value >= last) return nowhere;
        const ColumnBuilder& builder = *column.builder;
        if (leaf.kind == LeafKind::text) {
            return match_text(builder.distinct.texts()[builder.ordinals[value]], json, at);
        }
        made_.clear();
        if (builder.kind == ColumnKind::integer)
            append_integer_leaf(made_, leaf.kind, builder.integers[value]);
        else if (builder.kind == ColumnKind::real)
            append_real_leaf(made_, leaf.kind, builder.reals[value]);
        else
            append_text_leaf(made_, leaf.kind, builder.distinct.texts()[builder.ordinals[value]]);
        if (!stands_at(json, at, made_)) return nowhere;
        const std::size_t end = at + made_.size();
        // "1" is no match for the beginning of "12".
        if (end < json.size() && json[at] != '"' && end_of_scalar(json, at) != end) return nowhere;
        return end;
    }

    std::size_t match_text(std::string_view text, std::string_view json, std::size_t at) {
        if (at >= json.size() || json[at] != '"') return nowhere;
        const std::size_t end = at + 1 + text.size();
        const bool same = end < json.size() && json[end] == '"' && stands_at(json, at + 1, text);
        if (same && (!escapes_ || text.find('\\') == std::string_view::npos)) return end + 1;
        if (!escapes_) return nowhere;
        const std::size_t closed = end_of_string(json, at);
        if (closed == nowhere || closed - at < text.size() + 2) return nowhere;
        if (!unescape(json.substr(at, closed - at), made_)) return nowhere;
        return made_ == text ? closed : nowhere;
    }

    /// What stands between the values of the document taken apart.
    std::string skeleton() const {
        std::string out;
        std::size_t at = 0;
        for (const TakenApart::Value& value : apart_.values()) {
            out.append(apart_.text(), at, value.begin - at);
            out.push_back('\0');
            at = value.end;
        }
        out.append(apart_.text(), at);
        return out;
    }

    Shape make_shape() {
        Shape shape;
        const std::string_view text = apart_.text();
        std::size_t at = 0;
        std::map<std::size_t, std::uint32_t> used;  // values so far of each column, spares last
        for (const TakenApart::Value& value : apart_.values()) {
            Leaf leaf = leaf_for(value, used);
            leaf.before = text.substr(at, value.begin - at);
            at = value.end;
            shape.leaves.push_back(std::move(leaf));
        }
        shape.after = text.substr(at);
        return shape;
    }

    /// The column, and the way of printing its value, that gives the value as it stands there.
    Leaf leaf_for(const TakenApart::Value& value, std::map<std::size_t, std::uint32_t>& used) {
        constexpr LeafKind text_kinds[] = {LeafKind::text, LeafKind::bare};
        constexpr LeafKind ip_kinds[] = {LeafKind::ip};
        constexpr LeafKind integer_kinds[] = {LeafKind::integer, LeafKind::boolean,
                                              LeafKind::date_ms, LeafKind::date_s};
        constexpr LeafKind real_kinds[] = {LeafKind::real, LeafKind::real_point, LeafKind::float32,
                                           LeafKind::float32_point};
        const auto try_kinds = [&](ColumnKind kind, std::span<const LeafKind> kinds) {
            std::optional<Leaf> found;
            const auto place = places_.find({value.path, kind});
            if (place == places_.end()) return found;
            for (const LeafKind leaf_kind : kinds) {
                Leaf leaf;
                leaf.column = static_cast<std::uint32_t>(place->second);
                leaf.nth = used[place->second];
                leaf.kind = leaf_kind;
                if (match(leaf, apart_.text(), value.begin) != value.end) continue;
                ++used[place->second];
                return std::optional(std::move(leaf));
            }
            return found;
        };
        if (auto leaf = try_kinds(ColumnKind::text, text_kinds)) return *leaf;
        if (auto leaf = try_kinds(ColumnKind::integer, integer_kinds)) return *leaf;
        if (auto leaf = try_kinds(ColumnKind::real, real_kinds)) return *leaf;
        if (auto leaf = try_kinds(ColumnKind::ip, ip_kinds)) return *leaf;
        // A value that the column has in another form still takes its place there.
        for (const ColumnKind kind :
             {ColumnKind::text, ColumnKind::integer, ColumnKind::real, ColumnKind::ip}) {
            skip_lossy(value.path, kind, used);
        }
        Leaf leaf;
        leaf.spare = true;
        leaf.column = spare_for(value.path);
        leaf.nth = used[columns_.size() + leaf.column]++;
        return leaf;
    }

    /// Counts a value that cannot be printed back, where it is the only column of its path.
    void skip_lossy(const std::string& path, ColumnKind kind,
                    std::map<std::size_t, std::uint32_t>& used) {
        const auto place = places_.find({path, kind});
        if (place == places_.end()) return;
        const auto [first, last] = values_of(columns_[place->second]);
        if (used[place->second] < last - first) ++used[place->second];
    }

    std::uint32_t spare_for(const std::string& path) {
        const auto known = std::ranges::find(spare_paths_, path) - spare_paths_.begin();
        if (static_cast<std::size_t>(known) == spare_paths_.size()) spare_paths_.push_back(path);
        return static_cast<std::uint32_t>(known);
    }

    void write(std::string& out) const {
        std::vector<SourceShapes::UsedColumn> used;
        for (const Column& column : columns_)
            used.push_back({column.builder->kind, column.builder->path});
        for (const std::string& path : spare_paths_)
            used.push_back({ColumnKind::spare, path});
        std::vector<SourceShapes::Shape> shapes;
        for (const Shape& shape : shapes_) {
            shapes.push_back({{}, shape.after});
            for (const Leaf& leaf : shape.leaves) {
                const auto spares_from = static_cast<std::uint32_t>(columns_.size());
                shapes.back().leaves.push_back({leaf.before,
                                                leaf.column + (leaf.spare ? spares_from : 0),
                                                leaf.nth, leaf.kind});
            }
        }
        append_shapes(out, used, shapes, numbers_, whole_.size());
    }

    std::span<const std::string_view> sources_;
    std::vector<Column> columns_;
    std::map<std::pair<std::string_view, ColumnKind>, std::size_t> places_;
    std::vector<std::string> spare_paths_;
    std::map<std::uint32_t, std::unique_ptr<ColumnBuilder>> spares_;
    std::vector<Shape> shapes_;
    std::map<std::string, std::vector<std::uint32_t>> by_skeleton_;
    std::vector<std::uint32_t> recent_;  // shapes, the newest first
    std::vector<std::uint32_t> numbers_;
    std::vector<std::string_view> whole_;
    std::uint32_t row_ = 0;
    TakenApart apart_;
    std::vector<std::pair<std::uint32_t, std::string_view>> spare_texts_;
    bool escapes_ = false;  // the document at hand has a backslash
    std::string made_;
    event::Arena arena_;
};

}  // namespace

SourceParts encode_sources(std::span<const std::string_view> sources,
                           std::span<const std::unique_ptr<ColumnBuilder>> columns) {
    return Encoder(sources, columns).encode();
}

}  // namespace elkhorn::store
