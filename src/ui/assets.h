// ui/assets.h -- the built web UI inside the binary; the table is written by tools/embed.py.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace elkhorn::ui {

struct Asset {
    std::string_view path;  // "/index.html"
    std::string_view content_type;
    std::string_view gzip;
};

std::span<const Asset> assets();

}  // namespace elkhorn::ui
