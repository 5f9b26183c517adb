// search/fetch/highlight_parse.cc -- "highlight" of a body: options for all fields, and for each
// one those that differ, checked in Elasticsearch's words.

#include "base/parameter.h"
#include "base/strings.h"
#include "search/fetch/highlight.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <optional>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr Parameter shared_options[] = {
    {"pre_tags", Takes::list},
    {"post_tags", Takes::list},
    {"type", Takes::text},
    {"order", Takes::text},
    {"fragment_size", Takes::integer},
    {"number_of_fragments", Takes::integer},
    {"no_match_size", Takes::integer},
    {"require_field_match", Takes::flag},
    {"highlight_query", Takes::object},
    {"boundary_scanner", Takes::text},
    {"boundary_scanner_locale", Takes::text, Use::no_effect, "sentences end by the same rules"},
    {"boundary_chars", Takes::text, Use::no_effect, "fvh's, which is answered by unified's way"},
    {"boundary_max_scan", Takes::integer, Use::no_effect, "as boundary_chars"},
    {"phrase_limit", Takes::integer, Use::no_effect, "all phrases of a text are marked"},
    {"fragmenter", Takes::text, Use::no_effect, "plain's, which is answered by unified's way"},
    {"force_source", Takes::flag, Use::no_effect, "there are no stored fields to do without"},
    {"highlight_filter", Takes::flag, Use::no_effect, "filters are highlighted in any case"},
    {"options", Takes::object, Use::no_effect, "of highlighters that plug-ins bring"},
};

constexpr Parameter global_options[] = {
    {"fields", Takes::any},
    {"tags_schema", Takes::text},
    {"encoder", Takes::text},
};

constexpr Parameter field_options[] = {
    {"fragment_offset", Takes::integer, Use::no_effect, "fvh's"},
    {"matched_fields", Takes::list, Use::no_effect, "fvh's"},
};

/// Reads one object of options; `whose` is highlight or highlight_field.
class OptionReader {
public:
    OptionReader(std::string_view whose, ParameterTable more, HighlightOptions options)
        : whose_(whose), more_(more), options_(std::move(options)) {}

    Answer<HighlightOptions> read(const Value& body) {
        for (const event::Member& member : body.as_object().members()) {
            const Parameter* known = find_parameter(shared_options, member.name);
            if (known == nullptr) known = find_parameter(more_, member.name);
            if (known == nullptr) {
                return bad_content(fmt::format("[{}] unknown field [{}]", whose_, member.name));
            }
            if (known->name == "fields") continue;
            ASK(take(member, *known));
        }
        if (before_ && !after_) return bad_syntax("pre_tags are set but post_tags are not set");
        return std::move(options_);
    }

private:
    Answer<> take(const event::Member& member, const Parameter& known) {
        switch (known.takes) {
            case Takes::integer: return take_number(member);
            case Takes::flag: return take_flag(member);
            case Takes::text:
                if (!member.value.is(Kind::string)) return wrong_kind(member);
                return take_text(member.name, member.value.as_string());
            case Takes::object:
                if (!member.value.is(Kind::object)) return wrong_kind(member);
                return member.name == "highlight_query" ? take_query(member) : Answer<>{};
            default: return take_list(member);
        }
    }

    Answer<> take_number(const event::Member& member) {
        const Value& value = member.value;
        if (!value.is(Kind::integer) && !value.is(Kind::real) && !value.is(Kind::string))
            return wrong_kind(member);
        const auto term = term_of(value);
        const auto number = term ? to_double(term->text) : std::nullopt;
        if (!number) {
            return failed(member.name, "number_format_exception",
                          fmt::format("For input string: \"{}\"", term ? term->text : ""));
        }
        if (!(*number >= INT32_MIN && *number <= INT32_MAX)) {
            return failed(member.name, "input_coercion_exception",
                          fmt::format("Numeric value ({}) out of range of int (-2147483648 - "
                                      "2147483647)",
                                      term->text));
        }
        const auto whole = static_cast<std::int64_t>(*number);
        if (whole == -1) return {};  // as if it were not there
        if (member.name == "fragment_size") options_.fragment_size = whole;
        if (member.name == "number_of_fragments")
            options_.fragments = std::max<std::int64_t>(whole, 0);
        if (member.name == "no_match_size") options_.no_match_size = whole;
        return {};
    }

    Answer<> take_flag(const event::Member& member) {
        bool flag = false;
        if (member.value.is(Kind::boolean)) {
            flag = member.value.as_boolean();
        } else if (!member.value.is(Kind::string)) {
            return wrong_kind(member);
        } else {
            const std::string_view text = member.value.as_string();
            if (text != "true" && text != "false") {
                return failed(member.name, "illegal_argument_exception",
                              fmt::format("Failed to parse value [{}] as only [true] or [false] "
                                          "are allowed.",
                                          text));
            }
            flag = text == "true";
        }
        if (member.name == "require_field_match") options_.require_field_match = flag;
        return {};
    }

    Answer<> take_text(std::string_view name, std::string_view text) {
        if (name == "type") options_.type = text;
        if (name == "order") options_.by_score = to_lower(text) == "score";
        if (name == "encoder") options_.html = text == "html";
        if (name == "tags_schema") {
            if (text != "styled" && text != "default") {
                return failed(name, "illegal_argument_exception",
                              fmt::format("Unknown tag schema [{}]", text));
            }
            options_.before = text == "styled" ? "<em class=\"hlt1\">" : "<em>";
            options_.after = "</em>";
        }
        if (name == "boundary_scanner") {
            const std::string scanner = to_lower(text);
            if (scanner != "sentence" && scanner != "word" && scanner != "chars") {
                return failed(
                    name, "illegal_argument_exception",
                    fmt::format("No enum constant org.elasticsearch.search.fetch.subphase."
                                "highlight.HighlightBuilder.BoundaryScannerType.{}",
                                to_upper(text)));
            }
            options_.scanner = scanner;
        }
        return {};
    }

    Answer<> take_query(const event::Member& member) {
        auto query = parse_query(member.value);
        if (!query) return failed(member.name, query.error().type, query.error().reason);
        options_.query = std::move(*query);
        return {};
    }

    Answer<> take_list(const event::Member& member) {
        std::optional<std::string> first;
        if (member.value.is(Kind::array)) {
            for (const Value& item : member.value.as_array().values()) {
                const auto term = term_of(item);
                if (!term) {
                    return failed(member.name, "illegal_state_exception",
                                  fmt::format("Can't get text on a {} at 1:1", token_name(item)));
                }
                if (!first) first = term->text;
            }
        } else if (member.value.is(Kind::string)) {
            first = member.value.as_string();
        } else {
            return wrong_kind(member);
        }
        if (member.name == "pre_tags") {
            before_ = true;
            options_.before = first.value_or("");
        } else if (member.name == "post_tags") {
            after_ = true;
            options_.after = first.value_or("");
        }
        return {};
    }

    std::unexpected<Failure> wrong_kind(const event::Member& member) const {
        return bad_content(fmt::format("[{}] {} doesn't support values of type: {}", whose_,
                                       member.name, token_name(member.value)));
    }

    std::unexpected<Failure> failed(std::string_view name, std::string type,
                                    std::string reason) const {
        auto failure = bad_content(fmt::format("[{}] failed to parse field [{}]", whose_, name));
        failure.error().caused_by_type = std::move(type);
        failure.error().caused_by_reason = std::move(reason);
        return failure;
    }

    std::string_view whose_;  // static
    ParameterTable more_;
    HighlightOptions options_;
    bool before_ = false;
    bool after_ = false;
};

std::unexpected<Failure> bad_field(std::string type, std::string reason) {
    auto failure = bad_content("[highlight] failed to parse field [fields]");
    failure.error().caused_by_type = std::move(type);
    failure.error().caused_by_reason = std::move(reason);
    return failure;
}

Answer<> read_field(const event::Member& member, const HighlightOptions& usual,
                    HighlightRequest& request) {
    if (!member.value.is(Kind::object)) {
        return bad_field("x_content_parse_exception",
                         fmt::format("[1:1] [fields] failed to parse field [{}]", member.name));
    }
    auto options = OptionReader("highlight_field", field_options, usual).read(member.value);
    if (!options) return bad_field(options.error().type, options.error().reason);
    request.fields.emplace_back(member.name, std::move(*options));
    return {};
}

Answer<> read_fields(const Value& fields, const HighlightOptions& usual,
                     HighlightRequest& request) {
    if (fields.is(Kind::object)) {
        for (const event::Member& member : fields.as_object().members())
            ASK(read_field(member, usual, request));
        return {};
    }
    if (!fields.is(Kind::array)) {
        return bad_content(fmt::format("[highlight] fields doesn't support values of type: {}",
                                       token_name(fields)));
    }
    for (const Value& item : fields.as_array().values()) {
        if (!item.is(Kind::object) || item.as_object().members().size() != 1) {
            return bad_field("x_content_parse_exception",
                             "[1:1] [fields] can be a single object with any number of fields or "
                             "an array where each entry is an object with a single field");
        }
        ASK(read_field(item.as_object().members()[0], usual, request));
    }
    return {};
}

}  // namespace

Answer<std::shared_ptr<const HighlightRequest>> parse_highlight(const Value& value) {
    const HighlightOptions usual =
        ASK(OptionReader("highlight", global_options, HighlightOptions{}).read(value));
    auto request = std::make_shared<HighlightRequest>();
    if (const Value* fields = value.as_object().find("fields"))
        ASK(read_fields(*fields, usual, *request));
    return request;
}

}  // namespace elkhorn::search
