// codec/core/charset.h -- the `charset` option: bytes of another character set to UTF-8. UTF-8
// itself passes as it is; what is invalid in it becomes U+FFFD only where it is written out. Only
// codec/ includes this.
#pragma once

#include "config/fields.h"
#include "event/arena.h"

#include <string_view>

namespace elkhorn::codec {

class Charset {
public:
    void read(config::Fields& fields);

    /// The same view where nothing needs to change; else a copy in the arena.
    std::string_view to_utf8(std::string_view bytes, event::Arena& arena) const;

    bool is_utf8() const { return kind_ == Kind::utf8; }

private:
    enum class Kind { utf8, latin1, windows1252 };
    Kind kind_ = Kind::utf8;
};

}  // namespace elkhorn::codec
