// text/pattern/scan_class.h -- well-known pattern classes scanned by hand: what a regex engine's
// first choice for the standard definition would be. Found by the definition itself, not by its
// name, so that a user's own IPORHOST is never taken for ours. Only text/ includes this.
#pragma once

#include <cstddef>
#include <string_view>

namespace elkhorn::text {

struct Scanned {
    enum class Kind { no, yes, unsure };
    Kind kind = Kind::no;
    std::size_t size = 0;
    bool sole = false;  // the class could match here in no other way
};

using ScanClass = Scanned (*)(std::string_view line, std::size_t position);

/// `expression` is a pattern's definition in PCRE2's spelling; null when it is none of ours.
ScanClass find_scan_class(std::string_view expression);

}  // namespace elkhorn::text
