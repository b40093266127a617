import BinanceFormat
import Messages
import Trading

/// What the shell of the account session must do, in this order.
enum AccountEffect: Hashable, Sendable {
    /// Send it once; the answer comes back under the question. A placed order is sent only with its permit.
    case ask(AccountQuestion, BinanceRequest)
    case order(OrderReport)
    case account(AccountReport)
    case note(Notice)
    case connect(Int, listenKey: String)
    case disconnect(Int)
    /// Wake the session after so long; again for the same alarm replaces the earlier.
    case wake(AccountAlarm, after: Duration)
    /// Measure the venue's clock, then wake with the alarm.
    case measureClock(then: AccountAlarm)
    /// Nothing will be asked of the order's permit any more.
    case dropPermit(ClientOrderID)
}

/// What an answer of the venue belongs to.
enum AccountQuestion: Hashable, Sendable {
    case place(ClientOrderID)
    case cancel(ClientOrderID)
    case cancelForeign(ForeignOrder)
    case makeKey
    case keepKey
    /// One page of the fills of the contract at this place.
    case trades(Int)
    /// Whose order a fill of the contract was of.
    case tradeOrder(Int, VenueOrderID)
    /// A part of the reading of this number.
    case reading(Int, ReadingPart)
    case accountSettings
    case symbolSettings
    case setOneWay
    case setMarginType(Int)
    case setLeverage(Int)
    case funding
    case fundingRate(Int, FundingBooking)
    case transfers
    case countdown(Int)
}

/// One part of a complete reading.
enum ReadingPart: Hashable, Sendable {
    /// First, and again at the end: when they are equal nothing traded in between.
    case positions
    case positionsAgain
    case orders(Int)
    case algos(Int)
    case balances
    /// One order asked by name; a conditional one is looked for at the algo service first.
    case order(OrderQuestion)
    case algo(OrderQuestion)
}

/// What the session has itself woken for.
enum AccountAlarm: Hashable, Sendable {
    case place(ClientOrderID)
    case cancel(ClientOrderID)
    case makeKey
    case keepKey
    case renew
    /// The stream must have caught up by then, or what it says is told although the history was not read.
    case caughtUp(Int)
    case retire(Int)
    case alive
    case history(Int)
    case read
    case settings
    case funding
    case transfers
    case countdown(Int)
}

/// The clocks at one moment.
struct AccountMoment: Hashable, Sendable {
    /// Wall time that never jumps.
    var wall: Timestamp
    /// The venue's time as we believe it.
    var venue: Timestamp
    /// How far `venue` may be wrong.
    var uncertainty: Duration
}
