/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program under the name slow_sync.<microseconds>.so, lets each fsync() and fdatasync() take at least so long: a disk
 * whose flush does. A flush that takes longer by itself is not made longer.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int (*sync_function)(int);

static int64_t nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int slowly(sync_function sync, int fd) {
    const char *preloaded = getenv("LD_PRELOAD");
    const char *micros = preloaded == NULL ? NULL : strstr(preloaded, "slow_sync.");
    int64_t end = nanos() + (micros == NULL ? 0 : atoll(micros + strlen("slow_sync."))) * 1000;
    int result = sync(fd), error = errno;
    struct timespec until = {.tv_sec = end / 1000000000, .tv_nsec = end % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
    errno = error;
    return result;
}

int fsync(int fd) {
    static sync_function real;
    if (real == NULL) real = (sync_function)dlsym(RTLD_NEXT, "fsync");
    return slowly(real, fd);
}

int fdatasync(int fd) {
    static sync_function real;
    if (real == NULL) real = (sync_function)dlsym(RTLD_NEXT, "fdatasync");
    return slowly(real, fd);
}
