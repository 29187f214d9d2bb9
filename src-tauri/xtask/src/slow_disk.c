/*
 * Makes a disk cost what it costs on an old office computer.
 *
 * Loaded with LD_PRELOAD into a program that is measured. Each fsync, fdatasync, msync and
 * sync_file_range is carried out and then waits for the arm: 6 to 20 ms, a 5400 rpm disk's half
 * turn plus its seek. So does a read of what is not in the system's cache, unless it goes on where
 * the last read of that file ended: the disk reads ahead on its track. Pages that the system maps
 * by itself (programs, libraries) are not slowed. The waits come from a fixed seed, so that two
 * runs wait alike.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

static const unsigned ARM_US_MIN = 6000;
static const unsigned ARM_US_MAX = 20000;
/* A track's worth: reads this near behind the last one cost no turn. */
static const off64_t TRACK_BYTES = 256 * 1024;
enum { FILES = 1024 };
static _Atomic off64_t ends[FILES];

/* Weyl's sequence, mixed: one atomic step, so that threads need no lock. */
static void wait_for_the_arm(void)
{
    static _Atomic uint64_t state = 88172645463325252u;
    uint64_t random = atomic_fetch_add(&state, 0x9e3779b97f4a7c15u);
    random = (random ^ (random >> 30)) * 0xbf58476d1ce4e5b9u;
    random ^= random >> 31;
    usleep(ARM_US_MIN + (unsigned)(random % (ARM_US_MAX - ARM_US_MIN)));
}

static ssize_t read_from_the_track(int file, void *start, size_t length, off64_t offset)
{
    ssize_t (*next)(int, void *, size_t, off64_t) =
        (ssize_t (*)(int, void *, size_t, off64_t))dlsym(RTLD_NEXT, "pread64");
    struct iovec piece = {.iov_base = start, .iov_len = length};
    ssize_t cached = preadv2(file, &piece, 1, offset, RWF_NOWAIT);
    if (cached >= 0 || errno != EAGAIN)
        return cached == (ssize_t)length ? cached : next(file, start, length, offset);
    int known = file >= 0 && file < FILES;
    off64_t end = known ? atomic_exchange(&ends[file], offset + (off64_t)length) : -1;
    if (offset < end || offset - end > TRACK_BYTES)
        wait_for_the_arm();
    return next(file, start, length, offset);
}

ssize_t pread64(int file, void *start, size_t length, off64_t offset)
{
    return read_from_the_track(file, start, length, offset);
}

ssize_t pread(int file, void *start, size_t length, off_t offset)
{
    return read_from_the_track(file, start, length, offset);
}

int fsync(int file)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int result = next(file);
    wait_for_the_arm();
    return result;
}

int fdatasync(int file)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int result = next(file);
    wait_for_the_arm();
    return result;
}

int msync(void *start, size_t length, int flags)
{
    int (*next)(void *, size_t, int) = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "msync");
    int result = next(start, length, flags);
    wait_for_the_arm();
    return result;
}

int sync_file_range(int file, off64_t offset, off64_t bytes, unsigned flags)
{
    int (*next)(int, off64_t, off64_t, unsigned) =
        (int (*)(int, off64_t, off64_t, unsigned))dlsym(RTLD_NEXT, "sync_file_range");
    int result = next(file, offset, bytes, flags);
    wait_for_the_arm();
    return result;
}
