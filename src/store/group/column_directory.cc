#include "store/group/column_directory.h"

#include "base/assert.h"
#include "base/bytes.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace elkhorn::store {

std::optional<ColumnDirectory> ColumnDirectory::read(std::string_view bytes, std::uint32_t rows,
                                                     std::uint64_t chunks_end) {
    ColumnDirectory made;
    made.bytes_ = bytes;
    made.rows_ = rows;
    made.chunks_end_ = chunks_end;
    ByteReader reader(bytes);
    const std::uint64_t columns = reader.varint();
    for (std::uint64_t i = 0; i < columns && reader.ok(); ++i) {
        made.places_.push_back(reader.position());
        if (!read_column_entry(reader, rows, chunks_end)) return std::nullopt;
    }
    if (!reader.ok() || made.places_.size() > ~std::uint32_t{0}) return std::nullopt;
    made.places_.shrink_to_fit();
    made.sort();
    return made;
}

void ColumnDirectory::sort() {
    std::vector<Key> keys;
    keys.reserve(places_.size());
    for (std::uint32_t i = 0; i < size(); ++i)
        keys.push_back(key(i));
    sorted_.resize(size());
    std::iota(sorted_.begin(), sorted_.end(), std::uint32_t{0});
    // Of two with one name and kind, which only strangers write, the first is found.
    std::ranges::sort(sorted_, {}, [&](std::uint32_t i) { return std::pair(keys[i], i); });
}

ColumnDirectory::Key ColumnDirectory::key(std::uint32_t number) const {
    ByteReader reader(bytes_.substr(places_[number]));
    Key found;
    found.path = reader.text();
    found.kind = reader.number<std::uint8_t>();
    return found;
}

std::optional<std::uint32_t> ColumnDirectory::find(std::string_view path, ColumnKind kind) const {
    const Key wanted{path, static_cast<std::uint8_t>(kind)};
    const auto at =
        std::ranges::lower_bound(sorted_, wanted, {}, [&](std::uint32_t i) { return key(i); });
    if (at == sorted_.end() || key(*at) != wanted) return std::nullopt;
    return *at;
}

ColumnEntry ColumnDirectory::entry(std::uint32_t number) const {
    ASSERT(number < places_.size());
    ByteReader reader(bytes_.substr(places_[number]));
    auto found = read_column_entry(reader, rows_, chunks_end_);
    ASSERT(found.has_value());
    return std::move(*found);
}

}  // namespace elkhorn::store
