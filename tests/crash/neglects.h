// crash/neglects.h -- kinds of sync that a store may forget, as a disk that leaves them out. The
// simulation has to lose something on each of them, or it would not notice such a store.
//
//   log        what is acknowledged is not synced          segments   nor what leaves the log
//   manifests  nor what says which segments there are      folders    no name is durable
//   late       all is synced, but only after the answer
#pragma once

#include "io/fake_folder.h"

#include <array>
#include <string_view>

namespace elkhorn::crash {

/// A kind of sync that is left out, and which.
struct Neglect {
    std::string_view name;
    io::FakeDisk::Duties duties;
};

using Duty = io::FakeDisk::Duty;

inline const std::array<Neglect, 5> neglects = {{
    {"log",
     [](std::string_view name, bool is_folder) {
         return !is_folder && name.starts_with("log/") ? Duty::never : Duty::done;
     }},
    {"segments",
     [](std::string_view name, bool is_folder) {
         return !is_folder && name.ends_with(".seg") ? Duty::never : Duty::done;
     }},
    {"folders",
     [](std::string_view, bool is_folder) {
         return is_folder ? Duty::never : Duty::done;
     }},
    {"manifests",
     [](std::string_view name, bool is_folder) {
         return !is_folder && name.ends_with("/manifest.new") ? Duty::never : Duty::done;
     }},
    {"late",
     [](std::string_view, bool is_folder) {
         return is_folder ? Duty::done : Duty::late;
     }},
}};

}  // namespace elkhorn::crash
