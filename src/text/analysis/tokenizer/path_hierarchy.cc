// text/analysis/tokenizer/path_hierarchy.cc -- a path and all that it lies below: "/a/b" gives /a
// and /a/b, or with `reverse` /a/b, a/b and b.

#include "text/analysis/core/kinds.h"

namespace elkhorn::text::tokenizers::path_hierarchy {
namespace {

struct Shape {
    char16_t delimiter = u'/';
    char16_t replacement = u'/';
    std::size_t skip = 0;
    bool reverse = false;
};

class Paths final : public Cutter {
public:
    explicit Paths(Shape shape) : shape_(shape) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        Wide path(text);
        for (char16_t& c : path)
            if (c == shape_.delimiter) c = shape_.replacement;
        if (text.empty()) return tokens;
        return shape_.reverse ? backward(text, path, std::move(tokens), budget)
                              : forward(text, path, std::move(tokens), budget);
    }

private:
    static Made<> add(Tokens& tokens, const Wide& path, std::size_t begin, std::size_t end,
                      Budget& budget) {
        MADE(budget.spend(1, end - begin));
        Token token;
        token.term = path.substr(begin, end - begin);
        token.start = static_cast<std::int32_t>(begin);
        token.end = static_cast<std::int32_t>(end);
        token.increment = tokens.list.empty() ? 1 : 0;
        tokens.list.push_back(std::move(token));
        return {};
    }

    /// A part is a delimiter and what follows it, but for a first part without one.
    Made<Tokens> forward(WideView text, const Wide& path, Tokens tokens, Budget& budget) const {
        std::size_t begin = 0;
        std::size_t skipped = 0;
        if (shape_.skip > 0) {
            std::size_t at = 0;
            for (; skipped < shape_.skip && at < text.size(); ++skipped) {
                const std::size_t next =
                    text.find(shape_.delimiter, at + (text[at] == shape_.delimiter ? 1 : 0));
                at = next == WideView::npos ? text.size() : next;
            }
            if (at >= text.size()) return tokens;
            begin = at;
        }
        for (std::size_t at = begin + 1; at <= text.size(); ++at) {
            if (at == text.size() || text[at] == shape_.delimiter)
                MADE(add(tokens, path, begin, at, budget));
        }
        return tokens;
    }

    Made<Tokens> backward(WideView text, const Wide& path, Tokens tokens, Budget& budget) const {
        std::vector<std::size_t> starts{0};
        for (std::size_t at = 0; at < text.size(); ++at)
            if (text[at] == shape_.delimiter) starts.push_back(at + 1);
        if (starts.back() != text.size()) starts.push_back(text.size());
        // Skipped parts are missing at the end.
        if (shape_.skip + 1 >= starts.size()) return tokens;
        const std::size_t last = starts.size() - 1 - shape_.skip;
        const std::size_t end = starts[last];
        for (std::size_t i = 0; i < last; ++i)
            MADE(add(tokens, path, starts[i], end, budget));
        return tokens;
    }

    Shape shape_;
};

Made<char16_t> character(const Options& options, std::string_view key, char16_t otherwise) {
    if (!options.has(key)) return otherwise;
    const Wide given = to_wide(options.text(key));
    if (given.size() != 1) return refused(std::string(key) + " must be a one char value");
    return given[0];
}

Made<CutterPtr> build(const Options& options) {
    const std::int32_t buffer = MADE(options.integer("buffer_size", 1024));
    if (buffer < 0) return refused("bufferSize cannot be negative");
    Shape shape;
    shape.delimiter = MADE(character(options, "delimiter", u'/'));
    shape.replacement = MADE(character(options, "replacement", shape.delimiter));
    const std::int32_t skip = MADE(options.integer("skip", 0));
    if (skip < 0) return refused("skip cannot be negative");
    shape.skip = static_cast<std::size_t>(skip);
    shape.reverse = MADE(options.flag("reverse", false));
    return std::make_shared<Paths>(shape);
}

constexpr TokenizerKind kinds[] = {{"path_hierarchy", build}, {"PathHierarchy", build}};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::path_hierarchy
