package import Trading

/// GOLDEN_HOUR: entries only within the hours of the day that are known to be good; off by default.
package enum GoldenHourGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// First allowed time of day, UTC, 0...24 h.
        package var opens: Duration = .hours(9)
        /// First time of day that is no longer allowed; an earlier one than `opens` means over midnight.
        package var closes: Duration = .hours(16)

        package init() {}
    }

    /// The value is the hour of the day, UTC, with its fraction; the limit the hour at which the window closes.
    package static func verdict(at time: Timestamp, _ settings: Settings) -> Verdict {
        let ofDay = time - time.floor(to: .hours(24))
        let hour = ofDay.seconds / 3600
        let limit = settings.closes.seconds / 3600
        let isInside =
            settings.opens <= settings.closes
            ? ofDay >= settings.opens && ofDay < settings.closes
            : ofDay >= settings.opens || ofDay < settings.closes
        return isInside ? .allow(value: hour, limit: limit) : .block(value: hour, limit: limit)
    }
}
