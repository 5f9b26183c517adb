// search/script/row_script.h -- a script run over the rows of one row group after the other.
//
//   RowScript script(program, call.params, request);
//   ASK(script.enter(context));
//   const script::Value value = ASK(script.value(row));   // until the next row
//
// doc['field'] gives a row's values as Elasticsearch's doc values are: numbers ascending, texts
// ascending and each once. A field that the index does not know refuses, texts that are analysed
// do.
//
//   Threads   one.
//   Cost      columns are decoded when a row first asks for them; documents only for `_source`.
#pragma once

#include "event/value.h"
#include "json/parse.h"
#include "script/run/run.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "store/limits/memory_hold.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// The rows of a group as a host. Whoever asks sets what its script sees beside the document.
class RowHost : public script::Host {
public:
    explicit RowHost(const RequestContext* request)
        : request_(request),
          room_(request == nullptr ? nullptr : request->memory, store::MemoryUse::queries) {}

    Answer<> enter(const GroupContext& context);

    void at(std::uint32_t row) {
        row_ = row;
        source_ = {};
    }

    /// Of `_score`; asked only where the script does.
    std::function<Answer<float>(std::uint32_t row)> score;
    script::Value given;  // `_value`

    script::Value variable(script::Run& run, script::Role role) override;
    int field(script::Run& run, std::string_view name) override;
    bool has_field(std::string_view name) override;
    script::Class field_class(int slot) const override;
    std::size_t count(script::Run& run, int slot) override;
    script::Value value(script::Run& run, int slot, std::size_t i) override;
    double random(script::Run& run, std::int64_t seed, std::string_view field) override;
    bool hold(std::size_t bytes) override;
    bool go_on() override;
    std::int64_t now_ms() const override;

    /// What ended the run, where it was neither the script's fault nor an exception.
    std::optional<Failure> failure;

protected:
    std::uint32_t row() const { return row_; }

    const GroupContext& context() const { return context_; }

private:
    struct Slot {
        std::string name;
        Field field;
        script::Class of = script::Class::doc_longs;
        bool loaded = false;
        Numbers numbers;
        Keywords words;
        std::uint32_t asked = 0;  // rows of the group whose texts were read one by one
        std::uint32_t gathered = ~std::uint32_t{0};  // whose values these are
        std::vector<std::int64_t> wholes;
        std::vector<double> reals;
        std::vector<std::string> texts;
    };

    Answer<> resolve(Slot& slot) const;
    bool load(script::Run& run, Slot& slot);
    bool gather(script::Run& run, Slot& slot);
    Answer<> gather_texts(Slot& slot);
    bool fail(script::Run& run, Failure failure);

    const RequestContext* request_;            // the search's; null: none
    GroupContext context_;                     // of the group that was entered
    const store::IndexView* index_ = nullptr;  // whose fields the slots are
    std::uint32_t row_ = 0;
    std::vector<Slot> slots_;
    script::Value source_;
    std::unique_ptr<store::SourceReader> sources_;
    json::Parser parser_;
    store::MemoryHold room_;  // what the run holds beyond its first megabyte
};

class RowScript {
public:
    RowScript(std::shared_ptr<const script::Program> program, const event::Value& params,
              const RequestContext* request, const script::Limits& limits = {});

    Answer<> enter(const GroupContext& context) { return host_.enter(context); }

    /// Of the script's type; valid until the next call.
    Answer<script::Value> value(std::uint32_t row);
    /// Of scripts that give a number or a boolean.
    Answer<double> number(std::uint32_t row);
    Answer<bool> test(std::uint32_t row);

    RowHost& host() { return host_; }

    script::Run& run() { return run_; }

    /// What the run threw, as a failure.
    std::unexpected<Failure> failure();

private:
    RowHost host_;
    script::Run run_;
};

}  // namespace elkhorn::search
