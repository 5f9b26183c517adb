#include "api/document/parts/by_query.h"

#include "api/core/error_body.h"
#include "api/document/parts/document_answer.h"
#include "api/document/parts/document_version.h"
#include "api/document/parts/script_change.h"
#include "api/search/parts/script_context.h"
#include "api/search/parts/search_context.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "json/writer.h"
#include "search/match/query.h"
#include "search/run/request_tables.h"
#include "search/run/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Value;

constexpr std::int64_t batch_max = 10'000;
constexpr std::size_t batch_bytes_max = 16 << 20;

struct Options {
    search::QueryPtr query;
    std::shared_ptr<ScriptChange> script;  // null: documents stay as they are
    std::int64_t max_docs = std::numeric_limits<std::int64_t>::max();
    std::int64_t batch = 1000;
    bool proceed = false;
    bool refresh = false;
    double requests_per_second = -1;  // only shown: a batch is as fast as the disk
};

/// Reads the URL and the body.
class Reader {
public:
    Reader(const Call& call, store::Action action)
        : call_(call), action_(action), request_(script_context(call)) {}

    search::Answer<Options> read() {
        const Value body = ASK(call_.json_body());
        ASK(parameters());
        event::Object* rest = event::make_object(*call_.arena());
        bool has_query = call_.parameter("q").has_value();
        if (body.is(Kind::object)) {
            for (const event::Member& member : body.as_object().members()) {
                has_query = has_query || member.name == "query";
                if (!ASK(take(member))) rest->add(*call_.arena(), member.name, member.value);
            }
        }
        if (action_ == store::Action::remove && !has_query)
            return std::unexpected(validation_failure({"query is missing"}));
        const search::Parameters asked = call_.parameters_of(search::query_parameters);
        options_.query = ASK(search::parse_request(Value::object(rest), asked)).query;
        return std::move(options_);
    }

private:
    search::Answer<> parameters() {
        options_.refresh = call_.flag("refresh", false);
        options_.batch = call_.number("scroll_size", options_.batch);
        if (options_.batch <= 0) {
            return std::unexpected(validation_failure(
                {fmt::format("[size] cannot be [{}] in a scroll context", options_.batch)}));
        }
        options_.batch = std::min(options_.batch, batch_max);
        if (call_.parameter("from")) {
            return std::unexpected(
                validation_failure({"using [from] is not allowed in a scroll context",
                                    "from is not supported in this context"}));
        }
        if (const auto conflicts = call_.parameter("conflicts")) ASK(take_conflicts(*conflicts));
        for (const std::string_view name : {"max_docs", "size"}) {
            if (call_.parameter(name)) ASK(take_limit(call_.number(name, 0)));
        }
        return take_rate();
    }

    search::Answer<> take_rate() {
        const auto rate = call_.parameter("requests_per_second");
        if (!rate) return {};
        const auto number = to_double(*rate);
        if (!number || (*number <= 0 && *number != -1)) {
            return search::refuse("illegal_argument_exception",
                                  "[requests_per_second] must be a float greater than 0. Use -1 to "
                                  "disable throttling.");
        }
        options_.requests_per_second = *number;
        return {};
    }

    /// Whether the member is about the writing, and not about the search.
    search::Answer<bool> take(const event::Member& member) {
        if (member.name == "script" && action_ != store::Action::remove) {
            options_.script = std::make_shared<ScriptChange>(ScriptChange::Kind::by_query);
            ASK(options_.script->parse(member.value, &request_));
            return true;
        }
        std::string text;
        event::append_text(text, member.value);
        if (member.name == "conflicts") ASK(take_conflicts(text));
        if (member.name == "max_docs") {
            const auto number = to_integer(text);
            if (!number) {
                return search::refuse("illegal_argument_exception",
                                      fmt::format("[max_docs] is no number: [{}]", text));
            }
            ASK(take_limit(*number));
        }
        return member.name == "conflicts" || member.name == "max_docs";
    }

    search::Answer<> take_conflicts(std::string_view text) {
        if (text != "proceed" && text != "abort") {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("conflicts may only be \"proceed\" or \"abort\" but was [{}]", text));
        }
        options_.proceed = text == "proceed";
        return {};
    }

    search::Answer<> take_limit(std::int64_t limit) {
        std::string problem;
        if (limit < 0)
            problem = fmt::format("[max_docs] parameter cannot be negative, found [{}]", limit);
        else if (limit == 0)
            problem = "[max_docs] should be >= [slices]";
        else if (limited_ && limit != options_.max_docs)
            problem = fmt::format("[max_docs] set to two different values [{}] and [{}]", limit,
                                  options_.max_docs);
        if (!problem.empty()) return search::refuse("illegal_argument_exception", problem);
        limited_ = true;
        options_.max_docs = limit;
        return {};
    }

    const Call& call_;
    store::Action action_;
    search::RequestContext request_;
    Options options_;
    bool limited_ = false;
};

/// Walks the documents of a moment, batch after batch.
class Run {
public:
    Run(const Call& call, store::Action action, const Options& options,
        const search::RequestContext& context)
        : call_(call),
          action_(action),
          options_(options),
          context_(context),
          flattener_(call.context().store->field_names()) {}

    Reply answer() {
        const std::int64_t started = call_.context().clock->steady_ns();
        ASK(find());
        for (const Match& match : matches_) {
            if (stopped_) break;
            ASK(walk(match));
        }
        ASK(write_batch());
        if (options_.refresh) {
            for (const auto& index : context_.indices)
                ASK(call_.context().store->refresh(index->name));
        }
        return reply((call_.context().clock->steady_ns() - started) / 1'000'000);
    }

private:
    struct Match {
        const store::IndexView* index;
        const store::GroupView* group;
        store::Bitmap rows;
    };

    struct One {
        std::string id;
        std::string source;
        event::Document document;
        std::int64_t seq_no = 0;
        bool removes = false;
    };

    struct Failed {
        std::string index;
        std::string id;
        search::Failure failure;
    };

    /// The rows of each row group, and how many they are: before anything is written.
    search::Answer<> find() {
        std::int64_t found = 0;
        for (const auto& index : context_.indices) {
            for (const store::GroupView& view : index->groups) {
                ASK(context_.go_on());
                search::GroupContext place{&context_, index.get(), view.group.get(),
                                           store::Bitmap(view.group->rows(), true), nullptr};
                if (view.deleted != nullptr) place.live.and_not(*view.deleted);
                store::Bitmap rows = ASK(options_.query->rows(place));
                rows.and_with(place.live);
                if (!rows.any()) continue;
                found += rows.count();
                matches_.push_back({index.get(), &view, std::move(rows)});
            }
        }
        ASK(context_.go_on());
        total_ = std::min(found, options_.max_docs);
        return {};
    }

    search::Answer<> walk(const Match& match) {
        if (index_ != match.index) ASK(write_batch());
        index_ = match.index;
        const auto sources = match.group->group->sources();
        std::optional<search::Failure> failure;
        match.rows.for_each([&](std::uint32_t row) {
            if (stopped_ || failure || taken_ == total_) return;
            if (auto done = take(*match.group->group, *sources, row); !done) failure = done.error();
        });
        if (failure) return std::unexpected(*failure);
        return {};
    }

    search::Answer<> take(const store::RowGroup& group, store::SourceReader& sources,
                          std::uint32_t row) {
        One& one = batch_.emplace_back();
        one.id = ASK(group.id(row));
        one.seq_no = ASK(group.seq_no(row));
        if (action_ != store::Action::remove) {
            one.source = ASK(sources.at(row));
            const bool changes = options_.script == nullptr || ASK(run_script(one, group, row));
            if (!changes) {
                batch_.pop_back();
                ++taken_;
                ++noops_;
                return {};
            }
            if (!one.removes) ASK(flattener_.flatten(one.source, one.source.size(), one.document));
        }
        ++taken_;
        batch_bytes_ += one.source.size();
        const bool full = std::ssize(batch_) == options_.batch || batch_bytes_ > batch_bytes_max;
        return full ? write_batch() : search::Answer<>{};
    }

    /// False: the script wants nothing done.
    search::Answer<bool> run_script(One& one, const store::RowGroup& group, std::uint32_t row) {
        event::Arena arena;
        ScriptedDocument document;
        document.index = index_->name;
        document.id = one.id;
        document.version = ASK(group.version(row));
        document.now_ms = context_.now_ms;
        document.source = ASK(parser_.parse(one.source, arena));
        const auto outcome = ASK(options_.script->run(document, arena));
        if (outcome.op == "noop") return false;
        one.removes = outcome.op == "delete";
        if (!one.removes && outcome.op != "index") {
            return search::refuse("illegal_argument_exception",
                                  fmt::format("Operation type [{}] not allowed, only [noop, index, "
                                              "delete] are allowed",
                                              outcome.op));
        }
        json::Writer out;
        out.value(outcome.source);
        one.source = out.take();
        return true;
    }

    search::Answer<> write_batch() {
        if (batch_.empty()) return {};
        std::vector<store::Write> writes;
        writes.reserve(batch_.size());
        for (const One& one : batch_) {
            const store::Action action = one.removes ? store::Action::remove : action_;
            writes.push_back({index_->name, action, one.id, one.source, &one.document, one.seq_no});
        }
        const auto written = ASK(written_of(call_.context().store->write(writes)));
        ++batches_;
        for (std::size_t i = 0; i < written.size(); ++i)
            count(batch_[i], written[i]);
        stopped_ = !failures_.empty();
        batch_.clear();
        batch_bytes_ = 0;
        flattener_.reset();
        return {};
    }

    static search::Answer<std::vector<store::Written>> written_of(
        Result<std::vector<store::Written>>&& written) {
        if (!written) return std::unexpected(to_failure(written.error()));
        return std::move(*written);
    }

    void count(const One& one, const store::Written& written) {
        if (!written.error) {
            ++(one.removes ? removed_ : done_);
            return;
        }
        const bool conflict = written.error->code == ErrorCode::conflict;
        if (conflict) ++conflicts_;
        if (conflict && options_.proceed) return;
        failures_.push_back({index_->name, one.id,
                             document_failure(call_.context(), index_->name, *written.error)});
    }

    Reply reply(std::int64_t took_ms) const {
        json::Writer out;
        out.begin_object().member("took", took_ms).member("timed_out", false);
        out.member("total", total_);
        const bool removes = action_ == store::Action::remove;
        if (!removes) out.member("updated", done_);
        out.member("deleted", removes ? done_ : removed_).member("batches", batches_);
        out.member("version_conflicts", conflicts_).member("noops", noops_);
        out.key("retries").begin_object().member("bulk", 0).member("search", 0).end_object();
        out.member("throttled_millis", 0);
        out.member("requests_per_second", options_.requests_per_second);
        out.member("throttled_until_millis", 0).key("failures").begin_array();
        int status = 200;
        for (const auto& [index, id, failure] : failures_) {
            out.begin_object().member("index", index).member("type", "_doc");
            out.member("id", id).key("cause").begin_object();
            write_failure(out, failure);
            out.end_object().member("status", failure.status).end_object();
            status = std::max(status, failure.status);
        }
        out.end_array().end_object();
        return json_response(out.take(), status);
    }

    const Call& call_;
    store::Action action_;
    const Options& options_;
    const search::RequestContext& context_;
    json::Flattener flattener_;
    json::Parser parser_;
    std::vector<Match> matches_;
    const store::IndexView* index_ = nullptr;  // of the batch
    std::deque<One> batch_;
    std::size_t batch_bytes_ = 0;  // of its sources
    bool stopped_ = false;
    std::int64_t total_ = 0;
    std::int64_t taken_ = 0;
    std::int64_t done_ = 0;
    std::int64_t removed_ = 0;  // by a script
    std::int64_t noops_ = 0;
    std::int64_t batches_ = 0;
    std::int64_t conflicts_ = 0;
    std::vector<Failed> failures_;
};

}  // namespace

Reply by_query(const Call& call, store::Action action) {
    const Options options = ASK(Reader(call, action).read());
    const search::RequestContext context = ASK(search_context(call));
    return Run(call, action, options, context).answer();
}

}  // namespace elkhorn::api
