import Testing
import Trading

@testable import BinanceFormat
@testable import BinanceVenue

/// Orders, their fills and their ends, in any order of arrival.
struct AccountTrackerTests {
    private static let id = ourID("nwt-1")
    private static let venueID = VenueOrderID(7)
    private static let instrument = InstrumentID(0)
    private static let time = Timestamp(milliseconds: 1_000)

    static func ourID(_ text: String) -> ClientOrderID {
        guard let id = ClientOrderID(text) else { preconditionFailure("\(text) is an id") }
        return id
    }

    private static func request(_ units: Int64) -> OrderRequest {
        OrderRequest(
            clientOrderID: id, instrument: instrument, side: .buy,
            kind: .limit(Price(units: 100), .ioc), quantity: Quantity(units: units),
            isReduceOnly: false)
    }

    private static func fill(_ tradeID: Int64, _ units: Int64) -> Fill {
        Fill(
            tradeID: tradeID, price: Price(units: 100), quantity: Quantity(units: units),
            side: .buy, commission: .zero, isMaker: false, venueTime: time)
    }

    private static func report(_ kind: OrderReportKind) -> OrderReport {
        OrderReport(clientOrderID: id, instrument: instrument, kind: kind, venueTime: time)
    }

    private func tracker(_ units: Int64 = 10) -> OrderTracker {
        var tracker = OrderTracker()
        tracker.place(Self.request(units))
        return tracker
    }

    @Test func `an expiry that overtakes its fills is told after the last of them`() {
        var tracker = tracker()
        #expect(
            tracker.ended(Self.id, .expired, executed: Quantity(units: 5), at: Self.time) == [])
        #expect(tracker.filled(Self.id, Self.fill(1, 2)) == [Self.report(.filled(Self.fill(1, 2)))])
        #expect(
            tracker.filled(Self.id, Self.fill(2, 3)) == [
                Self.report(.filled(Self.fill(2, 3))), Self.report(.expired),
            ])
        #expect(tracker.waiting().isEmpty)
    }

    @Test func `an end without fills is told at once, and only once`() {
        var tracker = tracker()
        #expect(
            tracker.ended(Self.id, .canceled, executed: .zero, at: Self.time) == [
                Self.report(.canceled)
            ])
        #expect(tracker.ended(Self.id, .expired, executed: .zero, at: Self.time) == [])
    }

    @Test func `a whole fill is no report of its own and waits until its fills were told`() {
        var tracker = tracker()
        #expect(tracker.ended(Self.id, nil, executed: Quantity(units: 10), at: Self.time) == [])
        #expect(tracker.waiting().map(\.id) == [Self.id])
        #expect(
            tracker.filled(Self.id, Self.fill(1, 10)) == [
                Self.report(.filled(Self.fill(1, 10)))
            ])
        #expect(tracker.waiting().isEmpty)
        #expect(tracker.find(Self.id)?.hasEnded == true)
    }

    @Test func `a missing fill is looked for a bounded number of times and then given up aloud`() {
        var tracker = tracker()
        _ = tracker.ended(Self.id, .expired, executed: Quantity(units: 5), at: Self.time)
        for _ in 1..<OrderTracker.maxTries {
            let (reports, givenUp) = tracker.historyTold(Self.instrument)
            #expect(reports == [] && givenUp == [])
        }
        let (reports, givenUp) = tracker.historyTold(Self.instrument)
        #expect(reports == [Self.report(.expired)])
        #expect(givenUp == [Self.id])
    }

    @Test func `the end of an order of an earlier run waits for one reading of the history`() {
        var tracker = OrderTracker()
        tracker.meet(Self.id, Self.instrument, isConditional: false)
        #expect(
            tracker.ended(Self.id, .canceled, executed: Quantity(units: 5), at: Self.time) == [])
        let (reports, givenUp) = tracker.historyTold(Self.instrument)
        #expect(reports == [Self.report(.canceled)] && givenUp == [])
    }

    @Test func `a history of another instrument ends nothing`() {
        var tracker = tracker()
        _ = tracker.ended(Self.id, .expired, executed: Quantity(units: 5), at: Self.time)
        let (reports, _) = tracker.historyTold(InstrumentID(1))
        #expect(reports == [])
        #expect(tracker.waiting(Self.instrument).count == 1)
    }

    @Test func `a trigger is told once, and a late word of opening is still told`() {
        var tracker = tracker()
        #expect(
            tracker.accepted(Self.id, Self.venueID, at: Self.time) == [
                Self.report(.accepted(Self.venueID))
            ])
        #expect(tracker.triggered(Self.id, at: Self.time) == [Self.report(.triggered)])
        #expect(tracker.triggered(Self.id, at: Self.time) == [])
        _ = tracker.ended(Self.id, .canceled, executed: .zero, at: Self.time)
        #expect(
            tracker.accepted(Self.id, Self.venueID, at: Self.time) == [
                Self.report(.accepted(Self.venueID))
            ])
        #expect(tracker.open.isEmpty)
    }

    @Test func `only a limit that may rest and raises risk counts as a resting entry`() {
        var tracker = tracker()
        #expect(tracker.restingEntries(Self.instrument) == 0)
        tracker.place(
            OrderRequest(
                clientOrderID: Self.ourID("nwt-2"), instrument: Self.instrument, side: .buy,
                kind: .limit(Price(units: 100), .gtc), quantity: Quantity(units: 1),
                isReduceOnly: false))
        #expect(tracker.restingEntries(Self.instrument) == 1)
        _ = tracker.rejected(Self.ourID("nwt-2"), .throttled, at: Self.time)
        #expect(tracker.restingEntries(Self.instrument) == 0)
    }

    // MARK: Trades

    @Test func `a fill is new once, whatever way it comes, and never when it is before the known`()
    {
        var log = TradeLog(last: 100)
        let news = [100, 7, 102, 101, 102, 101].map { log.insert($0) }
        #expect(news == [false, false, true, true, false, false])
        #expect(log.last == 102)
        #expect(log.confirmed == 100)
        log.confirm(101)
        #expect(log.confirmed == 101)
    }

    @Test func `what must be forgotten counts as told`() {
        var log = TradeLog(last: nil, capacity: 2)
        let news = [5, 6, 7, 5, 4].map { log.insert($0) }
        #expect(news == [true, true, true, false, false])
        #expect(log.floor == 5)
    }

    @Test func `an engine without history begins behind the venue's last fill`() {
        var log = TradeLog(last: nil)
        #expect(log.last == nil)
        log.begin(at: 50)
        let news = [50, 51].map { log.insert($0) }
        #expect(news == [false, true])
        #expect(log.last == 51)
        var empty = TradeLog(last: nil)
        empty.begin(at: 0)
        #expect(empty.last == nil)
        let isNew = empty.insert(1)
        #expect(isNew)
    }

    // MARK: Replays

    private static func trade(_ id: Int64, _ order: Int64 = 1) -> AccountTrade {
        AccountTrade(
            symbol: "BTCUSDT", venueOrderID: VenueOrderID(order), tradeID: id, side: .buy,
            positionSide: .known(.both), price: Price(units: 100), quantity: Quantity(units: 1),
            notional: .zero, realizedProfit: .zero, commission: .zero, commissionAsset: "USDT",
            isMaker: false, time: time)
    }

    private func replay() -> TradeReplay { TradeReplay(symbol: LocalVenue.bitcoin) }

    @Test func `a replay asks from the last known fill and tells only what comes behind it`() {
        var replay = replay()
        let (number, next) = replay.want(after: 10)
        #expect(number == 1)
        #expect(
            next == .ask(.userTrades(symbol: LocalVenue.bitcoin, fromID: 10, limit: 1_000)))
        let step = replay.take(
            [Self.trade(12), Self.trade(10), Self.trade(11)]
        ) { _ in true }
        #expect(step == .done([Self.trade(11), Self.trade(12)], last: 12))
        #expect(replay.complete(confirmed: 12) == .wait)
        #expect(replay.completed == 1)
    }

    @Test func `a replay asks whose orders the fills were of before it tells any`() {
        var replay = replay()
        _ = replay.want(after: 0)
        let step = replay.take(
            [Self.trade(1, 5), Self.trade(2, 6), Self.trade(3, 5)]
        ) { _ in false }
        #expect(step == .resolve([VenueOrderID(5), VenueOrderID(6)]))
        #expect(replay.resolved(VenueOrderID(6)) == .wait)
        #expect(
            replay.resolved(VenueOrderID(5))
                == .done([Self.trade(1, 5), Self.trade(2, 6), Self.trade(3, 5)], last: 3))
    }

    @Test func `a full page is followed by the next`() {
        var replay = replay()
        _ = replay.want(after: 0)
        let page = (1...1_000).map { Self.trade(Int64($0)) }
        #expect(
            replay.take(page) { _ in true }
                == .ask(.userTrades(symbol: LocalVenue.bitcoin, fromID: 1_001, limit: 1_000)))
        #expect(
            replay.take([]) { _ in true } == .done(page, last: 1_000))
    }

    @Test func `what is wanted during a run is a run of its own, also when the first one fails`() {
        var replay = replay()
        let first = replay.want(after: 3).number
        let (second, step) = replay.want(after: 3)
        #expect(first == 1 && second == 2 && step == .wait)
        replay.fail()
        #expect(replay.want(after: 3).number == 2)
        _ = replay.take([]) { _ in true }
        #expect(replay.complete(confirmed: 3) == .wait)
        #expect(replay.completed == 2)
    }

    @Test func `readings come a few at once and then one each interval`() {
        var pace = ReadingPace(contracts: 2)
        let begin = Timestamp(milliseconds: 1_000_000)
        for _ in 0..<5 { #expect(pace.take(at: begin) == nil) }
        // 29 of a thousand of weight: 1.74 s.
        #expect(pace.take(at: begin) == .milliseconds(1_740))
        #expect(pace.take(at: begin + .milliseconds(1_740)) == nil)
    }
}
