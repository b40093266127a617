#define _GNU_SOURCE
#include "cposix_narwhal.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

int narwhal_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    *pid = credentials.pid;
    *uid = credentials.uid;
    *gid = credentials.gid;
    return 0;
}

int narwhal_user_in_group(uint32_t uid, uint32_t primary_gid, uint32_t gid) {
    if (primary_gid == gid) return 1;
    struct passwd *user = getpwuid(uid);
    if (user == NULL) return -1;
    gid_t groups[256];
    int count = 256;
    if (getgrouplist(user->pw_name, primary_gid, groups, &count) < 0) return -1;
    for (int i = 0; i < count; i++)
        if (groups[i] == gid) return 1;
    return 0;
}

int narwhal_forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0);
}

int narwhal_lock_exclusive(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t narwhal_monotonic_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t narwhal_wall_nanoseconds(void) { return read_clock(CLOCK_REALTIME); }
int64_t narwhal_cpu_nanoseconds(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
int narwhal_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGTERM); }
