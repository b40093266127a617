import BinanceFormat
import Messages
import Trading
import Transport

/// One booking of funding whose rate is not known yet.
struct FundingBooking: Hashable, Sendable {
    let id: Int64
    let amount: Money
    let time: Timestamp
}

/// Funding is told from the venue's own bookings: an event may be lost and need not name its symbol.
struct FundingWatch: Sendable {
    /// Bookings up to this time were told.
    var knownUntil: Timestamp?
    /// Of the bookings told, the latest ids.
    var told: [Int64] = []
    var isAsking = false
    /// Looks that follow an event, since a booking may show up later than its event.
    var looksLeft = 0

    init(knownUntil: Timestamp?) { self.knownUntil = knownUntil }

    mutating func begin(at time: Timestamp) { knownUntil = knownUntil ?? time }

    /// Whether a booking is told for the first time.
    mutating func isNew(_ booking: FundingBooking) -> Bool {
        guard !told.contains(booking.id) else { return false }
        told.append(booking.id)
        if told.count > 512 { told.removeFirst() }
        return true
    }
}

extension AccountSession {
    private static let looks = 4
    /// Nanoseconds by which a booking and its rate may lie apart.
    private static let rateSlack: UInt64 = 60_000_000_000

    /// An event says that funding was booked: the bookings are read.
    mutating func fundingBooked() {
        funding.looksLeft = Self.looks
        askFunding()
    }

    mutating func askFunding() {
        guard !funding.isAsking, !isStopped, let from = funding.knownUntil else { return }
        funding.isAsking = true
        effects.append(.ask(.funding, .income(type: "FUNDING_FEE", from: from, limit: 1_000)))
    }

    mutating func fundingCame(_ outcome: BinanceREST.Outcome, _ now: AccountMoment) {
        funding.isAsking = false
        guard let body = outcome.success else {
            effects.append(.wake(.funding, after: outcome.retryWait(.seconds(2))))
            return
        }
        var isNew = false
        do throws(FrameError) {
            for booking in try BinanceAnswers.income(body.span)
            where booking.asset == configuration.quoteAsset && booking.type == "FUNDING_FEE" {
                guard let place = booking.symbol.flatMap({ place(of: $0) }) else { continue }
                let found = FundingBooking(
                    id: booking.id, amount: booking.amount, time: booking.time)
                guard funding.isNew(found) else { continue }
                isNew = true
                effects.append(
                    .ask(
                        .fundingRate(place, found),
                        .fundingRates(
                            symbol: symbol(place), from: found.time - .minutes(1), limit: 10)))
            }
        } catch { noteOnce(.warning, "the bookings of funding cannot be read") }
        if isNew { funding.looksLeft = 0 }
        if funding.looksLeft > 0 {
            funding.looksLeft -= 1
            let wait = Duration.milliseconds(500) * (1 << Int64(Self.looks - funding.looksLeft))
            effects.append(.wake(.funding, after: wait))
        }
    }

    /// The rate of a booking, or zero with a note when the venue does not say it: the amount is what counts.
    mutating func fundingRateCame(
        _ place: Int, _ booking: FundingBooking, _ outcome: BinanceREST.Outcome
    ) {
        var rate: Rate?
        if let body = outcome.success {
            do throws(FrameError) {
                rate = try BinanceAnswers.fundingRates(body.span)
                    .filter { ($0.time - booking.time).magnitude <= Self.rateSlack }
                    .min {
                        ($0.time - booking.time).magnitude < ($1.time - booking.time).magnitude
                    }?
                    .rate
            } catch { rate = nil }
        }
        if rate == nil { note(.info, "\(symbol(place)): the rate of a funding is not known") }
        effects.append(
            .account(
                .funding(
                    instrument(place), amount: booking.amount, rate: rate ?? .zero,
                    venueTime: booking.time)))
        // A booking of the same time may still come; those told are known by their ids.
        funding.knownUntil = max(funding.knownUntil ?? booking.time, booking.time)
    }
}

extension Duration {
    fileprivate var magnitude: UInt64 { nanoseconds.magnitude }
}
