// search/fetch/source_filter.cc -- `_source` with only the wanted fields, as Elasticsearch's
// XContentMapValues decides: a pattern takes all that is below it, an object stays when something
// of it does, exclusion wins.
//
// Patterns run as sets of places in them while one walks down the document, so that a branch that
// nothing can match is left at once.

#include "json/parse.h"
#include "json/writer.h"
#include "search/fetch/page.h"

#include <algorithm>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

/// Where a path so far may stand in each of several patterns.
class Patterns {
public:
    struct State {
        std::vector<std::vector<bool>> places;  // by pattern; empty: it cannot match any more
        bool below = false;                     // something above matched as a whole
    };

    explicit Patterns(const std::vector<std::string>& patterns) : patterns_(patterns) {}

    State start() const {
        State state;
        for (const std::string& pattern : patterns_) {
            std::vector<bool> places(pattern.size() + 1);
            places[0] = true;
            close(pattern, places);
            state.places.push_back(std::move(places));
        }
        return state;
    }

    State step(State state, std::string_view text) const {
        for (const char c : text) {
            if (c == '.') state.below = accepts(state);
            for (std::size_t i = 0; i < patterns_.size(); ++i)
                advance(patterns_[i], state.places[i], c);
        }
        return state;
    }

    bool alive(const State& state) const {
        return state.below ||
               std::ranges::any_of(state.places, [](const std::vector<bool>& places) {
                   return std::ranges::find(places, true) != places.end();
               });
    }

    bool accepts(const State& state) const {
        return state.below ||
               std::ranges::any_of(state.places, [](const std::vector<bool>& places) {
                   return !places.empty() && places.back();
               });
    }

private:
    static void close(const std::string& pattern, std::vector<bool>& places) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (places[i] && pattern[i] == '*') places[i + 1] = true;
        }
    }

    static void advance(const std::string& pattern, std::vector<bool>& places, char c) {
        std::vector<bool> next(places.size());
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (!places[i]) continue;
            if (pattern[i] == '*')
                next[i] = true;
            else if (pattern[i] == c)
                next[i + 1] = true;
        }
        close(pattern, next);
        places = std::move(next);
    }

    const std::vector<std::string>& patterns_;  // the filter's
};

class SourceWriter {
public:
    SourceWriter(const SourceFilter& filter, event::Arena& arena)
        : all_(filter.includes.empty()),
          includes_(filter.includes),
          excludes_(filter.excludes),
          no_excludes_(filter.excludes.empty()),
          arena_(arena) {}

    Value filter(const Value& source) {
        return object(source, includes_.start(), all_, excludes_.start());
    }

private:
    using State = Patterns::State;

    Value object(const Value& value, const State& include, bool all, const State& exclude) {
        auto* kept = event::make_object(arena_);
        for (const event::Member& member : value.as_object().members()) {
            const State inside = all ? include : includes_.step(include, member.name);
            if (!all && !includes_.alive(inside)) continue;
            const State outside = excludes_.step(exclude, member.name);
            if (!no_excludes_ && excludes_.accepts(outside)) continue;
            const bool whole = all || includes_.accepts(inside);
            if (whole && (no_excludes_ || !excludes_.alive(outside))) {
                kept->add(arena_, member.name, member.value);
                continue;
            }
            add(*kept, member, inside, whole, outside);
        }
        return Value::object(kept);
    }

    void add(event::Object& kept, const event::Member& member, const State& inside, bool whole,
             const State& outside) {
        if (member.value.is(Kind::object)) {
            const Value part = object(member.value, includes_.step(inside, "."), whole,
                                      excludes_.step(outside, "."));
            if (whole || part.as_object().size() > 0) kept.add(arena_, member.name, part);
        } else if (member.value.is(Kind::array)) {
            const Value part = array(member.value, inside, whole, outside);
            if (whole || part.as_array().size() > 0) kept.add(arena_, member.name, part);
        } else if (whole) {
            kept.add(arena_, member.name, member.value);
        }
    }

    Value array(const Value& value, const State& inside, bool whole, const State& outside) {
        auto* kept = event::make_array(arena_);
        for (const Value& item : value.as_array().values()) {
            if (item.is(Kind::object)) {
                const Value part =
                    object(item, includes_.step(inside, "."), whole, excludes_.step(outside, "."));
                if (whole || part.as_object().size() > 0) kept->push_back(arena_, part);
            } else if (item.is(Kind::array)) {
                const Value part = array(item, inside, whole, outside);
                if (whole || part.as_array().size() > 0) kept->push_back(arena_, part);
            } else if (whole) {
                kept->push_back(arena_, item);
            }
        }
        return Value::array(kept);
    }

    bool all_;
    Patterns includes_;
    Patterns excludes_;
    bool no_excludes_;
    event::Arena& arena_;  // the caller's
};

}  // namespace

Answer<std::string> filter_source(std::string_view source, const SourceFilter& filter) {
    if (!filter.enabled) return std::string();
    if (filter.everything()) return std::string(source);
    json::Parser parser;
    event::Arena arena;
    const Value document = ASK(parser.parse(source, arena));
    if (!document.is(Kind::object)) return std::string(source);
    json::Writer out;
    out.value(SourceWriter(filter, arena).filter(document));
    return out.take();
}

}  // namespace elkhorn::search
