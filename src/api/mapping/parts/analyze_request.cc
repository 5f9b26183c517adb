#include "api/mapping/parts/analyze_request.h"

#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/mapping/parts/analysis_settings.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/parse.h"

#include <fmt/format.h>

#include <optional>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Value;

std::string_view token_name(const Value& value) {
    switch (value.kind()) {
        case Kind::null: return "VALUE_NULL";
        case Kind::boolean: return "VALUE_BOOLEAN";
        case Kind::integer:
        case Kind::real: return "VALUE_NUMBER";
        case Kind::array: return "START_ARRAY";
        case Kind::object: return "START_OBJECT";
        default: return "VALUE_STRING";
    }
}

std::unexpected<search::Failure> not_for(std::string_view member, const Value& value) {
    return search::refuse(
        "x_content_parse_exception",
        fmt::format("[1:1] [analyze_request] {} doesn't support values of type: {}", member,
                    token_name(value)));
}

std::unexpected<search::Failure> illegal(std::string reason) {
    return search::refuse("illegal_argument_exception", std::move(reason));
}

/// The body's members, before any of them is looked for.
struct Given {
    std::optional<std::string> analyzer;
    std::optional<std::string> field;
    std::optional<std::string> normalizer;
    const Value* tokenizer = nullptr;
    std::vector<const Value*> filters;
    std::vector<const Value*> char_filters;
    AnalyzeRequest request;
};

search::Answer<std::string> text_of(std::string_view member, const Value& value) {
    if (!value.is(Kind::string)) return not_for(member, value);
    return std::string(value.as_string());
}

search::Answer<std::vector<std::string>> texts_of(std::string_view member, const Value& value) {
    std::vector<std::string> texts;
    if (value.is(Kind::string)) {
        texts.emplace_back(value.as_string());
        return texts;
    }
    if (!value.is(Kind::array)) return not_for(member, value);
    for (const Value& element : value.as_array().values()) {
        std::string text;
        event::append_text(text, element);
        texts.push_back(std::move(text));
    }
    return texts;
}

search::Answer<std::vector<const Value*>> parts_of(std::string_view member, const Value& value) {
    if (!value.is(Kind::array)) return not_for(member, value);
    std::vector<const Value*> parts;
    for (const Value& part : value.as_array().values()) {
        if (!part.is(Kind::string) && !part.is(Kind::object)) {
            auto failure = search::refuse(
                "x_content_parse_exception",
                fmt::format("[1:1] [analyze_request] failed to parse field [{}]", member));
            failure.error().caused_by_type = "x_content_parse_exception";
            failure.error().caused_by_reason = fmt::format(
                "[1:1] Expected [VALUE_STRING] or [START_OBJECT], got {}", token_name(part));
            return failure;
        }
        parts.push_back(&part);
    }
    return parts;
}

search::Answer<> read_member(const event::Member& member, Given& given) {
    const Value& value = member.value;
    if (member.name == "analyzer") {
        given.analyzer = ASK(text_of("analyzer", value));
    } else if (member.name == "field") {
        given.field = ASK(text_of("field", value));
    } else if (member.name == "normalizer") {
        given.normalizer = ASK(text_of("normalizer", value));
    } else if (member.name == "text") {
        given.request.texts = ASK(texts_of("text", value));
    } else if (member.name == "tokenizer") {
        if (!value.is(Kind::string) && !value.is(Kind::object)) return not_for("tokenizer", value);
        given.tokenizer = &value;
    } else if (member.name == "filter") {
        given.filters = ASK(parts_of("filter", value));
    } else if (member.name == "char_filter") {
        given.char_filters = ASK(parts_of("char_filter", value));
    } else if (member.name == "attributes") {
        for (const std::string& name : ASK(texts_of("attributes", value)))
            given.request.attributes.push_back(to_lower(name));
    } else if (member.name == "explain") {
        std::string text;
        event::append_text(text, value);
        if (text != "true" && text != "false") return not_for("explain", value);
        given.request.explain = text == "true";
    } else {
        return search::refuse(
            "x_content_parse_exception",
            fmt::format("[1:1] [analyze_request] unknown field [{}]", member.name));
    }
    return {};
}

/// What Elasticsearch holds against the request as a whole, all of it at once.
search::Answer<> validate(const Given& given, bool has_index) {
    std::vector<std::string> wrong;
    const bool parts =
        given.tokenizer != nullptr || !given.filters.empty() || !given.char_filters.empty();
    if (given.request.texts.empty()) wrong.emplace_back("text is missing");
    if (!has_index && given.normalizer)
        wrong.emplace_back("index is required if normalizer is specified");
    if (given.normalizer && (given.tokenizer != nullptr || given.analyzer))
        wrong.emplace_back("tokenizer/analyze should be null if normalizer is specified");
    if (given.analyzer && parts)
        wrong.emplace_back("cannot define extra components on a named analyzer");
    if (given.normalizer && parts)
        wrong.emplace_back("cannot define extra components on a named normalizer");
    if (given.field && parts)
        wrong.emplace_back("cannot define extra components on a field-specific analyzer");
    if (wrong.empty()) return {};
    std::string reason = "Validation Failed: ";
    for (std::size_t i = 0; i < wrong.size(); ++i)
        reason += fmt::format("{}: {};", i + 1, wrong[i]);
    return search::refuse("action_request_validation_exception", reason);
}

/// The name of a part; one that is given as an object is added to the library.
search::Answer<std::string> part_name(const Value& value, std::string_view kind,
                                      std::string_view scope, text::Library& library) {
    if (value.is(Kind::string)) return std::string(value.as_string());
    text::OptionMap options;
    for (const event::Member& member : value.as_object().members()) {
        std::string text;
        if (member.value.is(Kind::array))
            event::append_json(text, member.value);
        else
            event::append_text(text, member.value);
        options[std::string(member.name)] = std::move(text);
    }
    const auto type = options.find("type");
    if (type == options.end()) {
        std::string json;
        event::append_json(json, value);
        return illegal(fmt::format("Missing [type] setting for anonymous {}: {}", kind, json));
    }
    const bool known = kind == "tokenizer"     ? text::find_tokenizer(type->second) != nullptr
                       : kind == "char_filter" ? text::find_char_filter(type->second) != nullptr
                                               : text::find_filter(type->second) != nullptr;
    if (!known)
        return illegal(fmt::format("failed to find{} {} under [{}]", scope, kind, type->second));
    return library.add(kind, std::move(options));
}

class Resolver {
public:
    Resolver(Given& given, const store::IndexView* index)
        : given_(given),
          index_(index),
          scope_(index == nullptr ? " global" : ""),
          library_(Analysis::library(
              index == nullptr ? Settings() : parse_settings_text(index->settings_json))) {}

    search::Answer<> resolve() {
        AnalyzeRequest& request = given_.request;
        request.position_gap = index_ == nullptr ? 0 : 100;
        const bool parts =
            given_.tokenizer != nullptr || !given_.filters.empty() || !given_.char_filters.empty();
        if (given_.analyzer) return named(*given_.analyzer);
        if (given_.normalizer) return normalizer(*given_.normalizer);
        if (given_.field) return field(*given_.field);
        if (!parts) return named_default();
        return by_parts();
    }

private:
    search::Answer<> take(text::Made<text::BuiltChain> built, std::string name) {
        if (!built) return std::unexpected(to_failure(built.error()));
        given_.request.chain = std::move(built->chain);
        given_.request.custom = built->custom;
        given_.request.name = std::move(name);
        if (index_ != nullptr) given_.request.position_gap = built->position_increment_gap;
        return {};
    }

    search::Answer<> named(const std::string& name) {
        if (!library_.has_analyzer(name))
            return illegal(fmt::format("failed to find{} analyzer [{}]", scope_, name));
        return take(library_.analyzer(name), name);
    }

    search::Answer<> named_default() {
        return take(library_.analyzer("default"), index_ == nullptr ? "standard" : "default");
    }

    search::Answer<> normalizer(const std::string& name) {
        if (!library_.has_normalizer(name))
            return illegal(fmt::format("failed to find normalizer under [{}]", name));
        ASK(take(library_.normalizer(name), name));
        given_.request.position_gap = 0;
        return {};
    }

    /// The name that the mapping gives as `member`; empty where it gives none.
    static std::string name_in(const store::FieldMapping& mapping, std::string_view member) {
        event::Arena arena;
        json::Parser parser;
        const auto parsed = parser.parse("{" + mapping.extra_json + "}", arena);
        if (!parsed || !parsed->is(Kind::object)) return "";
        const Value* value = parsed->as_object().find(member);
        std::string name;
        if (value != nullptr) event::append_text(name, *value);
        return name;
    }

    search::Answer<> field(const std::string& name) {
        if (index_ == nullptr)
            return illegal("analysis based on a specific field requires an index");
        const auto resolved = index_->mapping->resolve(name);
        if (resolved.field == nullptr) return named_default();
        const store::FieldMapping& mapping = *resolved.field;
        if (mapping.type == store::FieldType::text) {
            const std::string analyzer = name_in(mapping, "analyzer");
            ASK(analyzer.empty() ? named_default() : named(analyzer));
            const auto gap = to_integer(name_in(mapping, "position_increment_gap"));
            if (gap && *gap >= 0) given_.request.position_gap = *gap;
            return {};
        }
        if (mapping.type == store::FieldType::keyword) {
            const std::string own = name_in(mapping, "normalizer");
            if (!own.empty()) return normalizer(own);
            ASK(take(library_.analyzer("keyword"), "_keyword"));
            given_.request.position_gap = 0;
            return {};
        }
        return illegal(fmt::format(
            "Can't process field [{}], Analysis requests are only supported on tokenized fields",
            name));
    }

    search::Answer<> by_parts() {
        text::Library::Asked asked;
        if (given_.tokenizer != nullptr)
            asked.tokenizer = ASK(part_name(*given_.tokenizer, "tokenizer", scope_, library_));
        for (const Value* part : given_.char_filters)
            asked.char_filters.push_back(ASK(part_name(*part, "char_filter", scope_, library_)));
        for (const Value* part : given_.filters)
            asked.filters.push_back(ASK(part_name(*part, "filter", scope_, library_)));
        const std::int64_t gap = given_.request.position_gap;
        ASK(take(library_.asked(asked, scope_), ""));
        given_.request.position_gap = asked.tokenizer.empty() ? 0 : gap;
        return {};
    }

    Given& given_;
    const store::IndexView* index_;
    std::string_view scope_;
    text::Library library_;
};

}  // namespace

search::Answer<AnalyzeRequest> read_analyze_request(const Call& call, const Value& body) {
    if (!body.is(Kind::object))
        return search::refuse("parse_exception", "the body must be an object");
    Given given;
    for (const event::Member& member : body.as_object().members())
        ASK(read_member(member, given));
    const std::string& name = call.path("index");
    ASK(validate(given, !name.empty()));
    std::shared_ptr<const store::IndexView> index;
    if (!name.empty()) {
        NameOptions options;
        options.allow_no_indices = false;
        options.expand = false;  // a pattern is the name of an index
        options.resource_type = "index_expression";
        const auto names = ASK(resolve_names(call, name, options));
        if (names.size() != 1)
            return illegal(fmt::format("[{}] is not the name of one index", name));
        const auto view = call.context().store->view(names[0]);
        if (!view) return std::unexpected(to_failure(view.error()));
        index = *view;
        const std::string most = setting(index->settings_json, "analyze.max_token_count");
        if (const auto count = to_integer(most); count && *count > 0)
            given.request.most_tokens = static_cast<std::size_t>(*count);
    }
    ASK(Resolver(given, index.get()).resolve());
    return std::move(given.request);
}

}  // namespace elkhorn::api
