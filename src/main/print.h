// main/print.h -- what the command line says to a person: standard output for results, standard
// error for trouble. Everything else is the log.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace elkhorn {

template <typename... Args>
void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(stdout, format, std::forward<Args>(args)...);
}

template <typename... Args>
int complain(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(stderr, "elkhorn: {}\n", fmt::format(format, std::forward<Args>(args)...));
    return 1;
}

}  // namespace elkhorn
