/*
 * Makes every durable write cost what it costs on an old hard disk.
 *
 * Loaded with LD_PRELOAD into a program that is measured. Each fsync, fdatasync, msync and
 * sync_file_range is carried out and then waits for the arm: 6 to 20 ms, a 5400 rpm disk's half
 * turn plus its seek. The waits come from a fixed seed, so that two runs wait alike.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

static const unsigned ARM_US_MIN = 6000;
static const unsigned ARM_US_MAX = 20000;

/* Weyl's sequence, mixed: one atomic step, so that threads need no lock. */
static void wait_for_the_arm(void)
{
    static _Atomic uint64_t state = 88172645463325252u;
    uint64_t random = atomic_fetch_add(&state, 0x9e3779b97f4a7c15u);
    random = (random ^ (random >> 30)) * 0xbf58476d1ce4e5b9u;
    random ^= random >> 31;
    usleep(ARM_US_MIN + (unsigned)(random % (ARM_US_MAX - ARM_US_MIN)));
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
