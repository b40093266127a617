import Matching
import Trading

/// One who holds a leveraged isolated position until he has had enough of it, or the venue has.
struct Holder: Hashable, Sendable {
    let account: AccountID
    /// When he next opens or closes.
    private(set) var next: Timestamp

    init(account: AccountID, at time: Timestamp, within seconds: Double, _ random: inout SplitMix64)
    {
        self.account = account
        next = time + .milliseconds(Int64(random.unit() * seconds * 1000))
    }

    /// Opens when flat, closes when not. `trend` is the return of the last hour.
    mutating func act(
        in exchange: inout Exchange, _ id: InstrumentID, trend: Double, grid: Grid,
        at time: Timestamp,
        _ random: inout SplitMix64
    ) {
        let own = exchange.account(account)
        if let position = own.position(id) {
            _ = exchange.place(
                account: account, instrument: id, side: position.direction.exitSide, limit: nil,
                timeInForce: .ioc,
                quantity: min(position.quantity, Quantity(units: grid.maxQuantity)),
                isReduceOnly: true)
            next = time + random.wait(mean: 1_800) + .seconds(60)
            return
        }
        // The crowd follows the last hour two times out of three.
        let follows = random.chance(0.66)
        let isUp = trend == 0 ? random.chance(0.5) : (trend > 0) == follows
        let notional = random.logNormal(median: 70_000, spread: 1.0, in: 5_000...500_000)
        let price = exchange.markPrice(id)
        let margin = Money(whole: Int64(notional / Double(own.leverage) * 1.2) + 100)
        if own.availableBalance < margin { exchange.deposit(margin + margin, to: account) }
        _ = exchange.place(
            account: account, instrument: id, side: isUp ? .buy : .sell,
            limit: isUp
                ? grid.priceAbove(price.double * 1.002) : grid.priceBelow(price.double * 0.998),
            timeInForce: .ioc, quantity: grid.quantity(notional: notional, at: price))
        next = time + random.wait(mean: 9_000) + .seconds(120)
    }
}
