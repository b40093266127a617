import Text
import Trading

/// A refusal as the venue words it: HTTP status, code and message.
struct APIError: Error, Hashable, Sendable {
    var status = 400
    var code: Int
    var message: String

    init(_ code: Int, _ message: String, status: Int = 400) {
        self.code = code
        self.message = message
        self.status = status
    }

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("code", code)
        writer.field("msg", message)
        writer.endObject()
        return writer.bytes
    }

    static func missing(_ name: String) -> APIError {
        APIError(
            -1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    static func invalid(_ name: String) -> APIError {
        APIError(-1130, "Data sent for parameter '\(name)' is not valid.")
    }
    static func tooManyRequests(limit: Int) -> APIError {
        APIError(
            -1003, "Too many requests; current limit is \(limit) requests per minute.",
            status: 429)
    }
    static let unknownSymbol = APIError(-1121, "Invalid symbol.")
    static let unknownOrder = APIError(-2013, "Order does not exist.")
    static let cancelUnknown = APIError(-2011, "Unknown order sent.")
    static let precision = APIError(
        -1111, "Precision is over the maximum defined for this asset.")
    static let duplicate = APIError(-4116, "ClientOrderId is duplicated.")

    /// The venue's words for a refusal of the matching engine.
    init(_ reason: RejectReason) {
        switch reason {
        case .insufficientMargin: self.init(-2019, "Margin is insufficient.")
        case .filterViolation: self.init(-1013, "Invalid price or quantity.")
        case .priceOutsideBand: self.init(-4016, "Limit price is outside the allowed band.")
        case .wouldTriggerImmediately: self.init(-2021, "Order would immediately trigger.")
        case .reduceOnlyConflict: self.init(-2022, "ReduceOnly Order is rejected.")
        case .duplicateClientOrderID: self = .duplicate
        case .wouldTakeLiquidity:
            self.init(
                -5022,
                "Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history"
            )
        case .unknownOrder: self = .cancelUnknown
        case .throttled: self.init(-1008, "Request throttled by system-level protection.")
        case .tooManyOrders: self.init(-2025, "Reach max open order limit.")
        case .other(code: -5021):
            self.init(
                -5021,
                "Due to the order could not be filled immediately, the FOK order has been rejected. The order will not be recorded in the order history"
            )
        case .other(code: -2027):
            self.init(-2027, "Exceeded the maximum allowable position at current leverage.")
        case .other(let code): self.init(code, "Order rejected.")
        }
    }
}
