#include "search/query/core/brief.h"

#include "search/match/field_terms.h"
#include "text/json_text.h"

#include <utility>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

class Brief {
public:
    void add(const Value& value) {
        if (full()) return;
        if (value.is(Kind::object)) {
            add_all('{', '}', value.as_object().members(), [this](const event::Member& member) {
                text::append_json_string(text_, member.name);
                text_ += ':';
                add(member.value);
            });
        } else if (value.is(Kind::array)) {
            add_all('[', ']', value.as_array().values(), [this](const Value& one) { add(one); });
        } else if (value.is(Kind::string)) {
            text::append_json_string(text_, value.as_string().substr(0, most));
        } else {
            text_ += value.is_null() ? "null" : term_of(value)->text;
        }
    }

    std::string take() {
        if (!full()) return std::move(text_);
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U)
            --end;
        return text_.substr(0, end) + "...";
    }

private:
    static constexpr std::size_t most = 200;

    bool full() const { return text_.size() > most; }

    template <typename Items, typename Add>
    void add_all(char open, char close, const Items& items, Add&& add_one) {
        text_ += open;
        bool first = true;
        for (const auto& item : items) {
            if (full()) return;
            if (!first) text_ += ',';
            first = false;
            add_one(item);
        }
        text_ += close;
    }

    std::string text_;
};

}  // namespace

std::string brief(const Value& body) {
    Brief text;
    text.add(body);
    return text.take();
}

}  // namespace elkhorn::search
