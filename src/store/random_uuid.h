// store/random_uuid.h -- uuids as Elasticsearch writes them: 22 characters of base64url.
#pragma once

#include "base/random.h"

#include <string>
#include <string_view>

namespace elkhorn::store {

inline std::string random_uuid(Random& random) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string uuid;
    for (int i = 0; i < 22; ++i)
        uuid += alphabet[random.below(alphabet.size())];
    return uuid;
}

}  // namespace elkhorn::store
