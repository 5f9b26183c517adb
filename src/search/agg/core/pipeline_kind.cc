#include "search/agg/core/pipeline_kind.h"

#include "search/base/members.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::agg {

using event::Kind;
using event::Value;

namespace {

bool fits(const Parameter& declared, const Value& value) {
    const bool text = declared.takes == Takes::text || declared.takes == Takes::one_of;
    return !text || value.is(Kind::string);
}

}  // namespace

PipelineOptions::PipelineOptions(const Common& common, const PipelineKind& kind, const Value& body)
    : common_(common),
      kind_(kind),
      body_(body.as_object()),
      options_(common.type, common.name, body) {}

bool PipelineOptions::takes(std::string_view member) const {
    return find_member(kind_.members, member) != nullptr;
}

Answer<> PipelineOptions::check() const {
    if (kind_.words == PipelineWords::object) return {};
    for (const event::Member& member : body_.members()) {
        const Parameter* declared = find_member(kind_.members, member.name);
        if (declared == nullptr || !fits(*declared, member.value)) return unexpected(member);
    }
    return {};
}

std::unexpected<Failure> PipelineOptions::unexpected(const event::Member& member) const {
    const std::string_view token = token_name(member.value);
    switch (kind_.words) {
        case PipelineWords::sibling:
            return refuse_parsing(
                fmt::format("Unexpected token {} [{}] in [{}]", token, member.name, common_.name));
        case PipelineWords::token:
            if (member.value.is(Kind::string)) {
                return refuse_parsing(fmt::format("Unknown key for a {} in [{}]: [{}].", token,
                                                  common_.name, member.name));
            }
            return refuse_parsing(fmt::format("Unexpected token {} in [{}].", token, common_.name));
        case PipelineWords::object: break;
    }
    return refuse("x_content_parse_exception",
                  fmt::format("[1:1] [{}] {} doesn't support values of type: {}", common_.type,
                              member.name, token));
}

std::unexpected<Failure> PipelineOptions::missing(std::string_view member) const {
    if (kind_.words == PipelineWords::object)
        return refuse("illegal_argument_exception", fmt::format("Required [{}]", member));
    const bool sibling = kind_.words == PipelineWords::sibling;
    return refuse_parsing(fmt::format("Missing required field [{}] for {}aggregation [{}]", member,
                                      sibling ? "" : common_.type + " ", common_.name));
}

Answer<> PipelineOptions::read_paths() {
    const Value* given = options_.any("buckets_path");
    if (given == nullptr) return {};
    const event::Member member{"buckets_path", *given};
    if (given->is(Kind::string)) {
        settings_.paths.emplace_back("_value", given->as_string());
    } else if (given->is(Kind::array)) {
        for (const Value& path : given->as_array().values()) {
            if (!path.is(Kind::string)) return unexpected({member.name, path});
            settings_.paths.emplace_back(fmt::format("_value{}", settings_.paths.size()),
                                         path.as_string());
        }
    } else if (given->is(Kind::object)) {
        for (const event::Member& named : given->as_object().members()) {
            if (!named.value.is(Kind::string)) return unexpected({member.name, named.value});
            settings_.paths.emplace_back(named.name, named.value.as_string());
        }
    } else {
        return unexpected(member);
    }
    return {};
}

Answer<> PipelineOptions::read_gap_policy() {
    const auto given = options_.text("gap_policy");
    if (!given) return {};
    settings_.insert_zeros = *given == "insert_zeros";
    if (settings_.insert_zeros || *given == "skip") return {};
    const std::string reason =
        fmt::format("Invalid gap policy: [{}], accepted values: [insert_zeros, skip]", *given);
    if (kind_.words != PipelineWords::object) return refuse_parsing(reason);
    options_.fail("gap_policy", "parsing_exception", reason);
    return {};
}

Answer<> PipelineOptions::read() {
    ASK(check());
    if (takes("buckets_path")) ASK(read_paths());
    if (takes("gap_policy")) ASK(read_gap_policy());
    if (takes("format")) settings_.format = options_.text("format");
    return {};
}

Answer<> PipelineOptions::finish() {
    ASK(options_.finish());
    if (takes("buckets_path") && settings_.paths.empty()) return missing("buckets_path");
    return {};
}

const PipelineKind* find_pipeline_kind(std::string_view name) {
    for (const PipelineKinds* family : all_pipeline_kinds()) {
        const auto found = std::ranges::find(family->kinds, name, &PipelineKind::name);
        if (found != family->kinds.end()) return &*found;
    }
    return nullptr;
}

MadePipeline make_pipeline(const PipelineKind& kind, Common common, const Value& body) {
    const MemberCheck check =
        ASK(check_members(fmt::format("a [{}] aggregation", kind.name), body, kind.members));
    event::Arena arena;
    const Value used = check.leaves_out ? used_members(arena, body, kind.members) : body;
    const Common named = common;
    PipelineOptions options(named, kind, used);
    ASK(options.read());
    return kind.make(std::move(common), options);
}

}  // namespace elkhorn::search::agg
