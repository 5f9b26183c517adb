// search/runtime/runtime_group.h -- a row group with columns more than it has: those of runtime
// fields, each made when it is first looked for.
#pragma once

#include "base/mutex.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/runtime/runtime_fields.h"
#include "store/group/row_group.h"
#include "store/limits/memory_hold.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::runtime {

/// A field, compiled, and those that its script looks at.
struct PlannedField {
    RuntimeField field;
    std::shared_ptr<const script::Program> program;  // null: the values of _source
    std::vector<std::size_t> needs;                  // other fields, by their place
};

/// The first failure of all row groups. Thread-safe.
class Trouble {
public:
    void tell(Failure failure);
    Answer<> check() const;

private:
    std::atomic<bool> told_{false};
    mutable Mutex mutex_;
    std::optional<Failure> first_ GUARDED_BY(mutex_);
};

struct Plan {
    std::vector<PlannedField> fields;
    std::shared_ptr<Trouble> trouble = std::make_shared<Trouble>();
    /// As the search's, but for what only its own thread may touch: any thread makes columns.
    RequestContext request;

    std::optional<std::size_t> place_of(std::string_view path) const;
};

/// As another group, but for what is overridden.
class GroupBeside : public store::RowGroup {
public:
    explicit GroupBeside(std::shared_ptr<const store::RowGroup> group) : group_(std::move(group)) {}

    std::uint32_t rows() const final { return group_->rows(); }

    std::vector<const store::Column*> columns() const final { return group_->columns(); }

    std::uint32_t columns_set_up() const final { return group_->columns_set_up(); }

    std::int64_t first_seq_no() const final { return group_->first_seq_no(); }

    std::int64_t last_seq_no() const final { return group_->last_seq_no(); }

    Result<std::int64_t> seq_no(std::uint32_t row) const final { return group_->seq_no(row); }

    Result<std::int64_t> version(std::uint32_t row) const final { return group_->version(row); }

    Result<std::string> id(std::uint32_t row) const final { return group_->id(row); }

    Result<std::optional<std::uint32_t>> find_id(std::string_view id) const final {
        return group_->find_id(id);
    }

    std::unique_ptr<store::SourceReader> sources() const final { return group_->sources(); }

    std::uint64_t size_bytes() const final { return group_->size_bytes(); }

    Result<std::string_view> bytes() const final { return group_->bytes(); }

    Result<std::shared_ptr<const store::RowGroup>> open_beside(
        std::shared_ptr<const std::string> bytes) const final {
        return group_->open_beside(std::move(bytes));
    }

protected:
    const store::RowGroup& group() const { return *group_; }

private:
    std::shared_ptr<const store::RowGroup> group_;
};

class RuntimeGroup final : public GroupBeside {
public:
    /// `index`, which this is a group of, outlives it.
    RuntimeGroup(std::shared_ptr<const store::RowGroup> group, std::shared_ptr<const Plan> plan,
                 const store::IndexView* index);

    const store::Column* find(std::string_view path, store::ColumnKind kind) const override;
    std::shared_ptr<const void> made(const std::string& name) const override;
    void keep_made(const std::string& name, std::shared_ptr<const void> what,
                   std::uint64_t size_bytes) const override;

private:
    struct Made {
        bool tried = false;
        std::shared_ptr<const store::RowGroup> columns;  // null: it went wrong
    };

    const store::RowGroup* ensure(std::size_t place) const REQUIRES(mutex_);
    Answer<std::shared_ptr<const store::RowGroup>> make(std::size_t place) const REQUIRES(mutex_);

    std::shared_ptr<const Plan> plan_;
    const store::IndexView* index_;
    std::shared_ptr<const store::RowGroup> own_;  // the group as it is
    mutable Mutex mutex_;  // held while a column is made: who else looks for one has to wait anyway
    mutable std::vector<Made> made_ GUARDED_BY(mutex_);  // by place in the plan
    /// What was made of the group with these fields, by name: nobody else may find it.
    mutable std::map<std::string, std::shared_ptr<const void>, std::less<>> kept_
        GUARDED_BY(mutex_);
    mutable store::MemoryHold room_ GUARDED_BY(mutex_);
};

}  // namespace elkhorn::search::runtime
