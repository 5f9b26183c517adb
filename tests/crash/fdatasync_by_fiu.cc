// fdatasync as libfiu says it should go, and nothing else: libfiu's own wrapper of the C library
// stands before malloc, mmap and madvise as well and allocates while it is asked, which no
// allocator bears that calls madvise. Loaded by LD_PRELOAD beside libfiu's fiu_run_preload.so,
// which brings fiu_fail.

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

extern "C" int fiu_fail(const char* name);  // libfiu, fiu.h: not 0 where that is to fail

extern "C" int fdatasync(int fd) {
    if (fiu_fail("posix/io/sync/fdatasync") != 0) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(syscall(SYS_fdatasync, fd));
}
