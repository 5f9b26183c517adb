#include "config/pipeline_files.h"

#include "base/strings.h"
#include "config/grammar.h"
#include "text/pattern/glob.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace elkhorn::config {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> files_of(const std::string& path) {
    std::error_code error;
    std::vector<std::string> files;
    if (fs::is_directory(path, error)) {
        for (const auto& entry : fs::directory_iterator(path, error)) {
            if (entry.is_regular_file(error) &&
                !entry.path().filename().string().starts_with('.')) {
                files.push_back(entry.path().string());
            }
        }
    } else if (fs::exists(path, error)) {
        files.push_back(path);
    } else {
        files = text::glob_files(path);
    }
    if (files.empty())
        return fail(ErrorCode::not_found, fmt::format("{}: there is no such file", path));
    std::ranges::sort(files);
    return files;
}

}  // namespace

Result<Pipeline> load_pipeline(const std::string& path, const Lookup& environment) {
    Pipeline pipeline;
    std::vector<std::string> mistakes;
    for (const std::string& file : TRY(files_of(path))) {
        std::ifstream in(file, std::ios::binary);
        if (!in) {
            mistakes.push_back(fmt::format("{}: cannot be read", file));
            continue;
        }
        const std::string text{std::istreambuf_iterator<char>(in),
                               std::istreambuf_iterator<char>()};
        if (text.size() > pipeline_file_limit_bytes) {
            mistakes.push_back(
                fmt::format("{}: is larger than {} bytes", file, pipeline_file_limit_bytes));
            continue;
        }
        GrammarOptions options;
        options.file = file;
        options.environment = environment;
        auto parsed = parse_pipeline(text, options);
        if (parsed)
            pipeline.append(std::move(*parsed));
        else
            mistakes.push_back(parsed.error().message);
    }
    if (mistakes.empty()) return pipeline;
    return fail(ErrorCode::invalid, join(mistakes, "\n"));
}

}  // namespace elkhorn::config
