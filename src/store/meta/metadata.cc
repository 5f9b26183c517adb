#include "store/meta/metadata.h"

#include "base/bytes.h"
#include "store/file/sealed_file.h"

#include <fmt/format.h>

#include <utility>

namespace elkhorn::store {
namespace {

SealedSteps steps{"metadata"};
const SealedKind metadata_kind{0x3130444d'53474b45, 1, "metadata", steps};  // "EKGSMD01"

using Views = std::map<MetadataKind, std::shared_ptr<const NamedTexts>>;

std::string bytes_of(const Views& views) {
    std::size_t count = 0;
    for (const auto& [kind, texts] : views)
        count += texts->size();
    std::string out;
    append_varint(out, count);
    for (const auto& [kind, texts] : views) {
        for (const auto& [name, text] : *texts) {
            append_varint(out, static_cast<std::uint64_t>(kind));
            append_text(out, name);
            append_text(out, text);
        }
    }
    return out;
}

Result<AllMetadata> parse(std::string_view bytes) {
    ByteReader reader(bytes);
    AllMetadata all;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        const std::uint64_t kind = reader.varint();
        const std::string name(reader.text());
        const std::string_view text = reader.text();
        if (kind != static_cast<std::uint64_t>(MetadataKind::script)) {
            return fail(ErrorCode::corruption,
                        fmt::format("{}: kind {} is not known: a newer elkhorn wrote it",
                                    metadata_file, kind));
        }
        all[static_cast<MetadataKind>(kind)][name] = text;
    }
    if (!reader.ok() || !reader.at_end()) {
        return fail(ErrorCode::corruption,
                    std::string(metadata_file) + ": its checksum holds, but it makes no sense");
    }
    return all;
}

Result<AllMetadata> read(const io::Folder& data) {
    if (!data.exists(metadata_file)) return AllMetadata();
    const std::string bytes = TRY(read_sealed(data, metadata_file, metadata_kind));
    return parse(bytes);
}

}  // namespace

Result<> Metadata::load() {
    AllMetadata all = TRY(read(data_));
    const Lock lock(mutex_);
    views_.clear();
    for (auto& [kind, texts] : all)
        views_[kind] = std::make_shared<const NamedTexts>(std::move(texts));
    return {};
}

std::shared_ptr<const NamedTexts> Metadata::all(MetadataKind kind) const {
    const Lock lock(mutex_);
    const auto found = views_.find(kind);
    return found == views_.end() ? nullptr : found->second;
}

Result<> Metadata::put(MetadataKind kind, std::string_view name, std::string_view text) {
    const Lock changing(changing_);
    const auto before = all(kind);
    NamedTexts texts = before == nullptr ? NamedTexts() : *before;
    texts.insert_or_assign(std::string(name), std::string(text));
    return replace(kind, std::move(texts));
}

Result<bool> Metadata::remove(MetadataKind kind, std::string_view name) {
    const Lock changing(changing_);
    const auto before = all(kind);
    if (before == nullptr || !before->contains(name)) return false;
    NamedTexts texts = *before;
    texts.erase(texts.find(name));
    TRY(replace(kind, std::move(texts)));
    return true;
}

Result<> Metadata::replace(MetadataKind kind, NamedTexts texts) {
    Views views;
    {
        const Lock lock(mutex_);
        views = views_;
    }
    views[kind] = std::make_shared<const NamedTexts>(std::move(texts));
    const std::string bytes = bytes_of(views);
    if (bytes.size() > most_bytes) {
        return fail(ErrorCode::too_large,
                    fmt::format("scripts and the like would take {} bytes, and a node keeps {} of "
                                "them: delete some",
                                bytes.size(), most_bytes));
    }
    if (may_change_) TRY(may_change_());
    TRY(write_sealed(data_, metadata_file, metadata_kind, bytes));
    const Lock lock(mutex_);
    views_ = std::move(views);
    return {};
}

Result<> check_metadata_file(const io::Folder& data) {
    TRY(read(data));
    return {};
}

}  // namespace elkhorn::store
