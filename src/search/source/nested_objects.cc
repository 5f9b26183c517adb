#include "search/source/nested_objects.h"

#include "event/flatten.h"
#include "json/parse.h"
#include "search/base/field.h"
#include "search/source/source_values.h"
#include "store/group/memory_group.h"
#include "store/limits/memory_account.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

/// Takes the objects at a path out of documents.
class ObjectsBuilder {
public:
    ObjectsBuilder(const store::Mapping& mapping, std::string_view path, const GroupContext& from)
        : from_(from), path_(path), flattener_(names_), group_(names_, mapping) {}

    ~ObjectsBuilder() {
        if (held_bytes_ > 0)
            from_.request->memory->give_back(store::MemoryUse::queries, held_bytes_);
    }

    ObjectsBuilder(const ObjectsBuilder&) = delete;
    ObjectsBuilder& operator=(const ObjectsBuilder&) = delete;

    Answer<Objects> build() {
        const auto sources = from_.group->sources();
        json::Parser parser;
        for (std::uint32_t row = 0; row < from_.rows(); ++row) {
            if (row % 1024 == 0) ASK(from_.request->go_on());
            arena_.reset();
            const std::string_view source = ASK(sources->at(row));
            const auto document = parser.parse(source, arena_);
            if (!document) continue;  // nothing in it was indexed
            found_.clear();
            find(*document, path_);
            if (group_.rows() + found_.size() > store::max_group_rows) ASK(end_piece());
            ASK(add_found(row));
        }
        ASK(end_piece());
        return std::move(objects_);
    }

private:
    /// A path may go through lists, and a key may have dots.
    void find(const Value& value, std::string_view rest) {
        if (value.is(Kind::array)) {
            for (const Value& item : value.as_array().values())
                find(item, rest);
        } else if (value.is(Kind::object) && rest.empty()) {
            found_.push_back(value);
        } else if (value.is(Kind::object)) {
            for (const event::Member& member : value.as_object().members()) {
                if (!rest.starts_with(member.name)) continue;
                const std::string_view more = rest.substr(member.name.size());
                if (more.empty()) find(member.value, more);
                if (more.starts_with('.')) find(member.value, more.substr(1));
            }
        }
    }

    Answer<> add_found(std::uint32_t row) {
        for (std::uint32_t number = 0; number < found_.size(); ++number) {
            event::Event event(arena_);
            put_at_path(arena_, event.root(), path_, found_[number]);
            const std::string_view source = flattener_.flatten(event, buffer_, document_);
            ASK(hold(source.size() * columns_factor));
            group_.add(document_, source);
            piece_.owners.push_back(row);
            piece_.numbers.push_back(number);
            if (group_.rows() == store::max_group_rows) ASK(end_piece());
        }
        return {};
    }

    /// Of the searches' share of the node's memory, until the objects are bytes of a row group.
    Answer<> hold(std::size_t bytes) {
        constexpr std::uint64_t step_bytes = 1 << 20;
        store::MemoryAccount* memory = from_.request->memory;
        needed_bytes_ += bytes;
        if (memory == nullptr) return {};
        while (held_bytes_ < needed_bytes_ &&
               memory->try_take(store::MemoryUse::queries, step_bytes)) {
            held_bytes_ += step_bytes;
        }
        if (held_bytes_ >= needed_bytes_) return {};
        auto failure = refuse_in_phase(
            "circuit_breaking_exception",
            fmt::format("[parent] Data too large, data for the nested objects at [{}] would be "
                        "[{}], and all searches at once may take [{}]: ask of fewer documents, "
                        "try again, or raise `memory`",
                        path_, needed_bytes_, memory->limit(store::MemoryUse::queries)));
        failure.error().status = 429;
        return failure;
    }

    Answer<> end_piece() {
        if (group_.rows() == 0) return {};
        piece_.group = ASK(group_.take(*from_.group));
        objects_.push_back(std::exchange(piece_, {}));
        return {};
    }

    static constexpr std::size_t columns_factor = 3;  // with the columns made of a source

    const GroupContext& from_;
    std::string path_;
    std::uint64_t needed_bytes_ = 0;
    std::uint64_t held_bytes_ = 0;
    event::FieldNames names_;
    event::Flattener flattener_;
    store::MemoryGroup group_;
    event::Arena arena_;
    std::vector<Value> found_;  // of the row at hand
    std::string buffer_;        // of a source
    event::Document document_;
    ObjectRows piece_;
    Objects objects_;
};

std::uint64_t size_of(const Objects& objects) {
    std::uint64_t bytes = 0;
    for (const ObjectRows& rows : objects)
        bytes += rows.group->size_bytes() + 8 * rows.owners.size();
    return bytes;
}

/// What changes when a field is added below the path: objects made before do not know its type.
std::size_t fields_below(const store::Mapping& mapping, std::string_view path) {
    const std::string prefix = fmt::format("{}.", path);
    std::size_t count = 0;
    for (auto it = mapping.fields.lower_bound(prefix);
         it != mapping.fields.end() && it->first.starts_with(prefix); ++it) {
        ++count;
    }
    return count;
}

Answer<std::shared_ptr<const Objects>> kept_objects(const GroupContext& context,
                                                    std::string_view path) {
    const store::Mapping& mapping = *context.index->mapping;
    const std::string name = fmt::format("objects of {} by {}", path, fields_below(mapping, path));
    if (const auto kept = context.group->made(name))
        return std::static_pointer_cast<const Objects>(kept);
    const auto made =
        std::make_shared<const Objects>(ASK(ObjectsBuilder(mapping, path, context).build()));
    context.group->keep_made(name, made, size_of(*made));
    return made;
}

}  // namespace

Answer<std::vector<GroupContext>> objects_of(const GroupContext& context, std::string_view path) {
    std::vector<GroupContext> pieces;
    const store::FieldMapping* field = context.index->mapping->find(path);
    if (field == nullptr || field->type != store::FieldType::nested) return pieces;
    const auto objects = ASK(kept_objects(context, path));
    // It knows row groups by address alone, and those of objects come and go.
    if (context.request->cache != nullptr) context.request->cache->clear();
    for (std::size_t piece = 0; piece < objects->size(); ++piece) {
        const ObjectRows& rows = (*objects)[piece];
        GroupContext inside;
        inside.request = context.request;
        inside.index = context.index;
        inside.group = rows.group.get();
        inside.live = store::Bitmap(rows.group->rows(), true);
        inside.objects = std::make_shared<const ObjectsPlace>(
            ObjectsPlace{context, std::string(path), objects, piece});
        pieces.push_back(std::move(inside));
    }
    return pieces;
}

}  // namespace elkhorn::search
