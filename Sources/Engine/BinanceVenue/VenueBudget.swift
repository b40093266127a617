package import BinanceFormat
import Synchronization
package import Trading
import Transport

/// The rate budget of one address and account, shared by everything that asks the venue.
package final class VenueBudget: Sendable {
    /// What the venue allows until it says otherwise. A twelfth of the weight, enough for 200 closes and cancels, and half
    /// of the orders are kept for what lowers risk; of the rest, public data may use one half.
    /// - Source: Binance USDⓈ-M general information and `exchangeInfo.rateLimits`, read 2026-05.
    private static let standard: [RateBudget.Limit] = [
        limit(.weight, 2_400, .minutes(1)), limit(.orders, 1_200, .minutes(1)),
        limit(.orders, 300, .seconds(10)),
    ]

    private let budget = Mutex(RateBudget(standard))
    private let now: @Sendable () -> Timestamp
    private let timeScale: Double

    /// `now` is the venue's time as far as we know it, `timeScale` times as fast as the wall clock; it does not jump.
    package init(now: @escaping @Sendable () -> Timestamp, timeScale: Double = 1) {
        self.now = now
        self.timeScale = timeScale
    }

    private static func limit(
        _ resource: RateBudget.Resource, _ most: Int, _ interval: Duration
    ) -> RateBudget.Limit {
        RateBudget.Limit(
            resource, most, per: interval, reserved: resource == .weight ? most / 12 : most / 2)
    }

    /// Takes the venue's own limits; those of a kind or interval that we do not know are left out.
    package func adopt(_ limits: [RateLimit]) {
        var known: [RateBudget.Limit] = []
        for limit in limits {
            // Less than this could not even guard a position, and is taken for a mistake.
            guard let interval = limit.interval, interval > .zero, limit.limit >= 100 else {
                continue
            }
            switch limit.kind {
            case .known(.requestWeight): known.append(Self.limit(.weight, limit.limit, interval))
            case .known(.orders): known.append(Self.limit(.orders, limit.limit, interval))
            case .known(.rawRequests), .unknown: continue
            }
        }
        guard !known.isEmpty else { return }
        budget.withLock { $0.replaceLimits(known) }
    }

    /// Takes over the pauses that another budget has learned, whose time is the same as ours or behind it.
    package func adoptPauses(of other: VenueBudget) {
        let learned = other.budget.withLock { $0 }
        budget.withLock { $0.adoptPauses(of: learned) }
    }

    /// Counts a request when it may go now; else says how long to wait in wall time.
    func take(_ request: BinanceRequest) -> RateBudget.Answer {
        let priority: RateBudget.Priority =
            request.lowersRisk ? .lowersRisk : request.security == .open ? .background : .normal
        let answer = budget.withLock {
            $0.take(
                RateBudget.Cost(weight: request.weight, orders: request.orderCount), priority,
                at: now())
        }
        guard case .after(let wait) = answer, timeScale > 1 else { return answer }
        return .after(Duration(nanoseconds: Int64(Double(wait.nanoseconds) / timeScale) + 1))
    }

    /// Takes what an answer says about limits: its counters, and a pause that it orders.
    func observe(_ answer: RESTAnswer, _ reaction: VenueReaction, venueTime: Timestamp) {
        let time = now()
        let counters: [(String, RateBudget.Resource, Duration)] = [
            ("X-MBX-USED-WEIGHT-1M", .weight, .minutes(1)),
            ("X-MBX-ORDER-COUNT-1M", .orders, .minutes(1)),
            ("X-MBX-ORDER-COUNT-10S", .orders, .seconds(10)),
        ]
        budget.withLock { budget in
            for (name, resource, interval) in counters {
                guard let used = answer.integerHeader(name) else { continue }
                budget.observe(used: used, of: resource, per: interval, at: time)
            }
            if let (pause, until) = Self.pause(reaction) {
                // Beyond the longest pause that is believed the number means nothing more.
                let named = answer.integerHeader("Retry-After").map {
                    Duration.seconds(
                        min(Int64($0), RateBudget.maxPause.nanoseconds / 1_000_000_000))
                }
                let length = named ?? until.map { $0 - venueTime } ?? Self.unnamedPause
                budget.pause(pause, for: length, at: time)
            }
        }
    }

    /// How long we keep still when the venue does not say how long.
    private static let unnamedPause = Duration.seconds(30)

    private static func pause(_ reaction: VenueReaction) -> (RateBudget.Pause, Timestamp?)? {
        switch reaction {
        case .rateLimited(let until): (.throttled, until)
        case .banned(let until): (.banned, until)
        case .success, .unknownOutcome, .retryLater, .resyncClock, .halt, .restricted,
            .modeMismatch, .requestBug, .refreshFilters, .wouldTrigger, .reduceOnlyConflict,
            .margin, .orderGone, .duplicateID, .reconcile, .alreadyDone, .reduceOnlyMode,
            .notPlaced, .newListenKey, .rejected:
            nil
        }
    }
}
