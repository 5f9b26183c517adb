#include "script/mustache/mustache.h"

#include "base/strings.h"
#include "event/format.h"
#include "json/writer.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace elkhorn::script {

using event::Kind;
using event::Value;

struct Mustache::Node {
    enum class Does { text, value, raw, section, inverted, json, join, url };

    Does does = Does::text;
    std::string text;       // itself, or a name
    std::string delimiter;  // of join
    std::vector<Node> inside;
};

namespace {

using Node = Mustache::Node;
using Does = Mustache::Node::Does;

constexpr int depth_most = 100;
constexpr std::uint64_t steps_most = 1'000'000;  // sections that are gone through

/// Reads up to the tag that ends a section.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<std::vector<Node>> all() {
        auto nodes = TRY(until("", 0));
        return nodes;
    }

private:
    std::unexpected<Error> wrong(std::size_t at, std::string_view what) const {
        const std::string_view before = text_.substr(0, at);
        const auto line = std::ranges::count(before, '\n') + 1;
        const std::size_t begin = before.rfind('\n');
        const std::size_t column = begin == before.npos ? at : at - begin - 1;
        return fail(ErrorCode::invalid,
                    fmt::format("{} @[query-template:{}:{}]", what, line, column + 1));
    }

    /// The nodes of the section of that name; empty: to the end of the text.
    Result<std::vector<Node>> until(const std::string& section, std::size_t opened_at) {
        std::vector<Node> nodes;
        while (true) {
            const std::size_t open = text_.find(open_, at_);
            add_text(nodes, text_.substr(at_, open == text_.npos ? open : open - at_));
            if (open == text_.npos) {
                at_ = text_.size();
                if (section.empty()) return nodes;
                return wrong(opened_at, fmt::format("Failed to close '{}' tag", section));
            }
            at_ = open + open_.size();
            const std::string tag = TRY(tag_from(open));
            if (tag.starts_with('/')) {
                const std::string name(trim(std::string_view(tag).substr(1)));
                if (name == section) return nodes;
                return wrong(open, section.empty()
                                       ? fmt::format("there is no section {} to close", name)
                                       : fmt::format("section {} is closed by {}", section, name));
            }
            if (auto node = TRY(node_of(tag, open))) nodes.push_back(std::move(*node));
        }
    }

    static void add_text(std::vector<Node>& nodes, std::string_view text) {
        if (!text.empty()) nodes.push_back({Does::text, std::string(text), {}, {}});
    }

    /// What stands between the marks; `at_` is behind them then.
    Result<std::string> tag_from(std::size_t open) {
        const bool three = open_ == "{{" && text_.substr(at_).starts_with('{');
        const std::string close = three ? "}}}" : close_;
        const std::size_t end = text_.find(close, at_);
        if (end == text_.npos)
            return wrong(open, fmt::format("{} is not closed by {}", open_, close_));
        std::string tag(text_.substr(at_, end - at_));
        at_ = end + close.size();
        if (three) tag.front() = '&';
        return tag;
    }

    Result<std::optional<Node>> node_of(std::string_view tag, std::size_t open) {
        const char mark = tag.empty() ? ' ' : tag.front();
        const std::string name(trim(tag.substr(tag.empty() ? 0 : 1)));
        switch (mark) {
            case '!': return std::nullopt;
            case '=': TRY(change_marks(tag, open)); return std::nullopt;
            case '&': return Node{Does::raw, name, {}, {}};
            case '>': return wrong(open, "other templates cannot be put into one");
            case '#':
            case '^': return section(mark, name, open);
            default: return Node{Does::value, std::string(trim(tag)), {}, {}};
        }
    }

    Result<> change_marks(std::string_view tag, std::size_t open) {
        const std::string_view inside = trim(tag.substr(1, tag.size() - 2));
        const std::size_t blank = inside.find(' ');
        if (!tag.ends_with('=') || tag.size() < 2 || blank == inside.npos)
            return wrong(open, "marks are changed as in {{=<% %>=}}");
        open_ = inside.substr(0, blank);
        close_ = trim(inside.substr(blank));
        if (open_.empty() || close_.empty())
            return wrong(open, "marks are changed as in {{=<% %>=}}");
        return {};
    }

    Result<std::optional<Node>> section(char mark, const std::string& name, std::size_t open) {
        if (++depth_ > depth_most) return wrong(open, "sections are nested too deep");
        Node node{mark == '^' ? Does::inverted : Does::section, name, {}, TRY(until(name, open))};
        --depth_;
        if (mark == '^') return node;
        if (name == "toJson" || name == "join" || name.starts_with("join ")) {
            node.does = name == "toJson" ? Does::json : Does::join;
            node.delimiter = ",";
            if (name.starts_with("join ")) node.delimiter = TRY(delimiter_of(name, open));
            if (node.inside.size() != 1 || node.inside[0].does != Does::text)
                return wrong(open, fmt::format("Mustache function [{}] must contain one and only "
                                               "one identifier",
                                               name));
            node.text = trim(node.inside[0].text);
            node.inside.clear();
        } else if (name == "url") {
            node.does = Does::url;
        }
        return node;
    }

    Result<std::string> delimiter_of(std::string_view name, std::size_t open) const {
        const std::size_t from = name.find("delimiter='");
        const std::size_t begin = from + std::string_view("delimiter='").size();
        if (from == name.npos || name.size() <= begin || !name.ends_with('\''))
            return wrong(open, "a join is given as in {{#join delimiter='|'}}");
        return std::string(name.substr(begin, name.size() - begin - 1));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::string open_ = "{{";
    std::string close_ = "}}";
};

bool is_nothing(const Value* value) {
    if (value == nullptr || value->is_null()) return true;
    if (value->is(Kind::boolean)) return !value->as_boolean();
    if (value->is(Kind::string)) return value->as_string().empty();
    return value->is(Kind::array) && value->as_array().size() == 0;
}

class Renderer {
public:
    Renderer(const Value& params, std::size_t bytes_most) : bytes_most_(bytes_most) {
        scopes_.push_back(&params);
    }

    Result<> render(const std::vector<Node>& nodes) {
        if (++steps_ > steps_most)
            return fail(ErrorCode::too_large, "the sections of a template are repeated too often");
        for (const Node& node : nodes) {
            TRY(render(node));
            if (out_.size() > bytes_most_) {
                return fail(ErrorCode::too_large,
                            fmt::format("a template may become {} bytes", bytes_most_));
            }
        }
        return {};
    }

    std::string take() { return std::move(out_); }

private:
    Result<> render(const Node& node) {
        switch (node.does) {
            case Does::text: out_ += node.text; return {};
            case Does::value: add_value(node.text, true); return {};
            case Does::raw: add_value(node.text, false); return {};
            case Does::section: return section(node);
            case Does::inverted:
                return is_nothing(find(node.text)) ? render(node.inside) : Result<>{};
            case Does::json:
                if (const Value* value = find(node.text); value != nullptr) add_json(*value);
                return {};
            case Does::join: join(node); return {};
            case Does::url: return url(node);
        }
        return {};
    }

    Result<> section(const Node& node) {
        const Value* value = find(node.text);
        if (is_nothing(value)) return {};
        if (!value->is(Kind::array)) return inside(*value, node);
        for (const Value& item : value->as_array().values())
            TRY(inside(item, node));
        return {};
    }

    Result<> inside(const Value& scope, const Node& node) {
        scopes_.push_back(&scope);
        TRY(render(node.inside));
        scopes_.pop_back();
        return {};
    }

    void join(const Node& node) {
        const Value* value = find(node.text);
        if (value == nullptr) return;
        if (!value->is(Kind::array)) return add_text(*value, true);
        bool first = true;
        for (const Value& item : value->as_array().values()) {
            if (!first) out_ += node.delimiter;
            first = false;
            add_text(item, true);
        }
    }

    Result<> url(const Node& node) {
        const std::size_t begin = out_.size();
        TRY(render(node.inside));
        std::string encoded;
        for (const char c : std::string_view(out_).substr(begin)) {
            const auto byte = static_cast<unsigned char>(c);
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') ||
                               std::string_view("-_.*").find(c) != std::string_view::npos;
            if (c == ' ')
                encoded += '+';
            else if (plain)
                encoded += c;
            else
                encoded += fmt::format("%{:02X}", byte);
        }
        out_.resize(begin);
        out_ += encoded;
        return {};
    }

    /// The innermost scope that has the name's first part decides.
    const Value* find(std::string_view name) const {
        if (name == ".") return scopes_.back();
        const std::size_t dot = name.find('.');
        const std::string_view first = name.substr(0, dot);
        for (std::size_t i = scopes_.size(); i-- > 0;) {
            const Value* value = step(*scopes_[i], first);
            if (value == nullptr) continue;
            return dot == name.npos ? value : below(*value, name.substr(dot + 1));
        }
        return nullptr;
    }

    const Value* below(const Value& value, std::string_view path) const {
        const Value* at = &value;
        while (at != nullptr && !path.empty()) {
            const std::size_t dot = path.find('.');
            at = step(*at, path.substr(0, dot));
            path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
        }
        return at;
    }

    const Value* step(const Value& value, std::string_view name) const {
        if (value.is(Kind::object)) return value.as_object().find(name);
        if (!value.is(Kind::array)) return nullptr;
        const auto items = value.as_array().values();
        if (name == "size") {
            size_ = Value::integer(static_cast<std::int64_t>(items.size()));
            return &size_;
        }
        const auto place = to_integer(name);
        const bool there = place && *place >= 0 && static_cast<std::size_t>(*place) < items.size();
        return there ? &items[static_cast<std::size_t>(*place)] : nullptr;
    }

    void add_value(std::string_view name, bool escapes) {
        if (const Value* value = find(name); value != nullptr) add_text(*value, escapes);
    }

    void add_text(const Value& value, bool escapes) {
        if (value.is_null()) return;
        if (value.is(Kind::array) || value.is(Kind::object)) return add_json(value);
        if (value.is(Kind::string) && escapes) {
            std::string quoted;
            text::append_json_string(quoted, value.as_string());
            out_.append(quoted, 1, quoted.size() - 2);
            return;
        }
        event::append_text(out_, value);
    }

    void add_json(const Value& value) {
        json::Writer writer;
        writer.value(value);
        out_ += writer.take();
    }

    std::size_t bytes_most_;
    std::uint64_t steps_ = 0;
    std::string out_;
    std::vector<const Value*> scopes_;
    mutable Value size_;  // what `size` of a list was found to be last
};

}  // namespace

Result<Mustache> Mustache::parse(std::string_view text) {
    Mustache made;
    made.nodes_ = std::make_shared<const std::vector<Node>>(TRY(Parser(text).all()));
    return made;
}

Result<std::string> Mustache::render(const Value& params, std::size_t bytes_most) const {
    Renderer renderer(params, bytes_most);
    TRY(renderer.render(*nodes_));
    return renderer.take();
}

}  // namespace elkhorn::script
