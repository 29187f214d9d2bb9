/* LD_PRELOAD: a disk that refuses to sync. The FAIL_AT-th fsync or fdatasync on a file below FAIL_DIR, and the
   FAIL_COUNT - 1 after it, return EIO. Says so on standard output, in the order in which it happens, and at the end how
   many syncs there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long syncs = 0;

static int refuses(int fd) {
    const char *dir = getenv("FAIL_DIR"), *at = getenv("FAIL_AT"), *count = getenv("FAIL_COUNT");
    char link[64], path[1024], line[1100];
    if (!dir || !at) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (strncmp(path, dir, strlen(dir)) != 0) return 0;
    long first = atol(at), n = __sync_add_and_fetch(&syncs, 1);
    if (n < first || n >= first + (count ? atol(count) : 1)) return 0;
    int size = snprintf(line, sizeof line, "EIO %s\n", path + strlen(dir));
    if (write(1, line, (size_t)size) < 0) return 0;
    return 1;
}

#define SYNC(NAME)                                                   \
    int NAME(int fd) {                                               \
        static int (*real)(int);                                     \
        if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, #NAME);     \
        if (refuses(fd)) { errno = EIO; return -1; }                 \
        return real(fd);                                             \
    }
SYNC(fsync)
SYNC(fdatasync)

__attribute__((destructor)) static void count(void) {
    char line[64];
    int size = snprintf(line, sizeof line, "SYNCS %ld\n", syncs);
    if (write(1, line, (size_t)size) < 0) return;
}
