#include "main/store_sink.h"

#include "base/log.h"
#include "base/metrics.h"
#include "event/flatten.h"
#include "event/format.h"

namespace elkhorn {
namespace {

metrics::Counter refused{
    "elkhorn_output_documents_refused_total",
    "Documents that the store refused for good: a strict mapping, or an _id that is there."};

/// What a thread keeps warm: names looked up before, and the flat documents of a batch.
struct Scratch {
    explicit Scratch(event::FieldNames& names) : owner(&names), fields(names) {}

    event::FieldNames* owner;
    event::FieldCache fields;
};

class StoreSink final : public output::Sink {
public:
    explicit StoreSink(store::Store& store) : store_(store) {}

    Result<> write(std::span<const Item> items) override {
        thread_local std::unique_ptr<Scratch> scratch;
        if (scratch == nullptr || scratch->owner != &store_.field_names()) {
            scratch = std::make_unique<Scratch>(store_.field_names());
        }
        std::string json;
        std::vector<std::size_t> ends;
        std::vector<event::Document> documents(items.size());
        std::vector<store::Write> writes;
        for (std::size_t i = 0; i < items.size(); ++i) {
            event::append_json(json, items[i].event->root());
            ends.push_back(json.size());
            event::flatten(*items[i].event, scratch->fields, documents[i]);
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::size_t from = i == 0 ? 0 : ends[i - 1];
            const bool create = items[i].action == Action::create;
            writes.push_back({items[i].index,
                              create ? store::Action::create : store::Action::index,
                              items[i].id,
                              std::string_view(json).substr(from, ends[i] - from),
                              &documents[i],
                              {}});
        }
        const auto written = store_.write(writes);
        if (!written) return std::unexpected(written.error());
        for (std::size_t i = 0; i < written->size(); ++i) {
            const auto& error = (*written)[i].error;
            if (!error) continue;
            refused.add();
            log::warn("a document was refused",
                      {{"index", items[i].index}, {"reason", error->message}});
        }
        return {};
    }

private:
    store::Store& store_;
};

}  // namespace

std::unique_ptr<output::Sink> make_store_sink(store::Store& store) {
    return std::make_unique<StoreSink>(store);
}

}  // namespace elkhorn
