import Matching
import Testing
import Trading

let btc = InstrumentID(0)
let start = Timestamp(milliseconds: 1_790_000_000_000)

/// A whole or decimal price; a test that writes nonsense fails at once.
func price(_ text: String) -> Price {
    Price(units: Int64(units(text)))
}

func quantity(_ text: String) -> Quantity {
    Quantity(units: Int64(units(text)))
}

func money(_ text: String) -> Money {
    guard let units = FixedPoint.units(text, digits: 16) else { preconditionFailure(text) }
    return Money(units: units)
}

private func units(_ text: String) -> Int128 {
    guard let units = FixedPoint.units(text, digits: 8) else { preconditionFailure(text) }
    return units
}

/// An id of our making.
func clientID(_ text: String) -> ClientOrderID {
    guard let id = ClientOrderID("nw-" + text) else { preconditionFailure(text) }
    return id
}

let instrument: Instrument = {
    guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("a good name") }
    return Instrument.preset(symbol, id: btc)
}()

func order(
    _ id: String, _ side: Side, _ kind: OrderKind, _ amount: String, isReduceOnly: Bool = false
) -> OrderRequest {
    OrderRequest(
        clientOrderID: clientID(id), instrument: btc, side: side, kind: kind,
        quantity: quantity(amount), isReduceOnly: isReduceOnly)
}

/// A report in few words: `filled 1 @ 60000`, `rejected(filterViolation)`.
func word(_ kind: OrderReportKind) -> String {
    switch kind {
    case .accepted: "accepted"
    case .rejected(let reason): "rejected(\(reason))"
    case .filled(let fill):
        "filled \(fill.quantity) @ \(fill.price)\(fill.isMaker ? " maker" : "")"
    case .canceled: "canceled"
    case .expired: "expired"
    case .triggered: "triggered"
    case .cancelRejected: "cancelRejected"
    case .outcomeUnknown: "outcomeUnknown"
    case .withheld: "withheld"
    }
}

func word(_ report: OrderReport) -> String {
    "\(report.clientOrderID.description.dropFirst(3)): \(word(report.kind))"
}

/// The order reports among `outputs`, as `id: report`, the ids without what makes them ours.
func words(_ outputs: [VenueOutput]) -> [String] {
    outputs.compactMap { output in
        switch output.content {
        case .order(let report): word(report)
        case .market, .account: nil
        }
    }
}

func accountReports(_ outputs: [VenueOutput]) -> [AccountReport] {
    outputs.compactMap { output in
        switch output.content {
        case .account(let report): report
        case .market, .order: nil
        }
    }
}

func marketData(_ outputs: [VenueOutput]) -> [MarketData] {
    outputs.compactMap { output in
        switch output.content {
        case .market(_, let data): data
        case .account, .order: nil
        }
    }
}

func milliseconds(_ count: Int64) -> Timestamp { start + .milliseconds(count) }
