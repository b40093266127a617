package import Trading

/// Our share of a venue's rate limits, with a reserve that only what lowers risk may use.
///
/// What we take is counted over a sliding interval, so that no interval of the venue, wherever it begins, holds more than
/// the limit. What the venue says it has counted is believed when it is more: others may use the same address.
package struct RateBudget: Hashable, Sendable {
    package enum Resource: Hashable, Sendable { case weight, orders }

    package struct Limit: Hashable, Sendable {
        package let resource: Resource
        package let interval: Trading.Duration
        package let most: Int
        /// Part of `most`, kept for what lowers risk.
        package let reserved: Int

        package init(
            _ resource: Resource, _ most: Int, per interval: Trading.Duration, reserved: Int
        ) {
            precondition(interval > .zero, "A rate limit needs an interval.")
            self.resource = resource
            self.interval = interval
            self.most = max(0, most)
            self.reserved = min(max(0, reserved), self.most)
        }
    }

    /// Who may use how much of a limit.
    package enum Priority: Hashable, Sendable {
        /// All of it.
        case lowersRisk
        /// All but the reserve.
        case normal
        /// Half of that: what can wait must never keep the account from being read.
        case background
    }

    /// What one request costs; negative numbers count as zero.
    package struct Cost: Hashable, Sendable {
        package let weight: Int
        package let orders: Int

        package init(weight: Int, orders: Int = 0) {
            self.weight = max(0, weight)
            self.orders = max(0, orders)
        }

        func amount(of resource: Resource) -> Int {
            switch resource {
            case .weight: weight
            case .orders: orders
            }
        }
    }

    package enum Answer: Hashable, Sendable {
        /// It is counted, send it.
        case now
        /// Nothing is counted. Ask again after so long.
        case after(Trading.Duration)
        /// It costs more than the whole limit: it will never be allowed.
        case never
    }

    /// Why the venue wants less from us.
    package enum Pause: Hashable, Sendable {
        /// 429 and throttling: what lowers risk still goes.
        case throttled
        /// 418: nothing goes, every further request makes the ban longer.
        case banned
    }

    /// Pauses are not believed beyond this: the longest ban documented is three days.
    package static let maxPause: Trading.Duration = .hours(72)

    private var windows: [RateWindow]
    private var throttledUntil: Timestamp = .distantPast
    private var bannedUntil: Timestamp = .distantPast
    private var last: Timestamp = .distantPast

    package init(_ limits: [Limit]) { windows = limits.map(RateWindow.init) }

    /// Takes the venue's new limits and keeps what was counted for the intervals that stay.
    package mutating func replaceLimits(_ limits: [Limit]) {
        windows = limits.map { limit in
            let known = windows.first {
                $0.limit.resource == limit.resource && $0.limit.interval == limit.interval
            }
            guard var window = known else { return RateWindow(limit) }
            window.limit = limit
            return window
        }
    }

    /// Counts the request if it may go now in every window, otherwise counts nothing and says when to ask again.
    ///
    /// A time before an earlier one counts as that one.
    package mutating func take(
        _ cost: Cost, _ priority: Priority, at time: Timestamp
    ) -> Answer {
        last = max(last, time)
        let pausedUntil =
            priority == .lowersRisk ? bannedUntil : max(bannedUntil, throttledUntil)
        var wait = max(.zero, pausedUntil - last)
        for index in windows.indices {
            let amount = cost.amount(of: windows[index].limit.resource)
            guard amount > 0 else { continue }
            guard let more = windows[index].wait(for: amount, priority, at: last)
            else { return .never }
            wait = max(wait, more)
        }
        guard wait == .zero else { return .after(wait) }
        for index in windows.indices {
            windows[index].add(cost.amount(of: windows[index].limit.resource))
        }
        return .now
    }

    /// Takes the venue's own count, like the header `X-MBX-USED-WEIGHT-1M`.
    package mutating func observe(
        used: Int, of resource: Resource, per interval: Trading.Duration, at time: Timestamp
    ) {
        last = max(last, time)
        for index in windows.indices
        where windows[index].limit.resource == resource && windows[index].limit.interval == interval
        {
            windows[index].observe(used: used, at: last)
        }
    }

    /// Takes a pause that the venue ordered; an earlier one that lasts longer stays.
    package mutating func pause(_ pause: Pause, for length: Trading.Duration, at time: Timestamp) {
        last = max(last, time)
        let until = last + min(max(.zero, length), Self.maxPause)
        switch pause {
        case .throttled: throttledUntil = max(throttledUntil, until)
        case .banned: bannedUntil = max(bannedUntil, until)
        }
    }

    /// Takes over the pauses that another budget of the same address has learned.
    package mutating func adoptPauses(of other: RateBudget) {
        throttledUntil = max(throttledUntil, other.throttledUntil)
        bannedUntil = max(bannedUntil, other.bannedUntil)
    }

    /// What is counted in a window now, or `nil` when there is no such window.
    package mutating func used(
        _ resource: Resource, per interval: Trading.Duration, at time: Timestamp
    ) -> Int? {
        last = max(last, time)
        for index in windows.indices
        where windows[index].limit.resource == resource && windows[index].limit.interval == interval
        {
            windows[index].forget(before: last)
            return windows[index].used
        }
        return nil
    }
}
