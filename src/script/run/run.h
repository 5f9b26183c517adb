// script/run/run.h -- one thread's execution of a Program, row after row, within bounds:
//
//   Run run(program, host, {});
//   run.set_params(params);
//   const Value value = run.execute();      // thrown(): run.trouble() says what
//   run.leave_row();                        // frees what the row made
//
//   Bounds    loops of a million turns as in Painless, a number of steps over all, memory, and the
//             depth of calls. What passes one throws an Error that scripts cannot catch.
//   Cost      a script of numbers allocates nothing.
#pragma once

#include "event/value.h"
#include "script/core/host.h"
#include "script/core/script.h"
#include "script/value/heap.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

struct Limits {
    std::uint64_t steps_most = 200'000'000;
    std::size_t bytes_most = 32 << 20;
    /// Nothing is frozen and nothing freed: what a row makes may be kept by another.
    bool keeps = false;
};

struct Function;  // node.h
struct Method;    // library.h

class Run {
public:
    Run(std::shared_ptr<const Program> program, Host& host, const Limits& limits);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void set_params(const event::Value& params);
    /// One of them; a text must live as long as the run.
    void set_param(std::string_view name, const Value& value);

    /// Of a script that throws: Value::trouble(). Otherwise of the Context's type.
    Value execute();

    void leave_row() {
        if (!limits_.keeps) heap_.reset();
    }

    /// After a value that was thrown.
    Trouble trouble() const;

    // -- for whoever evaluates, and hosts ---------------------------------------------------------

    Host& host() { return host_; }

    Heap& heap() { return heap_; }

    /// Of what lasts as long as the run.
    Heap& kept() { return limits_.keeps ? heap_ : kept_; }

    /// A copy of the text; trouble where there is no room.
    Value text(std::string_view text);

    /// A text that lives as long as the row: copied only where it may be kept.
    Value row_text(std::string_view text) {
        return limits_.keeps ? this->text(text) : Value::of_text(text);
    }

    template <typename T, typename... Arguments>
    T* make(Arguments&&... arguments) {
        return heap_.make<T>(std::forward<Arguments>(arguments)...);
    }

    /// What a collection, an array or doc['field'] holds, added to `into`; false: raised.
    bool elements_of(const Value& value, std::vector<Value>& into);

    ListObject* make_list(std::vector<Value> items, Type type = Class::array_list);
    MapObject* make_map(Class one = Class::hash_map);
    /// Grown by as many values; trouble where there is no room, else null.
    Value charge_values(std::size_t values);

    Value raise(Class exception, std::string_view message);
    Value raise(ThrownObject& thrown);
    /// An Error that no script catches, in words of our own.
    Value give_up(Class error, std::string message);
    /// The host knows why.
    Value stop();
    /// The exception that was thrown, which is over by that; null where it cannot be caught.
    ThrownObject* take_thrown();
    /// The place of what was thrown last, unless it has one.
    void mark(std::uint32_t at);

    /// Whether what the heap has grown by may be had; false: given up.
    bool settle();

    /// One turn of a loop, or one call. False: given up.
    bool step();

    /// So many bytes looked at or copied by a method, which are steps too; what is beyond the bound
    /// ends the script at its next step.
    void spend(std::size_t bytes) { steps_ += bytes / bytes_a_step; }

    Value call(const Function& function, std::span<const Value> captured,
               std::span<const Value> arguments);
    /// A lambda or a reference to a method.
    Value call(const Value& closure, std::span<const Value> arguments);
    /// The same, its result a boolean (or trouble).
    Value test(const Value& closure, std::span<const Value> arguments);

    Value& local(std::size_t slot) { return frame_[slot]; }

    Value params() const { return params_; }

    /// params.NAME, by its place in the program.
    Value param(std::size_t place) {
        return params_change_ ? asked_param(place) : param_values_[place];
    }

    /// doc['NAME'] by its place in the program; below zero: raised.
    int slot(std::size_t place);
    DocObject* doc_object(int slot);

    std::uint64_t loops_left = 0;

    struct Site {
        Class of = Class::void_;
        const Method* method = nullptr;
    };

    Site& site(std::size_t place) { return sites_[place]; }

    /// Values of JSON: whole numbers are ints where they fit. Nothing of `value` is referred to.
    Value from_json(const event::Value& value, Heap& heap, Class map = Class::hash_map);
    /// Texts are of the run, the rest is in the arena. Nothing where it cannot be JSON.
    std::optional<event::Value> to_json(const Value& value, event::Arena& arena, int depth = 0);

private:
    static constexpr std::size_t frame_most = 4096;
    static constexpr std::size_t hold_step_bytes = 1 << 20;
    static constexpr std::size_t bytes_a_step = 256;

    Value asked_param(std::size_t place);

    std::shared_ptr<const Program> program_;
    Host& host_;
    Limits limits_;
    Heap heap_;
    Heap kept_;
    std::unique_ptr<Value[]> stack_;
    Value* frame_ = nullptr;
    std::size_t used_ = 0;  // of the stack
    std::size_t depth_ = 0;
    std::uint64_t steps_ = 0;
    std::uint64_t next_look_ = 0;               // at the host, in steps
    std::size_t held_bytes_ = hold_step_bytes;  // as the host knows; the first are free
    Value params_;
    std::vector<Value> param_values_;
    bool params_change_ = false;  // or are not all of them in params_
    std::vector<int> slots_;
    std::vector<DocObject*> docs_;
    std::vector<Site> sites_;
    ThrownObject* thrown_ = nullptr;
    bool fatal_ = false;
    bool stopped_ = false;
    std::uint32_t at_ = no_place;

    static constexpr std::uint32_t no_place = ~std::uint32_t{0};
};

}  // namespace elkhorn::script
