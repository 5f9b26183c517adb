#include "main/verify.h"

#include "io/folder.h"
#include "json/writer.h"
#include "main/print.h"
#include "store/offline/verify.h"

#include <filesystem>

namespace elkhorn {
namespace {

void print_json(const store::Verified& found) {
    json::Writer out;
    out.begin_object().member("indices", found.indices).member("segments", found.segments);
    out.member("groups", found.groups).member("documents", found.documents);
    out.member("log_entries", found.log_entries).member("bytes", found.bytes);
    out.key("damage").begin_array();
    for (const std::string& sentence : found.damage)
        out.value(sentence);
    out.end_array().end_object();
    print("{}\n", out.take());
}

void print_text(const store::Verified& found) {
    for (const std::string& sentence : found.damage)
        print("damaged: {}\n", sentence);
    print("{} indices, {} segments, {} row groups, {} documents, {} log entries, {} bytes: {}\n",
          found.indices, found.segments, found.groups, found.documents, found.log_entries,
          found.bytes,
          found.damage.empty() ? "sound" : fmt::format("{} damaged", found.damage.size()));
}

}  // namespace

int verify_data(const VerifyOptions& options) {
    // Opening a folder makes it: a mistyped name must not.
    std::error_code error;
    if (!std::filesystem::is_directory(options.data, error))
        return complain("{}: there is no such folder; name the data folder", options.data);
    const auto folder = io::open_folder(options.data, false);
    if (!folder) return complain("{}", folder.error().message);
    const auto found = store::verify(**folder, options.values);
    if (!found) return complain("{}", found.error().message);
    if (options.json)
        print_json(*found);
    else
        print_text(*found);
    return found->damage.empty() ? 0 : 1;
}

}  // namespace elkhorn
