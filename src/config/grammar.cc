#include "config/grammar.h"

#include "base/nearest.h"
#include "config/condition_parser.h"
#include "config/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::config {
namespace {

constexpr int depth_limit = 100;

/// Two values of one option make one: hashes are merged, everything else becomes a list.
bool combine(Value& into, Value more) {
    using Kind = Value::Kind;
    if (into.kind == Kind::plugin || more.kind == Kind::plugin) return false;
    if (into.kind == Kind::hash || more.kind == Kind::hash) {
        if (into.kind != more.kind) return false;
        for (Entry& entry : more.entries) {
            const auto same = std::ranges::find(into.entries, entry.key, &Entry::key);
            if (same == into.entries.end())
                into.entries.push_back(std::move(entry));
            else if (!combine(same->value, std::move(entry.value)))
                return false;
        }
        return true;
    }
    if (into.scalar() && more.scalar() && into.text == more.text) return true;
    if (into.kind != Kind::array) {
        Value list;
        list.kind = Kind::array;
        list.place = into.place;
        list.items.push_back(std::move(into));
        into = std::move(list);
    }
    if (more.kind == Kind::array) {
        for (Value& item : more.items)
            into.items.push_back(std::move(item));
    } else {
        into.items.push_back(std::move(more));
    }
    return true;
}

class Parser {
public:
    Parser(std::string_view text, const GrammarOptions& options) : in_(text, options) {}

    Result<Pipeline> file() {
        Pipeline pipeline;
        while (true) {
            in_.skip_blanks();
            if (in_.at_end()) return pipeline;
            TRY(section(pipeline));
        }
    }

private:
    Result<> section(Pipeline& pipeline) {
        const Place start = in_.place();
        const std::string_view name = in_.word(false);
        if (name.empty()) return in_.expected("a section: input, filter or output");
        std::vector<Statement>* body = nullptr;
        if (name == "input") body = &pipeline.inputs;
        if (name == "filter") body = &pipeline.filters;
        if (name == "output") body = &pipeline.outputs;
        if (body == nullptr) {
            constexpr std::array<std::string_view, 3> known{"input", "filter", "output"};
            const std::string near = nearest_word(name, known);
            return in_.failure(
                start,
                fmt::format("\"{}\" is no section{}: a file has input, filter and output", name,
                            near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near)));
        }
        in_.skip_blanks();
        if (in_.peek() != '{') return in_.expected(fmt::format("{{ after {}", name));
        return block(*body, 1);
    }

    /// `{ statement ... }`
    Result<> block(std::vector<Statement>& body, int depth) {
        const Place open = in_.place();
        if (depth > depth_limit) return in_.failure(open, "blocks are nested too deeply");
        in_.advance();
        while (true) {
            in_.skip_blanks();
            if (in_.take("}")) return {};
            if (in_.at_end()) return in_.failure(open, "this { is not closed by a }");
            TRY(statement(body, depth));
        }
    }

    Result<> statement(std::vector<Statement>& body, int depth) {
        const Place start = in_.place();
        if (starts_if()) {
            in_.advance(2);
            body.push_back({TRY(choice(depth))});
            return {};
        }
        for (const std::string_view word : {"else", "elsif", "elif", "elseif"}) {
            if (!in_.rest().starts_with(word) || is_word(in_.peek(word.size()))) continue;
            return in_.failure(start, word == "else" ? "this else has no if before it"
                                                     : "write \"else if\", after the } of an if");
        }
        body.push_back({TRY(plugin(start, depth))});
        return {};
    }

    /// No blank is needed after `if`, but a plug-in's name may begin with it.
    bool starts_if() const {
        if (!in_.rest().starts_with("if")) return false;
        const char next = in_.peek(2);
        return !is_word(next) && next != '-';
    }

    Result<Choice> choice(int depth) {
        Choice result;
        TRY(arm(result, true, depth));
        while (true) {
            in_.skip_blanks();
            if (!in_.take_word("else")) return result;
            in_.skip_blanks();
            const bool conditional = starts_if();
            if (conditional) in_.advance(2);
            TRY(arm(result, conditional, depth));
            if (!conditional) return result;
        }
    }

    Result<> arm(Choice& choice, bool conditional, int depth) {
        Choice::Arm arm;
        if (conditional) arm.condition = TRY(parse_condition(in_));
        in_.skip_blanks();
        if (in_.peek() != '{') {
            return in_.expected(conditional ? "and, or or a { after the condition"
                                            : "{ after else");
        }
        TRY(block(arm.body, depth + 1));
        choice.arms.push_back(std::move(arm));
        return {};
    }

    Result<std::string> name(std::string_view what) {
        if (in_.peek() == '"' || in_.peek() == '\'') return in_.quoted();
        const std::string_view word = in_.word(true);
        if (word.empty()) return in_.expected(what);
        return std::string(word);
    }

    Result<Plugin> plugin(const Place& start, int depth) {
        Plugin plugin;
        plugin.place = start;
        plugin.name = TRY(name("the name of a plug-in, if, or }"));
        in_.skip_blanks();
        if (in_.peek() != '{') return in_.expected(fmt::format("{{ after {}", plugin.name));
        TRY(attributes(plugin, depth));
        return plugin;
    }

    Result<> attributes(Plugin& plugin, int depth) {
        const Place open = in_.place();
        if (depth > depth_limit) return in_.failure(open, "values are nested too deeply");
        in_.advance();
        while (true) {
            in_.skip_blanks();
            if (in_.take("}")) return {};
            if (in_.at_end()) {
                return in_.failure(open,
                                   fmt::format("the {{ of {} is not closed by a }}", plugin.name));
            }
            if (in_.peek() == ',')
                return in_.failure(in_.place(), "options are not separated by commas");
            Attribute attribute;
            attribute.place = in_.place();
            attribute.name = TRY(name(fmt::format("an option of {} or }}", plugin.name)));
            TRY(arrow(attribute.name));
            attribute.value = TRY(value(depth + 1));
            TRY(add(plugin, std::move(attribute)));
        }
    }

    Result<> add(Plugin& plugin, Attribute attribute) {
        const auto same = std::ranges::find(plugin.attributes, attribute.name, &Attribute::name);
        if (same == plugin.attributes.end()) {
            plugin.attributes.push_back(std::move(attribute));
            return {};
        }
        const Place place = attribute.place;
        if (combine(same->value, std::move(attribute.value))) return {};
        return in_.failure(
            place, fmt::format("{} is given twice, and the two do not go together", same->name));
    }

    Result<> arrow(std::string_view after) {
        in_.skip_blanks();
        if (!in_.take("=>")) return in_.expected(fmt::format("=> after {}", after));
        in_.skip_blanks();
        return {};
    }

    Result<Value> value(int depth) {
        Value value;
        value.place = in_.place();
        if (depth > depth_limit) return in_.failure(value.place, "values are nested too deeply");
        const char c = in_.peek();
        if (c == '"' || c == '\'') {
            value.text = TRY(in_.quoted_as_written());
            in_.fill(value);
        } else if (is_number_start(c, in_.peek(1))) {
            value.kind = Value::Kind::number;
            value.text = in_.number();
            if (is_word(in_.peek()))
                return in_.failure(value.place, "put texts with digits in quotes");
        } else if (c == '[') {
            value.kind = Value::Kind::array;
            TRY(array(value, depth));
        } else if (c == '{') {
            value.kind = Value::Kind::hash;
            TRY(hash(value, depth));
        } else if (is_word(c)) {
            TRY(bareword_or_codec(value, depth));
        } else {
            return in_.expected("a value: a word, a text in quotes, a number, [ ] or { }");
        }
        return value;
    }

    Result<> bareword_or_codec(Value& value, int depth) {
        value.text = in_.word(true);
        value.kind = Value::Kind::bareword;
        Lexer ahead = in_;
        ahead.skip_blanks();
        if (ahead.peek() != '{') return {};
        in_ = ahead;
        auto plugin = std::make_shared<Plugin>();
        plugin->name = value.text;
        plugin->place = value.place;
        TRY(attributes(*plugin, depth));
        value.kind = Value::Kind::plugin;
        value.plugin = std::move(plugin);
        return {};
    }

    Result<> array(Value& array, int depth) {
        in_.advance();
        in_.skip_blanks();
        if (in_.take("]")) return {};
        while (true) {
            if (in_.at_end()) return in_.failure(array.place, "this [ is not closed by a ]");
            if (in_.peek() == ']')
                return in_.failure(in_.place(), "a list does not end with a comma");
            array.items.push_back(TRY(value(depth + 1)));
            in_.skip_blanks();
            if (in_.take("]")) return {};
            if (!in_.take(",")) return in_.expected("a comma or ] in the list");
            in_.skip_blanks();
        }
    }

    Result<> hash(Value& hash, int depth) {
        in_.advance();
        while (true) {
            in_.skip_blanks();
            if (in_.take("}")) return {};
            if (in_.at_end()) return in_.failure(hash.place, "this { is not closed by a }");
            Entry entry;
            entry.place = in_.place();
            if (in_.peek() == ',') {
                return in_.failure(entry.place,
                                   "the entries of { } are separated by blanks, not commas");
            }
            entry.key =
                is_number_start(in_.peek(), in_.peek(1)) ? in_.number() : TRY(name("a key or }"));
            TRY(arrow(entry.key));
            entry.value = TRY(value(depth + 1));
            if (std::ranges::find(hash.entries, entry.key, &Entry::key) != hash.entries.end()) {
                return in_.failure(
                    entry.place,
                    fmt::format("the key \"{}\" stands twice in this {{ }}", entry.key));
            }
            hash.entries.push_back(std::move(entry));
        }
    }

    Lexer in_;
};

}  // namespace

Result<Pipeline> parse_pipeline(std::string_view text, const GrammarOptions& options) {
    return Parser(text, options).file();
}

}  // namespace elkhorn::config
