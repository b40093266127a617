package import Trading

/// STALE_DATA: no entry on data that are too old. A quiet symbol is not stale: ages are those of the connection.
package enum StaleDataGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// Longest silence of the market connection, pongs included.
        package var maxConnectionAge: Duration = .seconds(5)
        package var maxMarkAge: Duration = .seconds(5)
        /// Longest silence of the order connection, pongs included.
        package var maxOrderLinkAge: Duration = .seconds(60)

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        /// Since the last frame or pong of the market connection; `nil` when never or lost.
        package var connectionAge: Duration?
        /// Since the mark price; `nil` when never. A venue without one passes the age of what it is derived from.
        package var markAge: Duration?
        /// Whether the local book follows the venue's; `true` where none is subscribed.
        package var isBookLive: Bool
        /// Since the last frame or pong of the order connection; `nil` when never or lost.
        package var orderLinkAge: Duration?

        package init(
            connectionAge: Duration?, markAge: Duration?, isBookLive: Bool, orderLinkAge: Duration?
        ) {
            self.connectionAge = connectionAge
            self.markAge = markAge
            self.isBookLive = isBookLive
            self.orderLinkAge = orderLinkAge
        }
    }

    /// The value is the first age beyond its limit, in seconds; a book that is not live blocks with value 1 over
    /// limit 0. When all is fresh it is the age of the market connection.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        guard let connection = input.connectionAge, let mark = input.markAge,
            let orderLink = input.orderLinkAge
        else { return .noData }
        let ages = [
            (connection, settings.maxConnectionAge), (mark, settings.maxMarkAge),
            (orderLink, settings.maxOrderLinkAge),
        ]
        for (age, limit) in ages where age > limit {
            return .block(value: age.seconds, limit: limit.seconds)
        }
        guard input.isBookLive else { return .block(value: 1, limit: 0) }
        return .allow(value: connection.seconds, limit: settings.maxConnectionAge.seconds)
    }
}
