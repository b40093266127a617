// Linux calls that Swift cannot import: peer credentials, core dump switch, monotonic clock.
#ifndef NARWHAL_CPOSIX_H
#define NARWHAL_CPOSIX_H
#include <stdint.h>
#include <sys/types.h>

/// Writes pid, uid and gid of the process at the other end of a Unix socket. 0, or -1 with errno.
int narwhal_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);
/// Whether `uid` belongs to group `gid`, by primary or supplementary membership. 1, 0, or -1 when the user is unknown.
int narwhal_user_in_group(uint32_t uid, uint32_t primary_gid, uint32_t gid);
/// Switches core dumps off and makes the process undumpable. 0, or -1 with errno.
int narwhal_forbid_core_dumps(void);
/// Takes an exclusive lock on an open file without waiting. 0, or -1 with errno (EWOULDBLOCK when another holds it).
int narwhal_lock_exclusive(int fd);
/// Nanoseconds of CLOCK_MONOTONIC.
int64_t narwhal_monotonic_nanoseconds(void);
/// Nanoseconds of CLOCK_REALTIME since 1970-01-01 00:00:00 UTC.
int64_t narwhal_wall_nanoseconds(void);
/// Nanoseconds of CPU time of this process, user and system.
int64_t narwhal_cpu_nanoseconds(void);
/// Sends SIGTERM to this process when its parent dies. 0, or -1 with errno.
int narwhal_die_with_parent(void);
#endif
