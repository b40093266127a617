import BinanceFormat
import Matching
import Population
import Testing
import Trading

@testable import ExchangeServer

/// Whatever a schedule does, in whatever order: the books of the venue agree with each other.
struct DeskFaultPropertyTests {
    private let id = InstrumentID(0)

    private func moment(_ chance: UInt64, _ bitcoin: SymbolName) -> Fault.Moment {
        let amount = Money(whole: Int64(chance % 400) - 200)
        switch chance % 12 {
        case 0: return .deleveraging(bitcoin, nil)
        case 1: return .deleveraging(bitcoin, Quantity(units: 300_000))
        case 2: return .liquidation(bitcoin)
        case 3: return .knockOut(bitcoin)
        case 4: return .transfer(amount)
        case 5:
            return .feeAsset(
                "BNB", price: Price(units: 60_000_000_000), balance: Quantity(units: 500_000))
        case 6: return .funding(bitcoin)
        case 7: return .priceStep(bitcoin, Double(chance % 7) / 100 - 0.03)
        case 8: return .manualTrade(bitcoin, .sell, Quantity(units: 400_000))
        case 9: return .manualCancel(bitcoin)
        case 10: return .symbolStatus(bitcoin, .settling)
        default: return .symbolStatus(bitcoin, .trading)
        }
    }

    private func order(_ chance: UInt64, _ desk: VenueDesk) -> (Endpoint, String) {
        let side = chance % 2 == 0 ? "BUY" : "SELL"
        let last = desk.market.exchange.lastPrice(id).units / 10_000_000
        let away = Int64(chance % 40) * (side == "BUY" ? 1 : -1)
        let limit = Price(units: (last + away - (side == "BUY" ? 20 : -20)) * 10_000_000)
        let trigger = Price(units: (last + away + (side == "BUY" ? 5 : -5)) * 10_000_000)
        let rest = "symbol=BTCUSDT&side=\(side)&quantity=0.0\(1 + chance % 3)"
        switch chance / 2 % 4 {
        case 0: return (.placeOrder, rest + "&type=MARKET")
        case 1: return (.placeOrder, rest + "&type=LIMIT&timeInForce=GTC&price=\(limit)")
        case 2: return (.placeOrder, rest + "&type=MARKET&reduceOnly=true")
        default:
            return (
                .placeAlgo,
                rest
                    + "&algoType=CONDITIONAL&type=STOP_MARKET&reduceOnly=true&triggerPrice=\(trigger)"
            )
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `account, exchange, trades and stream agree after every fault`(seed: UInt64) throws {
        let bitcoin = try #require(SymbolName("BTCUSDT"))
        var chances = SplitMix64(seed: seed)
        var desk = try DeskTests.desk()
        desk.hasUserListener = true
        let start = desk.account.walletBalance
        var commissions = Money.zero
        var told = Money.zero
        for step in 0..<150 {
            let chance = chances.next() >> 8
            switch chance % 4 {
            case 0: desk.meet(moment(chance / 4, bitcoin))
            case 1:
                desk.begin(
                    VenueDesk.ActiveRule(
                        rule: chance & 4 == 0
                            ? .stopRejects(bitcoin)
                            : .partialFills(bitcoin, Rate(units: 30_000_000)),
                        end: desk.now + .seconds(20), left: 2))
            default:
                let (endpoint, query) = order(chance / 4, desk)
                _ = try DeskTests.ask(&desk, endpoint, query)
            }
            desk.advance(to: desk.now + .milliseconds(Int64(chance % 3000)))
            for publication in desk.takePublications() {
                let event = try BinanceUserDecoder.decode(publication.payload.span)
                #expect(event.unknownWords == [])
                if case .order(let order) = event, order.commissionAsset == "USDT" {
                    commissions += order.commission
                }
                if case .order(let order) = event { told += order.realizedProfit }
                if case .account(let account) = event {
                    told += account.balances.first?.change ?? .zero
                }
            }
            let exchange = desk.market.exchange
            #expect(desk.account == exchange.account(.ours), "step \(step)")
            #expect(exchange.conservedSum == .zero, "step \(step)")
            #expect(exchange.openInterest(id).long == exchange.openInterest(id).short)
            var position: Int64 = 0
            for trade in desk.trades.elements {
                position += (trade.fill.side == .buy ? 1 : -1) * trade.fill.quantity.units
            }
            let held = desk.account.position(id)
            #expect(
                position == (held?.quantity.units ?? 0) * (held?.direction == .short ? -1 : 1))
            if let bid = exchange.bestBid(id), let ask = exchange.bestAsk(id) {
                #expect(bid.price < ask.price)
            }
        }
        #expect(desk.trades.elements.count > 5)
        // Told with eight digits: each event may hide less than one of the last.
        let missing = desk.account.walletBalance - start - (told - commissions)
        #expect(missing.magnitude < Money(units: 100_000_000 * 10_000))
    }
}
