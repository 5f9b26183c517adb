#include "search/agg/figures/heuristic.h"

#include "script/core/host.h"
#include "script/run/run.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace elkhorn::search::agg {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

/// Documents by whether they have the term (first digit) and are of the part (second digit).
struct Table {
    double n00 = 0;
    double n01 = 0;
    double n10 = 0;
    double n11 = 0;
    double without_term = 0;
    double with_term = 0;
    double outside = 0;
    double inside = 0;
    double all = 0;

    static Table of(const TermFrequencies& f, bool superset) {
        Table table;
        table.n01 = f.of_found - f.found;
        table.n11 = f.found;
        table.inside = f.of_found;
        if (superset) {
            table.n00 = f.of_around - f.around - (f.of_found - f.found);
            table.n10 = f.around - f.found;
            table.without_term = f.of_around - f.around;
            table.with_term = f.around;
            table.outside = f.of_around - f.of_found;
            table.all = f.of_around;
        } else {
            table.n00 = f.of_around - f.around;
            table.n10 = f.around;
            table.without_term = f.of_around - f.around + f.of_found - f.found;
            table.with_term = f.around + f.found;
            table.outside = f.of_around;
            table.all = f.of_around + f.of_found;
        }
        return table;
    }

    bool is_rarer_inside() const { return n11 / inside < n10 / outside; }
};

double information(double n, double row, double column, double all) {
    constexpr double least = 1.e-7;
    const double numerator = std::abs(all * n);
    const double denominator = std::abs(row * column);
    const double factor = std::abs(n / all);
    if (numerator < least && factor < least) return 0;
    return factor * std::log(numerator / denominator);
}

double mutual_information(const Table& t) {
    const double sum = information(t.n00, t.without_term, t.outside, t.all) +
                       information(t.n01, t.without_term, t.inside, t.all) +
                       information(t.n10, t.with_term, t.outside, t.all) +
                       information(t.n11, t.with_term, t.inside, t.all);
    const double score = sum / std::log(2.0);
    return std::isnan(score) ? never : score;
}

double chi_square(const Table& t) {
    return t.all * std::pow(t.n11 * t.n00 - t.n01 * t.n10, 2.0) /
           (t.inside * t.with_term * t.without_term * t.outside);
}

/// Normalized Google distance, so turned that near is high.
double google_distance(const Table& t) {
    if (t.n11 == 0) return 0;
    if (t.with_term == t.inside && t.with_term == t.n11) return 1;
    const double term = std::log(t.with_term);
    const double part = std::log(t.inside);
    const double distance =
        (std::max(term, part) - std::log(t.n11)) / (std::log(t.all) - std::min(term, part));
    return std::exp(-1.0 * distance);
}

double jlh(const TermFrequencies& f) {
    if (f.of_found == 0 || f.of_around == 0) return 0;
    // A background that does not hold the part may lack the term.
    const double around = f.around == 0 ? 1 : f.around;
    const double here = f.found / f.of_found;
    const double there = around / f.of_around;
    const double change = here - there;
    return change <= 0 ? 0 : change * (here / there);
}

}  // namespace

/// Its params are the four frequencies, beside those that the request gives.
class Heuristic::Script {
public:
    Script(std::shared_ptr<const script::Program> program, const event::Value& params,
           const RequestContext& request)
        : host_(request), run_(std::move(program), host_, {}) {
        run_.set_params(params);
    }

    Answer<double> score(const TermFrequencies& frequencies) {
        const auto set = [&](std::string_view name, double count) {
            run_.set_param(name, script::Value::of_long(static_cast<std::int64_t>(count)));
        };
        set("_subset_freq", frequencies.found);
        set("_subset_size", frequencies.of_found);
        set("_superset_freq", frequencies.around);
        set("_superset_size", frequencies.of_around);
        run_.leave_row();
        const script::Value value = run_.execute();
        if (!value.thrown()) return value.as_double();
        if (host_.failure) return std::unexpected(*host_.failure);
        return script_failure(run_.trouble());
    }

private:
    class OfRequest final : public script::Host {
    public:
        explicit OfRequest(const RequestContext& request) : request_(request) {}

        script::Value variable(script::Run& /*run*/, script::Role /*role*/) override { return {}; }

        bool go_on() override {
            auto going = request_.go_on();
            if (!going) failure = std::move(going.error());
            return !failure;
        }

        std::optional<Failure> failure;

    private:
        const RequestContext& request_;
    };

    OfRequest host_;
    script::Run run_;
};

Heuristic Heuristic::read(Options& options, const event::Value& body) {
    constexpr std::array names = {"jlh", "mutual_information", "chi_square",
                                  "gnd", "percentage",         "script_heuristic"};
    Heuristic read;
    for (const char* name : names)
        static_cast<void>(options.any(name));
    for (const event::Member& member : body.as_object().members()) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (member.name != names[i]) continue;
            read = Heuristic();
            read.kind_ = static_cast<Kind>(i);
            read.read_members(options, member.value, names[i]);
        }
    }
    return read;
}

void Heuristic::read_members(Options& options, const event::Value& value, std::string_view name) {
    if (!value.is(event::Kind::object)) {
        Failure failure;
        failure.type = "x_content_parse_exception";
        failure.reason =
            fmt::format("[1:1] [{}] Expected START_OBJECT but was: {}", name, token_name(value));
        return options.fail(std::move(failure));
    }
    Options inner(name, options.name(), value);
    const bool both = kind_ == Kind::mutual_information || kind_ == Kind::chi_square;
    if (both) include_negatives_ = inner.boolean("include_negatives").value_or(false);
    if (both || kind_ == Kind::gnd)
        background_is_superset_ = inner.boolean("background_is_superset").value_or(true);
    if (kind_ == Kind::script) read_script_of(inner);
    if (auto read = inner.finish(); !read) options.fail(std::move(read).error());
}

void Heuristic::read_script_of(Options& options) {
    const event::Value* script = options.any("script");
    if (script == nullptr) {
        return options.fail(refuse("illegal_argument_exception", "Required [script]").error());
    }
    auto call = read_script(*script);
    if (call)
        call_ = std::move(*call);
    else
        options.fail(std::move(call.error()));
}

Answer<> Heuristic::bind(const RequestContext& request) {
    if (!call_) return {};
    auto program = ASK(compile(*call_, &request, script::contexts::significance));
    script_ = std::make_shared<Script>(std::move(program), call_->params, request);
    return {};
}

Answer<double> Heuristic::of_table(const TermFrequencies& frequencies) const {
    if (background_is_superset_ && frequencies.found > frequencies.around) {
        return refuse_in_phase(
            "illegal_argument_exception",
            "subsetFreq > supersetFreq, does your background filter not include all documents in "
            "the bucket? If so and it is intentional, set \"background_is_superset\": false");
    }
    const Table table = Table::of(frequencies, background_is_superset_);
    if (kind_ == Kind::gnd) return google_distance(table);
    const double score = kind_ == Kind::chi_square ? chi_square(table) : mutual_information(table);
    return !include_negatives_ && table.is_rarer_inside() ? never : score;
}

Answer<double> Heuristic::score(const TermFrequencies& frequencies) const {
    switch (kind_) {
        case Kind::jlh: return jlh(frequencies);
        case Kind::script: return script_->score(frequencies);
        case Kind::percentage:
            return frequencies.around == 0 ? 0.0 : frequencies.found / frequencies.around;
        default: return of_table(frequencies);
    }
}

}  // namespace elkhorn::search::agg
