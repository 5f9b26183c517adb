#include "text/analysis/core/snowball.h"

#include <libstemmer.h>

#include <map>
#include <memory>
#include <string>

namespace elkhorn::text {
namespace {

struct Delete {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

using Stemmer = std::unique_ptr<sb_stemmer, Delete>;

sb_stemmer* stemmer_of(std::string_view algorithm) {
    thread_local std::map<std::string, Stemmer, std::less<>> known;
    const auto it = known.find(algorithm);
    if (it != known.end()) return it->second.get();
    const std::string name(algorithm);
    Stemmer made(sb_stemmer_new(name.c_str(), "UTF_8"));
    return known.emplace(name, std::move(made)).first->second.get();
}

}  // namespace

bool has_snowball(std::string_view algorithm) {
    return stemmer_of(algorithm) != nullptr;
}

Wide snowball_stem(std::string_view algorithm, WideView word) {
    sb_stemmer* stemmer = stemmer_of(algorithm);
    if (stemmer == nullptr) return Wide(word);
    const std::string bytes = to_utf8(word);
    const auto* given = reinterpret_cast<const sb_symbol*>(bytes.data());
    const sb_symbol* stem = sb_stemmer_stem(stemmer, given, static_cast<int>(bytes.size()));
    if (stem == nullptr) return Wide(word);  // out of memory
    const auto size = static_cast<std::size_t>(sb_stemmer_length(stemmer));
    return to_wide({reinterpret_cast<const char*>(stem), size});
}

}  // namespace elkhorn::text
