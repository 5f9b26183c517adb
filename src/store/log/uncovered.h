// store/log/uncovered.h -- how far back an index needs the log for what lies in no row group.
#pragma once

#include "store/log/write_log.h"

namespace elkhorn::store {

/// The oldest log entry of its kind that no manifest covers. A flush covers what came before it
/// began, once it has succeeded.
struct Uncovered {
    Lsn oldest = 0;       // 0: none
    Lsn since_begun = 0;  // of those after the last flush began

    void add(Lsn lsn) {
        if (oldest == 0) oldest = lsn;
        if (since_begun == 0) since_begun = lsn;
    }

    void flush_begins() { since_begun = 0; }

    void flushed() { oldest = since_begun; }
};

}  // namespace elkhorn::store
