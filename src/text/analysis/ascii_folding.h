// text/analysis/ascii_folding.h -- letters without their accents, as Lucene's ASCIIFoldingFilter:
// "Straße Ångström" becomes "Strasse Angstrom". Letters of other scripts stay
// as they are, and so does what is no UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace elkhorn::text {

std::string fold_to_ascii(std::string_view text);

}  // namespace elkhorn::text
