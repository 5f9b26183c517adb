#include "store/file/index_identity.h"

#include "store/file/sealed_file.h"

namespace elkhorn::store {
namespace {

SealedSteps steps{"identity"};
const SealedKind identity_kind{0x31304e44'49474b45, 1, "note of an index", steps};  // "EKGIDN01"

}  // namespace

Result<> note_identity(io::Folder& folder, const Manifest& manifest) {
    Manifest identity = manifest;
    identity.segments.clear();
    identity.flushed_seq_no = 0;
    identity.next_segment = 1;
    identity.deletes = 0;
    const std::string body = manifest_bytes(identity);
    const std::string name = index_folder(manifest.incarnation) + "/identity";
    if (const auto noted = read_sealed(folder, name, identity_kind); noted && *noted == body)
        return {};
    return write_sealed(folder, name, identity_kind, body);
}

Result<Manifest> read_identity(const io::Folder& folder, const std::string& index_folder) {
    const std::string name = index_folder + "/identity";
    const std::string body = TRY(read_sealed(folder, name, identity_kind));
    return parse_manifest(name, body);
}

}  // namespace elkhorn::store
