#include "search/runtime/runtime_group.h"

#include "event/flatten.h"
#include "script/run/run.h"
#include "script/value/object.h"
#include "search/script/row_script.h"
#include "search/source/source_values.h"
#include "store/group/memory_group.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace elkhorn::search::runtime {
namespace {

using event::Value;
using script::Class;
using store::FieldType;

constexpr std::uint64_t room_free_bytes = 1 << 20;
constexpr std::size_t most_values = 100;  // of a document, as on Elasticsearch

/// A group with columns that are there already: what scripts of fields that need them look at.
class WithColumns final : public GroupBeside {
public:
    struct Of {
        std::string_view path;
        const store::RowGroup* columns;
    };

    WithColumns(std::shared_ptr<const store::RowGroup> group, std::vector<Of> more)
        : GroupBeside(std::move(group)), more_(std::move(more)) {}

    const store::Column* find(std::string_view path, store::ColumnKind kind) const override {
        for (const Of& one : more_) {
            if (one.path == path) return one.columns->find(path, kind);
        }
        return group().find(path, kind);
    }

    std::shared_ptr<const void> made(const std::string& name) const override {
        return group().made(name);
    }

    void keep_made(const std::string& name, std::shared_ptr<const void> what,
                   std::uint64_t size_bytes) const override {
        group().keep_made(name, std::move(what), size_bytes);
    }

private:
    std::vector<Of> more_;
};

/// What scripts emit, as values of JSON.
class EmittingHost final : public RowHost {
public:
    EmittingHost(const RequestContext* request, const RuntimeField& field)
        : RowHost(request), field_(field) {}

    bool emit(script::Run& run, std::span<const script::Value> values) override {
        const bool point = field_.mapping.type == FieldType::geo_point;
        if (values.size() != (point ? 2U : 1U)) {
            run.raise(Class::illegal_argument,
                      fmt::format("emit of [{}] takes {}", field_.name,
                                  point ? "a latitude and a longitude" : "one value"));
            return false;
        }
        if (emitted.size() == most_values) {
            run.raise(Class::illegal_argument,
                      fmt::format("Runtime field [{}] is emitting [{}] values while the maximum "
                                  "number of values allowed is [{}]",
                                  field_.name, most_values + 1, most_values));
            return false;
        }
        const auto made = point ? point_of(values) : value_of(values[0]);
        if (!made) {
            run.raise(Class::class_cast, fmt::format("Cannot cast from [{}] to [{}]",
                                                     script::name_of(script::type_of(values[0])),
                                                     field_.mapping.es_name));
            return false;
        }
        emitted.push_back(*made);
        return true;
    }

    std::vector<Value> emitted;  // by the row; texts are in the arena
    event::Arena arena;

private:
    std::optional<Value> point_of(std::span<const script::Value> values) {
        if (!values[0].is_number() || !values[1].is_number()) return std::nullopt;
        event::Object* point = event::make_object(arena);
        point->add(arena, "lat", Value::real(values[0].as_double()));
        point->add(arena, "lon", Value::real(values[1].as_double()));
        return Value::object(point);
    }

    std::optional<Value> value_of(const script::Value& value) {
        switch (field_.mapping.type) {
            case FieldType::boolean:
                if (!value.is(script::Tag::boolean)) return std::nullopt;
                return Value::boolean(value.as_boolean());
            case FieldType::float64:
                if (!value.is_number()) return std::nullopt;
                return Value::real(value.as_double());
            case FieldType::int64:
            case FieldType::date:
                if (!value.is_number() || value.is_real()) return std::nullopt;
                return Value::integer(value.as_whole());
            default:
                if (!value.is_text()) return std::nullopt;
                return Value::string(arena.copy(value.as_text()));
        }
    }

    const RuntimeField& field_;
};

/// One column more for all rows of a group: small documents with nothing but the field.
class ColumnMaker {
public:
    ColumnMaker(const RuntimeField& field, store::MemoryHold& room)
        : field_(field), room_(room), held_before_(room.held()), flattener_(names_) {
        store::Mapping mapping;
        store::FieldMapping own = field.mapping;
        if (field.script) own.format.clear();  // scripts emit milliseconds
        mapping.fields.emplace(field.name, std::move(own));
        group_ = std::make_unique<store::MemoryGroup>(names_, mapping);
    }

    Answer<> add(event::Arena& arena, std::span<const Value> values) {
        constexpr std::size_t columns_factor = 3;  // with the columns made of a document
        event::Event event(arena);
        if (values.size() == 1) {
            put_at_path(arena, event.root(), field_.name, values[0]);
        } else if (!values.empty()) {
            event::Array* list = event::make_array(arena);
            for (const Value& value : values)
                list->push_back(arena, value);
            put_at_path(arena, event.root(), field_.name, Value::array(list));
        }
        const std::string_view source = flattener_.flatten(event, buffer_, document_);
        if (!room_.add(columns_factor * source.size())) return no_room();
        group_->add(document_, source);
        return {};
    }

    Answer<std::shared_ptr<const store::RowGroup>> take(const store::RowGroup& beside) {
        auto made = ASK(group_->take(beside));
        if (!room_.hold(held_before_ + made->size_bytes())) return no_room();
        return made;
    }

private:
    std::unexpected<Failure> no_room() const {
        auto failure = refuse_in_phase(
            "circuit_breaking_exception",
            fmt::format("[parent] Data too large, data for the runtime field [{}] would be more "
                        "than is left of the [{}] that all searches may take at once: ask about "
                        "fewer documents, try again, or raise `memory`",
                        field_.name, room_.limit()));
        failure.error().status = 429;
        failure.error().over = true;
        return failure;
    }

    const RuntimeField& field_;
    store::MemoryHold& room_;
    std::uint64_t held_before_;
    event::FieldNames names_;
    event::Flattener flattener_;
    std::unique_ptr<store::MemoryGroup> group_;
    std::string buffer_;  // of a source
    event::Document document_;
};

Answer<> run_script(const PlannedField& planned, const GroupContext& context, ColumnMaker& maker) {
    constexpr std::uint32_t rows_between_looks = 1024;
    EmittingHost host(context.request, planned.field);
    ASK(host.enter(context));
    script::Run run(planned.program, host, {});
    run.set_params(planned.field.script->params);
    for (std::uint32_t row = 0; row < context.rows(); ++row) {
        if (row % rows_between_looks == 0) ASK(context.go_on());
        host.arena.reset();
        host.emitted.clear();
        run.leave_row();
        host.at(row);
        if (context.live.test(row) && run.execute().thrown()) {
            if (host.failure) return std::unexpected(*host.failure);
            if (!planned.field.skips_errors) return script_failure(run.trouble());
            host.emitted.clear();
        }
        ASK(maker.add(host.arena, host.emitted));
    }
    return {};
}

}  // namespace

void Trouble::tell(Failure failure) {
    const Lock lock(mutex_);
    if (!first_) first_ = std::move(failure);
    told_ = true;
}

Answer<> Trouble::check() const {
    if (!told_.load(std::memory_order_relaxed)) return {};
    const Lock lock(mutex_);
    return std::unexpected(*first_);
}

std::optional<std::size_t> Plan::place_of(std::string_view path) const {
    const auto found = std::ranges::find(
        fields, path, [](const PlannedField& one) -> std::string_view { return one.field.name; });
    if (found == fields.end()) return std::nullopt;
    return static_cast<std::size_t>(found - fields.begin());
}

RuntimeGroup::RuntimeGroup(std::shared_ptr<const store::RowGroup> group,
                           std::shared_ptr<const Plan> plan, const store::IndexView* index)
    : GroupBeside(group),
      plan_(std::move(plan)),
      index_(index),
      own_(std::move(group)),
      made_(plan_->fields.size()),
      room_(plan_->request.memory, store::MemoryUse::queries, room_free_bytes) {}

const store::Column* RuntimeGroup::find(std::string_view path, store::ColumnKind kind) const {
    const auto place = plan_->place_of(path);
    if (!place) return group().find(path, kind);
    const Lock lock(mutex_);
    const store::RowGroup* columns = ensure(*place);
    return columns == nullptr ? nullptr : columns->find(path, kind);
}

const store::RowGroup* RuntimeGroup::ensure(std::size_t place) const {
    if (!made_[place].tried) {
        made_[place].tried = true;
        auto columns = make(place);
        if (columns)
            made_[place].columns = std::move(*columns);
        else
            plan_->trouble->tell(std::move(columns.error()));
    }
    return made_[place].columns.get();
}

Answer<std::shared_ptr<const store::RowGroup>> RuntimeGroup::make(std::size_t place) const {
    const PlannedField& planned = plan_->fields[place];
    std::vector<WithColumns::Of> more;
    for (const std::size_t need : planned.needs) {
        const store::RowGroup* columns = ensure(need);
        if (columns == nullptr) return std::shared_ptr<const store::RowGroup>();
        more.push_back({plan_->fields[need].field.name, columns});
    }
    const WithColumns group(own_, std::move(more));
    GroupContext context;
    context.request = &plan_->request;
    context.index = index_;
    context.group = &group;
    context.live = store::Bitmap(group.rows(), true);
    for (const store::GroupView& view : index_->groups) {
        if (view.group.get() == this && view.deleted != nullptr)
            context.live.and_not(*view.deleted);
    }
    ColumnMaker maker(planned.field, room_);
    if (planned.program != nullptr) {
        ASK(run_script(planned, context, maker));
    } else {
        event::Arena arena;
        Answer<> going;
        ASK(each_source_value(context, planned.field.name,
                              [&](std::uint32_t, std::span<const Value> values) {
                                  arena.reset();
                                  if (going) going = maker.add(arena, values);
                                  return std::uint64_t{0};
                              }));
        ASK(std::move(going));
    }
    return maker.take(*own_);
}

std::shared_ptr<const void> RuntimeGroup::made(const std::string& name) const {
    const Lock lock(mutex_);
    const auto found = kept_.find(name);
    return found == kept_.end() ? nullptr : found->second;
}

void RuntimeGroup::keep_made(const std::string& name, std::shared_ptr<const void> what,
                             std::uint64_t size_bytes) const {
    const Lock lock(mutex_);
    if (room_.add(size_bytes)) kept_.emplace(name, std::move(what));
}

}  // namespace elkhorn::search::runtime
