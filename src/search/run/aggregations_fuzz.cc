// Any JSON as aggregations over a few documents: refused, or counted and written as an answer that
// is JSON again.

#include "base/assert.h"
#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "search/run/search.h"

#include <cstdint>
#include <memory>
#include <string>

namespace {

using namespace elkhorn;

/// An index with every type of field, made once.
class Documents {
public:
    Documents() {
        log::configure(log::Level::off, log::Format::text);
        store::Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.clock = &clock_;
        options.random_seed = 1;
        options.group_rows = 2;
        options.background = false;
        store_ = std::move(*store::Store::open(disk_.view(), options));
        for (const auto* source :
             {R"({"k":"a","n":1,"d":0.5,"b":true,"t":"2024-01-01","x":"a b"})",
              R"({"k":["a","b"],"n":[1,2,2],"d":-1.5,"t":"2024-03-31T01:00:00Z"})",
              R"({"k":"c","b":false,"t":"1969-12-31T23:59:59Z","n":-9007199254740993})"}) {
            event::Document document;
            const std::string_view text = source;
            flattener_.reset();
            ASSERT(flattener_.flatten(text, text.size(), document));
            const store::Write write{"f", store::Action::index, "", text, &document, {}};
            ASSERT(store_->write(std::span(&write, 1)));
        }
        ASSERT(store_->refresh("f"));
        context_.clock = &clock_;
        context_.now_ms = clock_.wall_ms();
        context_.max_buckets = 1000;
        context_.indices.push_back(*store_->view("f"));
    }

    const search::RequestContext& context() const { return context_; }

private:
    io::FakeDisk disk_;
    ManualClock clock_{1'709'294'400'000'000'000};
    event::FieldNames names_;
    json::Flattener flattener_{names_};
    std::unique_ptr<store::Store> store_;
    search::RequestContext context_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    static const Documents documents;
    static json::Parser parser;
    event::Arena arena;
    const auto aggs = parser.parse(text, arena);
    if (!aggs) return 0;
    const search::RequestContext& request = documents.context();
    const auto tree = search::parse_aggregations(*aggs, request);
    if (!tree) return 0;
    for (const store::GroupView& view : request.indices[0]->groups) {
        search::GroupContext context;
        context.request = &request;
        context.index = request.indices[0].get();
        context.group = view.group.get();
        context.live = store::Bitmap(view.group->rows(), true);
        if (!(*tree)->collect(context, context.live)) return 0;
    }
    json::Writer out;
    out.begin_object();
    const auto written = (*tree)->render(out, true);
    if (!written) return 0;
    out.end_object();
    event::Arena answer;
    ASSERT(parser.parse(out.take(), answer));
    return 0;
}
