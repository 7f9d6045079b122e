/* A wall clock of one's own for one process, to be preloaded: adds the seconds in the file named by SKEW_FILE (a decimal with its sign) to the time of day.
 * Looks at the file once in a tenth of a second. Clocks that only ever go forward are left alone, and so are waits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic long long offset_ns;
static _Atomic long long looked_at_ns;

static int real_gettime(clockid_t id, struct timespec *at) { return (int)syscall(SYS_clock_gettime, id, at); }

static long long offset(void) {
    struct timespec now;
    real_gettime(CLOCK_MONOTONIC, &now);
    long long ns = now.tv_sec * 1000000000LL + now.tv_nsec, before = looked_at_ns;
    if (ns - before > 100000000LL && atomic_compare_exchange_strong(&looked_at_ns, &before, ns)) {
        const char *name = getenv("SKEW_FILE");
        FILE *file = name ? fopen(name, "r") : NULL;
        double seconds;
        if (file) {
            if (fscanf(file, "%lf", &seconds) == 1) offset_ns = (long long)(seconds * 1e9);
            fclose(file);
        }
    }
    return offset_ns;
}

static void skew(struct timespec *at) {
    long long ns = at->tv_sec * 1000000000LL + at->tv_nsec + offset();
    at->tv_sec = ns / 1000000000LL;
    at->tv_nsec = ns % 1000000000LL;
}

int clock_gettime(clockid_t id, struct timespec *at) {
    int result = real_gettime(id, at);
    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) skew(at);
    return result;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    (void)zone;
    real_gettime(CLOCK_REALTIME, &now);
    skew(&now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    real_gettime(CLOCK_REALTIME, &now);
    skew(&now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
