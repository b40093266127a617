import Glibc

/// A lock with two conditions that wait on the monotonic clock, so that a stepping wall clock wakes nobody early.
///
/// The worker waits for work with `wait`; whoever looks at the worker waits with `watch`, so that new work wakes the
/// worker alone.
final class Signal: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// For work, and for what watchers want to see.
    private let conditions = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 2)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        conditions.initialize(repeating: pthread_cond_t(), count: 2)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(conditions, &attributes)
        pthread_cond_init(conditions + 1, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(conditions)
        pthread_cond_destroy(conditions + 1)
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Wakes the worker; inside or, better, after `withLock`, so that it finds the lock free.
    func wake() { pthread_cond_broadcast(conditions) }
    /// Wakes the watchers.
    func wakeWatchers() { pthread_cond_broadcast(conditions + 1) }

    /// Inside `withLock` only: releases the lock until the worker is woken. May return for no reason.
    func wait() { pthread_cond_wait(conditions, mutex) }
    /// Inside `withLock` only: as `wait`, but not beyond `deadline`, in nanoseconds of the monotonic clock.
    func wait(until deadline: Int64) { wait(on: conditions, until: deadline) }
    /// Inside `withLock` only: releases the lock until the watchers are woken, or to `deadline`.
    func watch(until deadline: Int64) { wait(on: conditions + 1, until: deadline) }

    private func wait(on condition: UnsafeMutablePointer<pthread_cond_t>, until deadline: Int64) {
        var moment = timespec(
            tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &moment)
    }

    /// Nanoseconds of the monotonic clock.
    static func now() -> Int64 {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        return Int64(moment.tv_sec) * 1_000_000_000 + Int64(moment.tv_nsec)
    }
}
