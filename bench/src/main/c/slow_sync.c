/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program, lets each fsync() and fdatasync() take at least SLOW_SYNC_MICROS: a disk whose flush takes so long. A flush
 * that takes longer by itself is not made longer.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

typedef int (*sync_function)(int);

static int64_t nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int slowly(sync_function sync, int fd) {
    const char *micros = getenv("SLOW_SYNC_MICROS");
    int64_t end = nanos() + (micros == NULL ? 0 : atoll(micros)) * 1000;
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
