#include "store/offline/inspect.h"

#include "io/folder.h"
#include "store/file/segment_file.h"

namespace elkhorn::store {

Result<> inspect_segment(const std::string& path, SegmentUse& use) {
    const auto slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    const auto folder = TRY(io::open_folder(parent, false));
    const auto cache = std::make_shared<Cache>(0);
    const auto groups = TRY(open_segment(*folder, name, 0, cache));
    use.file_bytes += TRY(folder->map(name))->bytes().size();
    for (const auto& group : groups) {
        ++use.groups;
        use.rows += group->rows();
        for (const auto& column : group->columns()) {
            FieldUse& field = use.fields[{column->path(), std::string(column->encoding_name())}];
            field.values += column->value_count();
            field.bytes += column->size_bytes();
            field.index_bytes += column->index_bytes();
        }
    }
    return {};
}

}  // namespace elkhorn::store
