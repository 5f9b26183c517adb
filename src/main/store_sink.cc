#include "main/store_sink.h"

#include "api/document/parts/document_change.h"
#include "base/log.h"
#include "base/metrics.h"
#include "event/flatten.h"
#include "json/parse.h"

#include <fmt/format.h>

#include <deque>
#include <optional>

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
    std::deque<std::string> buffers;   // of sources
    std::deque<event::Document> documents;
};

constexpr std::size_t kept_buffer_bytes = 1 << 16;  // of each: a longer one is given back
constexpr std::size_t slice_bytes = 8 << 20;        // of sources

class StoreSink final : public output::Sink {
public:
    explicit StoreSink(store::Store& store) : store_(store) {}

    /// In slices: what a batch of long documents becomes would be held all at once.
    Result<> write(std::span<const Item> items) override {
        while (!items.empty())
            items = items.subspan(TRY(write_slice(items)));
        return {};
    }

private:
    static Scratch& scratch_of(store::Store& store) {
        thread_local std::unique_ptr<Scratch> scratch;
        if (scratch == nullptr || scratch->owner != &store.field_names())
            scratch = std::make_unique<Scratch>(store.field_names());
        return *scratch;
    }

    /// How many of the items were written: at least one.
    Result<std::size_t> write_slice(std::span<const Item> items) {
        Scratch& scratch = scratch_of(store_);
        scratch.merged_flattener.reset();
        std::vector<store::Write> writes;
        std::deque<api::DocumentChange> changes;
        std::size_t bytes = 0;
        std::size_t count = 0;
        for (; count < items.size() && bytes < slice_bytes; ++count) {
            const Item& item = items[count];
            if (scratch.buffers.size() == count) {
                scratch.buffers.emplace_back();
                scratch.documents.emplace_back();
            }
            std::string& buffer = scratch.buffers[count];
            event::Document& document = scratch.documents[count];
            if (buffer.size() > kept_buffer_bytes) buffer = {};
            std::string_view source;
            if (item.action != Action::remove)
                source = scratch.flattener.flatten(*item.event, buffer, document);
            bytes += source.size();
            if (auto write = write_of(item, source, document, scratch, changes))
                writes.push_back(*write);
        }
        const auto written = store_.write(writes);
        if (!written) return std::unexpected(written.error());
        for (std::size_t i = 0; i < written->size(); ++i) {
            if (const auto& error = (*written)[i].error) refuse(writes[i].index, error->message);
        }
        return count;
    }

    /// Nothing where it is refused.
    static std::optional<store::Write> write_of(const Item& item, std::string_view source,
                                                event::Document& document, Scratch& scratch,
                                                std::deque<api::DocumentChange>& changes) {
        if (item.action == Action::index || item.action == Action::create) {
            const bool create = item.action == Action::create;
            return store::Write{item.index, create ? store::Action::create : store::Action::index,
                                item.id,    source,
                                &document,  {}};
        }
        if (item.id.empty()) {
            refuse(item.index, "an update or a delete needs document_id");
            return std::nullopt;
        }
        if (item.action == Action::remove)
            return store::Write{item.index, store::Action::remove, item.id, {}, nullptr, {}};
        auto& change = changes.emplace_back(scratch.parser, scratch.merged_flattener);
        const auto write = update(item, source, change);
        if (write) return *write;
        refuse(item.index, write.error().message);
        return std::nullopt;
    }

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
