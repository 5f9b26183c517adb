// filter/grok.cc -- named patterns cut a text into fields.
//
//   grok { match => { "message" => "%{COMBINEDAPACHELOG}" } }
//
// What users rely on, and grok.golden holds us to:
//   - a field captured twice, or there before as text, becomes a list, unless it is in `overwrite`;
//     one there as a number or an object is left alone;
//   - empty captures are dropped unless keep_empty_captures;
//   - the first pattern that matches ends the search, unless break_on_match is off;
//   - no match: tag_on_failure; too many steps: tag_on_timeout. The other fields stay as they were;
//   - a capture that cannot be put (below a field that is a text) is left out: tag_on_failure, and
//     the options every filter has on success do not apply.
//
// Field names are those from before the Elastic Common Schema (ecs_compatibility => disabled).

#include "text/pattern/grok.h"

#include "base/strings.h"
#include "filter/core/decoration.h"
#include "filter/core/field_name.h"
#include "filter/core/filter.h"
#include "text/pattern/glob.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace elkhorn::filter::grok {
namespace {

using event::Event;
using event::FieldPath;
using event::Kind;
using event::Value;
using Outcome = text::Regex::Outcome;

struct Target {
    FieldPath path;
    text::Grok::Type type = text::Grok::Type::text;
    bool overwrite = false;
    std::string_view name;  // of a top-level field: in the current batch's arena
};

struct Pattern {
    text::Grok grok;
    std::vector<Target> targets;  // one for each capture
};

struct Source {
    FieldPath path;
    std::vector<Pattern> patterns;
};

struct Options {
    std::vector<Source> sources;
    bool break_on_match = true;
    bool keep_empty_captures = false;
    std::vector<std::string> tags_on_failure = {"_grokparsefailure"};
    std::string tag_on_timeout = "_groktimeout";
};

/// Ruby's to_i and to_f: as far as the text is a number.
Value number_of(std::string_view text, text::Grok::Type type) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    if (type == text::Grok::Type::real) {
        double real = 0;
        std::from_chars(text.data(), end, real);
        return Value::real(real);
    }
    std::int64_t integer = 0;
    std::from_chars(text.data(), end, integer);
    return Value::integer(integer);
}

class Grok final : public Filter {
public:
    Grok(Options options, Decoration decoration)
        : options_(std::move(options)), decoration_(std::move(decoration)) {}

    void apply(event::Batch& batch, Events events) override {
        name_fields(batch.arena());
        for (Event* event : events)
            match(*event);
    }

private:
    /// Field names are copied once a batch, not once an event.
    void name_fields(event::Arena& arena) {
        for (Source& source : options_.sources) {
            for (Pattern& pattern : source.patterns) {
                for (Target& target : pattern.targets) {
                    if (target.path.single()) target.name = arena.copy(target.path.keys()[0]);
                }
            }
        }
    }

    void match(Event& event) {
        bool matched = false;
        bool timed_out = false;
        left_out_ = false;
        for (Source& source : options_.sources) {
            const Value* value = event.find(source.path);
            if (value == nullptr) continue;
            matched = match_value(event, source, *value, timed_out) || matched;
            if (matched && options_.break_on_match) break;
        }
        if (matched && !left_out_) {
            decoration_.apply(event);
            return;
        }
        if (timed_out && !matched) event.add_tag(options_.tag_on_timeout);
        for (const std::string& tag : options_.tags_on_failure) {
            if (!timed_out || matched) event.add_tag(tag);
        }
    }

    bool match_value(Event& event, Source& source, const Value value, bool& timed_out) {
        if (value.is(Kind::array)) {
            bool matched = false;
            for (const Value& item : value.as_array().values()) {
                if (item.is(Kind::array)) continue;
                matched = match_value(event, source, item, timed_out) || matched;
            }
            return matched;
        }
        std::string_view line;
        if (value.is(Kind::string)) {
            line = value.as_string();
        } else {
            text_.clear();
            event::append_text(text_, value);
            line = event.arena().copy(text_);
        }
        bool matched = false;
        for (Pattern& pattern : source.patterns) {
            const Outcome outcome = pattern.grok.match(line, scratch_);
            if (outcome == Outcome::gave_up) {
                timed_out = true;
                return matched;
            }
            if (outcome == Outcome::missed) continue;
            matched = true;
            for (std::size_t i = 0; i < pattern.targets.size(); ++i) {
                set(event, pattern.targets[i], scratch_.value(i));
            }
            if (options_.break_on_match) break;
        }
        return matched;
    }

    void set(Event& event, const Target& target, std::string_view text) {
        if (text.data() == nullptr || (text.empty() && !options_.keep_empty_captures)) return;
        const Value value = target.type == text::Grok::Type::text ? Value::string(text)
                                                                  : number_of(text, target.type);
        const bool single = !target.name.empty();
        Value* old = single ? event.root().find(target.name) : event.find(target.path);
        if (old == nullptr) {
            if (single)
                event.root().add(event.arena(), target.name, value);
            else if (!event.set(target.path, value))
                left_out_ = true;
        } else if (target.overwrite || old->is_null()) {
            *old = value;
        } else if (old->is(Kind::string) || old->is(Kind::array)) {
            left_out_ = !add_value(event, target.path, value) || left_out_;
        }
    }

    Options options_;
    Decoration decoration_;
    text::Grok::Scratch scratch_;
    std::string text_;
    bool left_out_ = false;  // a capture of the event at hand
};

void read_library(config::Fields& fields, text::PatternLibrary& library) {
    std::vector<std::string> folders;
    std::string glob = "*";
    config::Pairs definitions;
    fields.optional("patterns_dir", folders);
    fields.optional("patterns_files_glob", glob);
    fields.optional("pattern_definitions", definitions);
    for (const std::string& folder : folders) {
        auto files = text::glob_files(folder + "/" + glob);
        if (files.empty()) files = text::glob_files(folder);
        if (files.empty())
            fields.mistake("patterns_dir", fmt::format("there are no files in {}", folder));
        for (const std::string& file : files) {
            std::ifstream in(file, std::ios::binary);
            library.add_lines(
                std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
        }
    }
    for (const config::Pair& pair : definitions) {
        if (!pair.values.empty()) library.add(pair.key, pair.values.back());
    }
}

struct PatternOptions {
    text::Grok::Options grok;
    std::vector<std::string> overwrite;
    std::string target;
};

/// "a" below the target "[t]" is "[t][a]".
std::string below(const std::string& target, const std::string& field) {
    if (target.empty()) return field;
    const std::string top = target.starts_with('[') ? target : "[" + target + "]";
    return top + (field.starts_with('[') ? field : "[" + field + "]");
}

Result<Pattern> make_pattern(const std::string& text, const text::PatternLibrary& library,
                             const PatternOptions& options) {
    Pattern pattern;
    pattern.grok = TRY(text::Grok::compile(text, library, options.grok));
    for (const text::Grok::Capture& capture : pattern.grok.captures()) {
        Target target{
            TRY(FieldPath::parse(below(options.target, capture.field))), capture.type, false, {}};
        target.overwrite =
            std::ranges::find(options.overwrite, capture.field) != options.overwrite.end();
        pattern.targets.push_back(std::move(target));
    }
    return pattern;
}

Result<std::unique_ptr<Filter>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    PatternOptions how;
    config::Pairs match;
    std::string ecs = "disabled";
    text::PatternLibrary library = text::PatternLibrary::standard();
    read_library(fields, library);
    fields.required("match", match);
    fields.optional("overwrite", how.overwrite);
    fields.optional("target", how.target);
    fields.optional("named_captures_only", how.grok.named_captures_only);
    fields.number("timeout_millis", how.grok.timeout_ms, 0, 86'400'000);
    fields.optional("break_on_match", options.break_on_match);
    fields.optional("keep_empty_captures", options.keep_empty_captures);
    fields.optional("tag_on_failure", options.tags_on_failure);
    fields.optional("tag_on_timeout", options.tag_on_timeout);
    fields.choice("ecs_compatibility", ecs, {"disabled"});
    fields.accept({"timeout_scope", "singles"});
    Decoration decoration(context.clock);
    decoration.read(fields);
    for (const config::Pair& pair : match) {
        auto path = FieldPath::parse(pair.key);
        if (!path) {
            fields.mistake(pair.place, path.error().message);
            continue;
        }
        Source source{std::move(*path), {}};
        for (const std::string& text : pair.values) {
            auto pattern = make_pattern(text, library, how);
            if (pattern)
                source.patterns.push_back(std::move(*pattern));
            else
                fields.mistake(pair.place, pattern.error().message);
        }
        options.sources.push_back(std::move(source));
    }
    TRY(fields.finish());
    return std::make_unique<Grok>(std::move(options), std::move(decoration));
}

}  // namespace

extern constinit const Spec spec{"grok", "Cut a text into fields by named patterns.", build};

}  // namespace elkhorn::filter::grok
