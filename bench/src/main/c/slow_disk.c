/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program, gives it a slower disk than it has. What is written to regular files goes to the disk one after the other, at
 * the disk's speed, behind the writer's back, as the page cache does; a writer waits only when more than a second's worth is on its way.
 * fsync() and fdatasync() take until what was written before has arrived, and at least as long as the disk's flush. What takes longer by
 * itself is not made longer. The disk is the file <this library>.disk: all programs that are started with one copy of the library share it.
 * Environment variables would not reach PostgreSQL, for agents pass on only those that they know.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

struct disk {
    int64_t bytes_per_second, sync_nanos;
    /* Until when it has to do with what has been written, by CLOCK_MONOTONIC. */
    _Atomic int64_t busy;
};

static struct disk *disk;

__attribute__((constructor)) static void begin(void) {
    Dl_info self;
    char file[PATH_MAX];
    if (dladdr((void *)begin, &self) == 0 || snprintf(file, sizeof file, "%s.disk", self.dli_fname) >= (int)sizeof file) _exit(127);
    int fd = open(file, O_RDWR | O_CLOEXEC);
    void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED) {
        perror(file);
        _exit(127);
    }
    close(fd);
    disk = shared;
}

static int64_t nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

static void wait_until(int64_t end) {
    int error = errno;
    struct timespec until = {.tv_sec = end / SECOND, .tv_nsec = end % SECOND};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
    errno = error;
}

static int is_file(int fd) {
    struct stat found;
    int error = errno, result = fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
    errno = error;
    return result;
}

static ssize_t written(int fd, ssize_t bytes) {
    if (disk == NULL || disk->bytes_per_second <= 0 || bytes <= 0 || !is_file(fd)) return bytes;
    int64_t now = nanos(), before = disk->busy, after;
    do {
        after = (before > now ? before : now) + bytes * SECOND / disk->bytes_per_second;
    } while (!__atomic_compare_exchange_n((int64_t *)&disk->busy, &before, after, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    if (after - now > SECOND) wait_until(after - SECOND);
    return bytes;
}

/* The next function of that name. */
#define REAL(name) ({ \
    static __typeof__(&name) real; \
    if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    real; \
})

ssize_t write(int fd, const void *bytes, size_t count) {
    return written(fd, REAL(write)(fd, bytes, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    return written(fd, REAL(pwrite)(fd, bytes, count, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    return written(fd, REAL(pwrite64)(fd, bytes, count, at));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return written(fd, REAL(writev)(fd, parts, count));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    return written(fd, REAL(pwritev)(fd, parts, count, at));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    return written(fd, REAL(pwritev64)(fd, parts, count, at));
}

/* The C library writes its streams without the functions above. */
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream) {
    size_t done = REAL(fwrite)(bytes, size, count, stream);
    written(fileno(stream), (ssize_t)(done * size));
    return done;
}

static int slowly(int (*sync)(int), int fd) {
    int64_t end = nanos() + (disk == NULL ? 0 : disk->sync_nanos), arrived = disk == NULL ? 0 : disk->busy;
    int result = sync(fd);
    wait_until(arrived > end ? arrived : end);
    return result;
}

int fsync(int fd) {
    return slowly(REAL(fsync), fd);
}

int fdatasync(int fd) {
    return slowly(REAL(fdatasync), fd);
}
