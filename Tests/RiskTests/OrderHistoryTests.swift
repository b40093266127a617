import Testing
import Trading

@testable import Risk

private let start = Timestamp(milliseconds: 1_700_000_000_000)

private func order(_ size: Int64) -> OrderRequest {
    OrderRequest(
        clientOrderID: orderID("nw-1"), instrument: InstrumentID(0), side: .buy, kind: .market,
        quantity: Quantity(units: size), isReduceOnly: false)
}

@Test func `the history forgets its oldest order and still counts the day`() {
    var history = OrderHistory()
    for count in 1...100 { history.record(order(Int64(count)), at: start) }
    #expect(history.count(within: .seconds(1), at: start) == OrderHistory.capacity)
    #expect(history.countToday(at: start) == 100)
    #expect(history.ageOfTwin(of: order(36), at: start) == nil)
    #expect(history.ageOfTwin(of: order(37), at: start) == .zero)
}

@Test func `the latest twin counts`() {
    var history = OrderHistory()
    history.record(order(1), at: start)
    history.record(order(1), at: start + .seconds(3))
    #expect(history.ageOfTwin(of: order(1), at: start + .seconds(4)) == .seconds(1))
}
