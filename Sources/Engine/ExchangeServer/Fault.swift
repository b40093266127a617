package import Trading

/// One misbehaviour that the local exchange shows when its time has come.
package struct Fault: Hashable, Sendable {
    /// What of the venue's streams is meant.
    package enum Streams: String, Hashable, Sendable, CaseIterable {
        case user, market, `public`, all
    }

    /// How bytes are spoiled.
    package enum Spoiling: String, Hashable, Sendable, CaseIterable {
        /// Cut in the middle.
        case truncated
        /// Ten thousand brackets.
        case nested
        /// An object whose keys come twice.
        case duplicateKeys
        /// An array where an object is due, and numbers where texts are.
        case wrongTypes
        /// Numbers that no market has: 1e400, NaN, 12abc.
        case numbers
        /// Two million bytes.
        case oversized
    }

    /// What happens to the answers of matching requests.
    package enum Answering: Hashable, Sendable {
        /// HTTP 503 "Unknown error": it was executed, or it was not.
        case unknown(isExecuted: Bool)
        /// The connection ends without an answer.
        case cut(isExecuted: Bool)
        /// Not executed, and answered with this code.
        case error(status: Int, code: Int, message: String)
        /// HTTP 503 with −1008; reducing orders and cancels pass.
        case throttled
        /// HTTP 503 "Service Unavailable.", not executed.
        case unavailable
        /// HTTP 429 with −1003, not executed.
        case rateLimited
        /// HTTP 418 with −1003 and the end of the window as the end of the ban, not executed.
        case banned
        /// An HTML page with this status, not executed.
        case html(status: Int)
        /// Executed; the body of the answer is spoiled.
        case garbage(Spoiling)
        /// Executed at once; the answer comes this much wall time later.
        case slow(Duration)
        /// A list is answered as if there were nothing.
        case empty
        /// A query is answered as the same path was answered the last time before, truly when it was not.
        case stale
        /// HTTP 401 with −2015, not executed; what needs no key passes.
        case keyRefused
    }

    /// What happens to messages of streams.
    package enum Streaming: Hashable, Sendable {
        /// They are not sent; the connections stay.
        case silent
        /// Each is sent twice.
        case duplicate
        /// Those of 200 ms of wall time are sent together, the last one first.
        case reorder
        /// Each is sent this much wall time later.
        case late(Duration)
        /// A spoiled message goes before each.
        case garbage(Spoiling)
        /// Connections end, without a close frame, and new ones are refused.
        case refused
    }

    /// A price that no market has, or not this one, in a message that can be read.
    package enum Mispricing: Hashable, Sendable {
        /// Away from the true one by this fraction.
        case gap(Rate)
        case zero
        case negative
    }

    /// Whose prices are meant.
    package enum PriceFeed: String, Hashable, Sendable, CaseIterable {
        case print, ticker, mark, index
    }

    /// Where best bid and best ask are meant.
    package enum BookFeed: String, Hashable, Sendable, CaseIterable {
        case ticker, depth
    }

    /// Of what a message is left out.
    package enum Gap: Hashable, Sendable {
        case print, depth, kline
    }

    /// What is wrong with a symbol for a while.
    package enum Rule: Hashable, Sendable {
        /// An order gets only this part of what the book offers, at a time; each order counts as one time.
        case partialFills(SymbolName, Rate)
        /// A conditional order is rejected when it fires; each counts as one time.
        case stopRejects(SymbolName)
        /// Messages of its streams tell wrong prices; each counts as one time.
        case mispriced(SymbolName, Mispricing, PriceFeed)
        /// Messages of its streams tell a bid at or above the ask; each counts as one time.
        case crossed(SymbolName, BookFeed)
        /// Messages of its streams are left out; each counts as one time.
        case leftOut(SymbolName, Gap)
    }

    /// The venue's word for what may be done with a symbol.
    package enum SymbolStatus: String, Hashable, Sendable, CaseIterable {
        case trading = "TRADING"
        case pendingTrading = "PENDING_TRADING"
        case preSettle = "PRE_SETTLE"
        case settling = "SETTLING"
        /// Not even reduce-only orders are taken.
        case close = "CLOSE"
    }

    /// What the account's settings are answered to be.
    package struct Settings: Hashable, Sendable {
        package var isHedgeMode = false
        package var isCross = false
        package var isMultiAssets = false
        package var canTrade = true

        package init() {}
    }

    /// What happens once.
    package enum Moment: Hashable, Sendable {
        /// Connections end without a close frame.
        case disconnect(Streams)
        /// The listen key ends; its listeners are told, or not.
        case listenKeyEnds(isTold: Bool)
        /// The venue's filters of a symbol change; `nil` keeps one.
        case filters(SymbolName, tickSize: Price?, stepSize: Quantity?, minNotional: Money?)
        /// What the account's settings are answered to be: somebody changed them elsewhere.
        case settings(Settings)
        /// The leverage of a symbol is changed by another client.
        case leverage(SymbolName, Int)
        /// The venue's clock steps, as `/fapi/v1/time` and the check of timestamps see it.
        case clockStep(Duration)
        /// Another client of the same account trades at market.
        case manualTrade(SymbolName, Side, Quantity)
        /// Another client cancels every order of a symbol, conditional ones too.
        case manualCancel(SymbolName)
        /// What the symbol is worth changes at once by this fraction; the people bring the price there.
        case priceStep(SymbolName, Double)
        /// Our position is closed at the mark, whole (`nil`) or up to a quantity, because a counterparty is bankrupt.
        case deleveraging(SymbolName, Quantity?)
        /// Our position is liquidated, whatever the mark.
        case liquidation(SymbolName)
        /// The symbol is settled at the mark: orders and position go, and it is closed.
        case settlement(SymbolName)
        /// Another client's reduce-only order makes the venue expire our stops.
        case knockOut(SymbolName)
        case symbolStatus(SymbolName, SymbolStatus)
        /// Cash comes (+) or goes (−), as far as it is free.
        case transfer(Money)
        /// Commissions are paid in another asset as long as there is some; `price` is what one of it is worth.
        case feeAsset(String, price: Price, balance: Quantity)
        /// Funding is settled within a second, before its time.
        case funding(SymbolName)
    }

    package enum Effect: Hashable, Sendable {
        /// `request` is a method and a path, such as `POST /fapi/v1/order`; `nil` matches every request.
        case answers(Answering, request: String?)
        case streams(Streaming, Streams)
        case moment(Moment)
        case rule(Rule)
    }

    /// Its line in the schedule, from 1.
    package var line: Int
    /// Its word in the schedule.
    package var name: String
    /// Exchange time after the opening at which it begins.
    package var begin: Duration
    /// Exchange time for which it lasts; `nil`: until it has happened `times` times.
    package var length: Duration?
    /// How often it happens at most; `nil`: without end within its length.
    package var times: Int?
    package var effect: Effect
}
