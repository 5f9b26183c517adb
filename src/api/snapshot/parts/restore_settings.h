// api/snapshot/parts/restore_settings.h -- `index_settings` and `ignore_index_settings` of a
// restore: what an index is given over the settings it had, and what it loses of them.
//
// Both name settings of an index (api/core/index_settings.h). Those that say what an index is
// (its shards, its uuid) can neither be changed nor left out.
#pragma once

#include "api/core/settings_text.h"
#include "event/value.h"
#include "search/base/failure.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

struct SettingsChange {
    Settings over;
    std::vector<std::string> without;  // names and patterns, without "index."
    std::string refused;               // why it cannot be done; empty: it can
};

search::Answer<SettingsChange> read_settings_change(const event::Object& body);

/// The settings of an index, as the store keeps them, after the change.
std::string changed_settings(std::string_view settings_json, const SettingsChange& change);

}  // namespace elkhorn::api
