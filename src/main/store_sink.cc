#include "main/store_sink.h"

#include "api/document/parts/document_change.h"
#include "base/log.h"
#include "base/metrics.h"
#include "event/flatten.h"
#include "json/parse.h"

#include <fmt/format.h>

#include <deque>

namespace elkhorn {
namespace {

metrics::Counter refused{
    "elkhorn_output_documents_refused_total",
    "Documents that the store refused for good: a strict mapping, or an _id that is there."};

/// What a thread keeps warm from batch to batch.
struct Scratch {
    explicit Scratch(event::FieldNames& names)
        : owner(&names), flattener(names), merged_flattener(names) {}

    event::FieldNames* owner;
    event::Flattener flattener;
    json::Parser parser;               // of updates
    json::Flattener merged_flattener;  // of what they make
    std::vector<std::string> buffers;  // of sources
    std::vector<event::Document> documents;
};

constexpr std::size_t kept_buffer_bytes = 1 << 16;  // of each: a longer one is given back

class StoreSink final : public output::Sink {
public:
    explicit StoreSink(store::Store& store) : store_(store) {}

    Result<> write(std::span<const Item> items) override {
        thread_local std::unique_ptr<Scratch> scratch;
        if (scratch == nullptr || scratch->owner != &store_.field_names()) {
            scratch = std::make_unique<Scratch>(store_.field_names());
        }
        const std::size_t count = items.size();
        if (scratch->buffers.size() < count) {
            scratch->buffers.resize(count);
            scratch->documents.resize(count);
        }
        scratch->merged_flattener.reset();
        std::vector<store::Write> writes;
        writes.reserve(count);
        std::deque<api::DocumentChange> changes;
        for (std::size_t i = 0; i < count; ++i) {
            const Item& item = items[i];
            std::string& buffer = scratch->buffers[i];
            event::Document& document = scratch->documents[i];
            if (buffer.size() > kept_buffer_bytes) buffer = {};
            std::string_view source;
            if (item.action != Action::remove)
                source = scratch->flattener.flatten(*item.event, buffer, document);
            if (item.action == Action::index || item.action == Action::create) {
                const bool create = item.action == Action::create;
                writes.push_back({item.index,
                                  create ? store::Action::create : store::Action::index,
                                  item.id,
                                  source,
                                  &document,
                                  {}});
            } else if (item.id.empty()) {
                refuse(item.index, "an update or a delete needs document_id");
            } else if (item.action == Action::remove) {
                writes.push_back({item.index, store::Action::remove, item.id, {}, nullptr, {}});
            } else {
                auto& change = changes.emplace_back(scratch->parser, scratch->merged_flattener);
                if (const auto write = update(item, source, change))
                    writes.push_back(*write);
                else
                    refuse(item.index, write.error().message);
            }
        }
        const auto written = store_.write(writes);
        if (!written) return std::unexpected(written.error());
        for (std::size_t i = 0; i < written->size(); ++i) {
            if (const auto& error = (*written)[i].error) refuse(writes[i].index, error->message);
        }
        return {};
    }

private:
    /// `change` must stay where it is until the write has returned.
    static Result<store::Write> update(const Item& item, std::string_view source,
                                       api::DocumentChange& change) {
        const bool upsert = item.action == Action::upsert;
        const auto parsed =
            change.parse(fmt::format(R"({{"doc":{},"doc_as_upsert":{}}})", source, upsert));
        if (!parsed) return fail(ErrorCode::invalid, parsed.error().reason);
        store::Write write = change.write(item.id);
        write.index = item.index;
        return write;
    }

    static void refuse(std::string_view index, std::string_view reason) {
        refused.add();
        log::warn("a document was refused", {{"index", index}, {"reason", reason}});
    }

    store::Store& store_;
};

}  // namespace

std::unique_ptr<output::Sink> make_store_sink(store::Store& store) {
    return std::make_unique<StoreSink>(store);
}

}  // namespace elkhorn
