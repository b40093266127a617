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

    /// What happens once.
    package enum Moment: Hashable, Sendable {
        /// Connections end without a close frame.
        case disconnect(Streams)
        /// The listen key ends; its listeners are told, or not.
        case listenKeyEnds(isTold: Bool)
        /// The venue's filters of a symbol change; `nil` keeps one.
        case filters(SymbolName, tickSize: Price?, stepSize: Quantity?, minNotional: Money?)
        /// What the account's settings are answered to be: somebody changed them elsewhere.
        case settings(isHedgeMode: Bool, isCross: Bool)
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
    }

    package enum Effect: Hashable, Sendable {
        /// `request` is a method and a path, such as `POST /fapi/v1/order`; `nil` matches every request.
        case answers(Answering, request: String?)
        case streams(Streaming, Streams)
        case moment(Moment)
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
