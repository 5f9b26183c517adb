#include "main/inspect.h"

#include "json/writer.h"
#include "main/print.h"
#include "store/offline/inspect.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace elkhorn {
namespace {

namespace fs = std::filesystem;

/// The segments at or below the path, sorted.
std::vector<std::string> segments_at(const std::string& path) {
    std::vector<std::string> found;
    std::error_code error;
    if (!fs::is_directory(path, error)) return {path};
    for (fs::recursive_directory_iterator at(path, error), end; at != end && !error;
         at.increment(error)) {
        if (at->path().extension() == ".seg") found.push_back(at->path().string());
    }
    std::ranges::sort(found);
    return found;
}

struct Line {
    std::string field;
    std::string encoding;
    store::FieldUse use;
};

std::vector<Line> by_size(const store::SegmentUse& use) {
    std::vector<Line> lines;
    for (const auto& [key, field] : use.fields)
        lines.push_back({key.first, key.second, field});
    std::ranges::sort(lines, std::greater(),
                      [](const Line& line) { return std::pair(line.use.bytes, line.field); });
    return lines;
}

void print_table(const store::SegmentUse& use, std::size_t segments) {
    const double rows = static_cast<double>(std::max<std::uint64_t>(use.rows, 1));
    const auto share = [&](std::uint64_t bytes) {
        return 100.0 * static_cast<double>(bytes) / static_cast<double>(use.file_bytes);
    };
    print("{} segments, {} row groups, {} rows, {} bytes, {:.1f} a row\n\n", segments, use.groups,
          use.rows, use.file_bytes, static_cast<double>(use.file_bytes) / rows);
    print("{:<40} {:<11} {:>12} {:>12} {:>12} {:>8} {:>7}\n", "field", "encoding", "values",
          "bytes", "of it index", "a row", "share");
    for (const Line& line : by_size(use)) {
        print("{:<40} {:<11} {:>12} {:>12} {:>12} {:>8.2f} {:>6.1f}%\n", line.field, line.encoding,
              line.use.values, line.use.bytes, line.use.index_bytes,
              static_cast<double>(line.use.bytes) / rows, share(line.use.bytes));
    }
}

void print_json(const store::SegmentUse& use, std::size_t segments) {
    json::Writer out;
    out.begin_object().member("segments", segments).member("groups", use.groups);
    out.member("rows", use.rows).member("bytes", use.file_bytes).key("fields").begin_array();
    for (const Line& line : by_size(use)) {
        out.begin_object().member("field", line.field).member("encoding", line.encoding);
        out.member("values", line.use.values).member("bytes", line.use.bytes);
        out.member("index_bytes", line.use.index_bytes).end_object();
    }
    out.end_array().end_object();
    print("{}\n", out.take());
}

}  // namespace

int inspect(const InspectOptions& options) {
    const std::vector<std::string> segments = segments_at(options.path);
    if (segments.empty()) {
        return complain(
            "{}: there is no segment in it; a server writes one when its tail is large "
            "enough, or at POST /_flush",
            options.path);
    }
    store::SegmentUse use;
    for (const std::string& segment : segments) {
        if (auto done = store::inspect_segment(segment, use); !done)
            return complain("{}", done.error().message);
    }
    if (options.json)
        print_json(use, segments.size());
    else
        print_table(use, segments.size());
    return 0;
}

}  // namespace elkhorn
