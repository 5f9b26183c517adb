// filter/mutate.cc -- rename, convert, replace and otherwise change fields.
//
// The order is fixed, whatever the order in the file: coerce, rename, update, replace, convert,
// gsub, uppercase, capitalize, lowercase, strip, split, join, merge, copy; then the options every
// filter has. Two mutate blocks are the way to another order. A step that cannot be done (an object
// merged with a list, a field below one that is a text) ends the others and tags the event
// _mutate_error; a field whose new name has no place keeps the old one.
//
// Case is changed for ASCII letters only.

#include "base/strings.h"
#include "filter/core/conversion.h"
#include "filter/core/decoration.h"
#include "filter/core/field_name.h"
#include "filter/core/filter.h"
#include "text/pattern/regex.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::filter::mutate {
namespace {

using event::Event;
using event::FieldPath;
using event::Format;
using event::Kind;
using event::Value;

/// A field and a text that goes with it: a new value, a new name, a separator.
struct Edit {
    FieldName field;
    Format text;
};

struct Replacement {
    FieldName field;
    Format pattern;
    Format text;
    std::optional<text::Regex> regex;  // of `pattern` as it was last filled
    std::string spelled;
};

struct Merge {
    FieldName field;
    std::vector<FieldName> sources;
};

struct Typed {
    FieldName field;
    Conversion conversion;
};

struct Options {
    std::vector<Edit> coerce;
    std::vector<Edit> rename;
    std::vector<Edit> update;
    std::vector<Edit> replace;
    std::vector<Typed> convert;
    std::vector<Replacement> gsub;
    std::vector<FieldName> uppercase;
    std::vector<FieldName> capitalize;
    std::vector<FieldName> lowercase;
    std::vector<FieldName> strip;
    std::vector<Edit> split;
    std::vector<Edit> join;
    std::vector<Merge> merge;
    std::vector<Edit> copy;
    std::string tag_on_failure = "_mutate_error";
};

/// Ruby's replacement: \0 \1 \k<name> stand for groups, \\ for a backslash.
void append_replacement(std::string& out, std::string_view text, const text::Regex& regex,
                        const text::RegexMatches& matches) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out.push_back(text[i]);
            continue;
        }
        const char c = text[++i];
        if (c >= '0' && c <= '9') {
            out += matches.group(static_cast<std::size_t>(c - '0'));
        } else if (c == '\\') {
            out.push_back('\\');
        } else if (c == 'k' && text.substr(i).starts_with("k<") && text.find('>', i) != text.npos) {
            const std::size_t end = text.find('>', i);
            const auto& names = regex.names();
            const auto name = std::ranges::find(names, text.substr(i + 2, end - i - 2));
            if (name != names.end())
                out += matches.group(static_cast<std::size_t>(name - names.begin()) + 1);
            i = end;
        } else {
            out.push_back('\\');
            out.push_back(c);
        }
    }
}

std::string capitalized(std::string_view text) {
    std::string out = to_lower(text);
    if (!out.empty()) out.replace(0, 1, to_upper(std::string_view(out).substr(0, 1)));
    return out;
}

/// "[a][b]" is below "[a]", and so is "[a]" itself.
bool below(const FieldPath& path, const FieldPath& top) {
    const auto& keys = path.keys();
    return path.in_metadata() == top.in_metadata() && keys.size() >= top.keys().size() &&
           std::ranges::equal(top.keys(), std::span(keys).first(top.keys().size()));
}

/// The value inside objects named by the keys of `path` from `first` on.
Value wrapped(const Event& event, Value value, const FieldPath& path, std::size_t first) {
    for (std::size_t i = path.keys().size(); i-- > first;) {
        event::Object* object = event::make_object(event.arena());
        object->add(event.arena(), event.arena().copy(path.keys()[i]), value);
        value = Value::object(object);
    }
    return value;
}

class Mutate final : public Filter {
public:
    Mutate(Options options, Decoration decoration, const Clock& clock)
        : options_(std::move(options)), decoration_(std::move(decoration)), clock_(clock) {}

    void apply(event::Batch& /*batch*/, Events events) override {
        for (Event* event : events) {
            if (change(*event))
                decoration_.apply(*event);
            else
                event->add_tag(options_.tag_on_failure);
        }
    }

private:
    bool change(Event& event) {
        const bool set =
            set_all(event, options_.coerce,
                    [](const Value* old) { return old != nullptr && old->is_null(); }) &&
            rename(event) &&
            set_all(event, options_.update, [](const Value* old) { return old != nullptr; }) &&
            set_all(event, options_.replace, [](const Value* /*old*/) { return true; });
        if (!set) return false;
        for (Typed& typed : options_.convert) {
            if (Value* value = find(event, typed.field))
                convert(event.arena(), *value, typed.conversion);
        }
        for (Replacement& one : options_.gsub) {
            if (!substitute(event, one)) return false;
        }
        each_text(event, options_.uppercase, [](std::string_view text) { return to_upper(text); });
        each_text(event, options_.capitalize, capitalized);
        each_text(event, options_.lowercase, [](std::string_view text) { return to_lower(text); });
        each_text(event, options_.strip,
                  [](std::string_view text) { return std::string(trim(text)); });
        for (Edit& edit : options_.split)
            split_field(event, edit);
        for (Edit& edit : options_.join)
            join_field(event, edit);
        for (Merge& merge : options_.merge) {
            for (FieldName& source : merge.sources) {
                if (!merge_field(event, merge.field, source)) return false;
            }
        }
        return copy(event);
    }

    Value* find(Event& event, FieldName& name) {
        const FieldPath* path = name.resolve(event, clock_);
        return path == nullptr ? nullptr : event.find(*path);
    }

    bool set_all(Event& event, std::vector<Edit>& edits, bool (*wanted)(const Value* old)) {
        for (Edit& edit : edits) {
            const FieldPath* path = edit.field.resolve(event, clock_);
            if (path == nullptr || !wanted(event.find(*path))) continue;
            if (!event.set(*path, event.make_text(edit.text.fill(event, clock_)))) return false;
        }
        return true;
    }

    bool rename(Event& event) {
        for (Edit& edit : options_.rename) {
            const FieldPath* path = edit.field.resolve(event, clock_);
            const Value* value = path == nullptr ? nullptr : event.find(*path);
            if (value == nullptr) continue;
            const auto to = FieldPath::parse(edit.text.fill(event, clock_));
            if (!to) continue;
            const Value moved = *value;
            if (below(*to, *path)) {
                if (!event.set(*path, wrapped(event, moved, *to, path->keys().size())))
                    return false;
                continue;
            }
            const bool fits = moved.is(Kind::object) || !to->keys().empty();  // as all of @metadata
            if (!fits || !event.has_place(*to) || !event.remove(*path) || !event.set(*to, moved))
                return false;
        }
        return true;
    }

    bool copy(Event& event) {
        for (Edit& edit : options_.copy) {
            const Value* value = find(event, edit.field);
            if (value == nullptr) continue;
            const auto to = FieldPath::parse(edit.text.fill(event, clock_));
            if (to && !event.set(*to, event::copy_value(event.arena(), *value))) return false;
        }
        return true;
    }

    template <typename Edited>
    void each_text(Event& event, std::vector<FieldName>& names, Edited edited) {
        for (FieldName& name : names) {
            Value* value = find(event, name);
            if (value == nullptr) continue;
            if (value->is(Kind::string)) *value = event.make_text(edited(value->as_string()));
            if (!value->is(Kind::array)) continue;
            for (Value& item : value->as_array().values()) {
                if (item.is(Kind::string)) item = event.make_text(edited(item.as_string()));
            }
        }
    }

    bool substitute(Event& event, Replacement& one) {
        Value* value = find(event, one.field);
        if (value == nullptr) return true;
        if (!one.pattern.constant()) {
            const std::string spelled = one.pattern.fill(event, clock_);
            if (!one.regex || spelled != one.spelled) {
                auto regex = text::Regex::compile(spelled);
                if (!regex) return false;
                one.regex = std::move(*regex);
                one.spelled = spelled;
            }
        }
        const std::string text =
            one.text.constant() ? one.text.text() : one.text.fill(event, clock_);
        if (value->is(Kind::array)) {
            for (Value& item : value->as_array().values()) {
                if (item.is(Kind::string) && !substitute_text(event, item, *one.regex, text))
                    return false;
            }
            return true;
        }
        return !value->is(Kind::string) || substitute_text(event, *value, *one.regex, text);
    }

    bool substitute_text(Event& event, Value& value, const text::Regex& regex,
                         std::string_view by) {
        const std::string_view subject = value.as_string();
        text_.clear();
        std::size_t from = 0;
        std::size_t copied = 0;
        bool changed = false;
        while (from <= subject.size()) {
            const auto outcome = regex.search(subject, from, matches_);
            if (outcome == text::Regex::Outcome::gave_up) return false;
            if (outcome == text::Regex::Outcome::missed) break;
            const std::string_view match = matches_.group(0);
            const auto start = static_cast<std::size_t>(match.data() - subject.data());
            text_.append(subject, copied, start - copied);
            append_replacement(text_, by, regex, matches_);
            copied = start + match.size();
            from = match.empty() ? copied + 1 : copied;
            changed = true;
        }
        if (!changed) return true;
        text_.append(subject, copied);
        value = event.make_text(text_);
        return true;
    }

    void split_field(Event& event, Edit& edit) {
        Value* value = find(event, edit.field);
        if (value == nullptr || !value->is(Kind::string)) return;
        const std::string separator = edit.text.fill(event, clock_);
        std::string_view rest = value->as_string();
        event::Array* list = event::make_array(event.arena());
        std::size_t kept = 0;  // trailing empty pieces are dropped
        std::vector<std::string_view> pieces;
        while (!rest.empty()) {
            const std::size_t at =
                separator.empty() ? std::min<std::size_t>(1, rest.size()) : rest.find(separator);
            pieces.push_back(rest.substr(0, at));
            if (!pieces.back().empty()) kept = pieces.size();
            if (at == std::string_view::npos) break;
            rest.remove_prefix(at + separator.size());
        }
        for (std::size_t i = 0; i < kept; ++i)
            list->push_back(event.arena(), Value::string(pieces[i]));
        *value = Value::array(list);
    }

    void join_field(Event& event, Edit& edit) {
        Value* value = find(event, edit.field);
        if (value == nullptr || !value->is(Kind::array)) return;
        const std::string separator = edit.text.fill(event, clock_);
        std::string joined;
        bool first = true;
        for (const Value& item : value->as_array().values()) {
            if (!first) joined += separator;
            first = false;
            event::append_text(joined, item);
        }
        *value = event.make_text(joined);
    }

    bool merge_field(Event& event, FieldName& into, FieldName& from) {
        const Value* source = find(event, from);
        const FieldPath* path = into.resolve(event, clock_);
        if (source == nullptr || path == nullptr) return true;
        const Value added = event::copy_value(event.arena(), *source);
        Value* value = event.find(*path);
        if (value == nullptr) return event.set(*path, added);
        if (value->is(Kind::object) != added.is(Kind::object)) return false;
        if (value->is(Kind::object)) {
            for (const event::Member& member : added.as_object().members()) {
                value->as_object().set(event.arena(), member.name, member.value);
            }
            return true;
        }
        if (!added.is(Kind::array)) return add_value(event, *path, added);
        for (const Value& item : added.as_array().values()) {
            if (!add_value(event, *path, item)) return false;
        }
        return true;
    }

    Options options_;
    Decoration decoration_;
    const Clock& clock_;
    text::RegexMatches matches_;
    std::string text_;  // scratch
};

/// Reads the many shapes of options; mistakes go to the fields.
class Reader {
public:
    explicit Reader(config::Fields& fields) : fields_(fields) {}

    void edits(std::string_view option, std::vector<Edit>& out) {
        config::Pairs pairs;
        fields_.optional(option, pairs);
        for (const config::Pair& pair : pairs) {
            auto field = name(pair);
            auto text = read_format(fields_, option, pair.values.empty() ? "" : pair.values.back());
            if (field && text) out.push_back({std::move(*field), std::move(*text)});
        }
    }

    void conversions(std::vector<Typed>& out) {
        config::Pairs pairs;
        fields_.optional("convert", pairs);
        for (const config::Pair& pair : pairs) {
            auto field = name(pair);
            const std::string word = pair.values.empty() ? "" : pair.values.back();
            const auto conversion = parse_conversion(word);
            if (!conversion) {
                fields_.mistake(pair.place,
                                fmt::format("convert: \"{}\" is none of integer, integer_eu, "
                                            "float, float_eu, boolean, string",
                                            word));
            } else if (field) {
                out.push_back({std::move(*field), *conversion});
            }
        }
    }

    void merges(std::vector<Merge>& out) {
        config::Pairs pairs;
        fields_.optional("merge", pairs);
        for (const config::Pair& pair : pairs) {
            auto field = name(pair);
            if (!field) continue;
            Merge merge{std::move(*field), {}};
            for (const std::string& value : pair.values) {
                auto source = FieldName::parse(value);
                if (source)
                    merge.sources.push_back(std::move(*source));
                else
                    fields_.mistake(pair.place, source.error().message);
            }
            out.push_back(std::move(merge));
        }
    }

    void replacements(std::vector<Replacement>& out) {
        std::vector<std::string> texts;
        fields_.optional("gsub", texts);
        if (texts.size() % 3 != 0) {
            fields_.mistake("gsub",
                            "write a field, an expression and a replacement, again and again");
            return;
        }
        for (std::size_t i = 0; i < texts.size(); i += 3) {
            auto field = FieldName::parse(texts[i]);
            auto pattern = read_format(fields_, "gsub", texts[i + 1]);
            auto text = read_format(fields_, "gsub", texts[i + 2]);
            if (!field) fields_.mistake("gsub", field.error().message);
            if (!field || !pattern || !text) continue;
            Replacement one{std::move(*field), std::move(*pattern), std::move(*text), {}, {}};
            if (one.pattern.constant()) {
                auto regex = text::Regex::compile(texts[i + 1]);
                if (regex)
                    one.regex = std::move(*regex);
                else
                    fields_.mistake("gsub", regex.error().message);
            }
            out.push_back(std::move(one));
        }
    }

private:
    std::optional<FieldName> name(const config::Pair& pair) {
        auto field = FieldName::parse(pair.key);
        if (field) return std::move(*field);
        fields_.mistake(pair.place, field.error().message);
        return std::nullopt;
    }

    config::Fields& fields_;
};

Result<std::unique_ptr<Filter>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    Reader reader(fields);
    reader.edits("coerce", options.coerce);
    reader.edits("rename", options.rename);
    reader.edits("update", options.update);
    reader.edits("replace", options.replace);
    reader.conversions(options.convert);
    reader.replacements(options.gsub);
    read_names(fields, "uppercase", options.uppercase);
    read_names(fields, "capitalize", options.capitalize);
    read_names(fields, "lowercase", options.lowercase);
    read_names(fields, "strip", options.strip);
    reader.edits("split", options.split);
    reader.edits("join", options.join);
    reader.merges(options.merge);
    reader.edits("copy", options.copy);
    fields.optional("tag_on_failure", options.tag_on_failure);
    Decoration decoration(context.clock);
    decoration.read(fields);
    TRY(fields.finish());
    return std::make_unique<Mutate>(std::move(options), std::move(decoration), context.clock);
}

}  // namespace

extern constinit const Spec spec{"mutate", "Rename, convert, replace and otherwise change fields.",
                                 build};

}  // namespace elkhorn::filter::mutate
