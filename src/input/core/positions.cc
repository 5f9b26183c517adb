#include "input/core/positions.h"

#include "base/strings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace elkhorn::input {
namespace {

constexpr std::string_view header = "elkhorn-positions 1";

std::unexpected<Error> failure(const std::string& path) {
    return fail(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
}

}  // namespace

std::uint64_t Delivery::sent(std::uint64_t offset) {
    const Lock lock(mutex_);
    sent_.push_back({offset, false});
    return first_ + sent_.size() - 1;
}

void Delivery::arrived(std::uint64_t number) {
    const Lock lock(mutex_);
    sent_[number - first_].arrived = true;
    while (!sent_.empty() && sent_.front().arrived) {
        delivered_ = sent_.front().offset;
        sent_.pop_front();
        ++first_;
    }
}

std::uint64_t Delivery::delivered() const {
    const Lock lock(mutex_);
    return delivered_;
}

Result<Positions> read_positions(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Positions{};
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    Positions positions;
    bool first = true;
    for (const std::string_view line : split(text, '\n')) {
        if (first && line != header) {
            return fail(ErrorCode::invalid,
                        fmt::format("{}: is no file of positions; remove it, or name another in "
                                    "sincedb_path",
                                    path));
        }
        if (first || line.empty()) {
            first = false;
            continue;
        }
        std::uint64_t numbers[5] = {};
        std::string_view rest = line;
        for (std::uint64_t& number : numbers) {
            const std::size_t blank = rest.find(' ');
            number = std::strtoull(std::string(rest.substr(0, blank)).c_str(), nullptr, 10);
            rest.remove_prefix(blank == rest.npos ? rest.size() : blank + 1);
        }
        positions[{numbers[0], numbers[1]}] = {numbers[2], numbers[3], numbers[4],
                                               std::string(rest)};
    }
    return positions;
}

Result<> write_positions(const std::string& path, const Positions& positions) {
    std::string text(header);
    text += '\n';
    for (const auto& [id, position] : positions) {
        text += fmt::format("{} {} {} {} {} {}\n", id.device, id.inode, position.offset,
                            position.print_bytes, position.print_hash, position.path);
    }
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    const std::string fresh = path + ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file < 0) return failure(fresh);
    const ssize_t size = ::write(file, text.data(), text.size());
    const bool whole = size == static_cast<ssize_t>(text.size()) && fdatasync(file) == 0;
    ::close(file);
    if (!whole || std::rename(fresh.c_str(), path.c_str()) != 0) return failure(fresh);
    return {};
}

}  // namespace elkhorn::input
