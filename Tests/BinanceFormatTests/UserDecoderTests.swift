import Testing
import Text
import Trading

@testable import BinanceFormat

private func decode(_ text: String) throws -> UserEvent {
    try BinanceUserDecoder.decode(Array(text.utf8).span)
}

private func refusal(_ text: String) -> FrameError.Kind? {
    do throws(FrameError) {
        _ = try BinanceUserDecoder.decode(Array(text.utf8).span)
        return nil
    } catch { return error.kind }
}

private func price(_ text: String) throws -> Price { try Price.parse(text) }
private func quantity(_ text: String) throws -> Quantity { try Quantity.parse(text) }
private func money(_ text: String) throws -> Money { try Money.parse(text) }

@Suite struct `The user stream` {
    @Test func `an order update keeps every amount exactly`() throws {
        let update = OrderUpdate(
            eventTime: Timestamp(milliseconds: 1_568_879_465_652),
            transactTime: Timestamp(milliseconds: 1_568_879_465_651), symbol: "BTCUSDT",
            clientOrderID: "nwbtc-1", venueOrderID: VenueOrderID(8_389_765_739_703_625_592),
            side: .sell, positionSide: .known(.both), type: .known(.limit),
            originalType: .known(.limit), timeInForce: .known(.postOnly),
            execution: .known(.trade), status: .known(.partiallyFilled),
            quantity: try quantity("0.003"), price: try price("7100.5"), stopPrice: nil,
            averagePrice: try price("7100.33333333"), filledQuantity: try quantity("0.002"),
            lastQuantity: try quantity("0.001"), lastPrice: try price("7100.5"),
            tradeID: 12_345_678, tradeTime: Timestamp(milliseconds: 1_568_879_465_650),
            commission: try money("0.014201"), commissionAsset: "USDT",
            realizedProfit: try money("-12.34"), isMaker: true, isReduceOnly: false,
            closesPosition: false, workingType: .known(.last), expiryReason: 0)
        #expect(try decode(PrivatePayload.order) == .order(update))
        #expect(
            update.fill(quoteAsset: "USDT")
                == Fill(
                    tradeID: 12_345_678, price: try price("7100.5"),
                    quantity: try quantity("0.001"), side: .sell,
                    commission: try money("0.014201"), isMaker: true,
                    venueTime: Timestamp(milliseconds: 1_568_879_465_650)))
        #expect(update.fill(quoteAsset: "USDC")?.commission == .zero)
    }

    @Test func `an algo update names the order in the matching engine`() throws {
        #expect(
            try decode(PrivatePayload.algo)
                == .algo(
                    AlgoUpdate(
                        eventTime: Timestamp(milliseconds: 1_765_431_097_037),
                        transactTime: Timestamp(milliseconds: 1_765_431_097_031),
                        symbol: "DOGEUSDT", clientAlgoID: "nwbtc-2", algoID: 1_000_000_033_225_453,
                        side: .buy, positionSide: .known(.both), type: .known(.stopMarket),
                        status: .known(.finished), quantity: try quantity("38"),
                        triggerPrice: try price("0.13855"), price: nil, workingType: .known(.last),
                        isReduceOnly: true, closesPosition: false,
                        actualOrderID: VenueOrderID(88_937_381_063),
                        actualQuantity: try quantity("38"), actualPrice: try price("0.13856"),
                        rejectReason: "")))
    }

    @Test func `an algo order that is being triggered has no order in the matching engine yet`()
        throws
    {
        let triggering = PrivatePayload.algo
            .replacing(
                #""ai":"88937381063","ap":"0.13856","aq":"38","act":"MARKET","#, with: #""ai":"","#
            )
            .replacing("FINISHED", with: "TRIGGERING")
        guard case .algo(let update) = try decode(triggering) else {
            Issue.record("no algo update")
            return
        }
        #expect(update.status == .known(.triggering))
        #expect(update.actualOrderID == nil)
        #expect(update.actualQuantity == nil)
    }

    @Test func `an account update has signed positions as directions`() throws {
        #expect(
            try decode(PrivatePayload.account)
                == .account(
                    AccountUpdate(
                        eventTime: Timestamp(milliseconds: 1_564_745_798_939),
                        transactTime: Timestamp(milliseconds: 1_564_745_798_938),
                        reason: .known(.order), symbol: nil,
                        balances: [
                            .init(
                                asset: "USDT", walletBalance: try money("122624.12345678"),
                                crossWalletBalance: try money("100.12345678"),
                                change: try money("-50.5"))
                        ],
                        positions: [
                            .init(
                                symbol: "BTCUSDT", positionSide: .known(.both), direction: .short,
                                quantity: try quantity("10"), entryPrice: try price("6563.8"),
                                breakEvenPrice: try price("6563.861"),
                                accumulatedProfit: try money("-45.04"),
                                unrealizedProfit: try money("-1423.156"),
                                marginType: .known(.isolated),
                                isolatedWallet: try money("6570.42511771")),
                            .init(
                                symbol: "ETHUSDT", positionSide: .known(.both), direction: nil,
                                quantity: .zero, entryPrice: nil, breakEvenPrice: nil,
                                accumulatedProfit: try money("1"), unrealizedProfit: .zero,
                                marginType: .known(.crossed), isolatedWallet: .zero),
                        ])))
    }

    @Test func `cross funding has balances and no positions`() throws {
        #expect(
            try decode(PrivatePayload.funding)
                == .account(
                    AccountUpdate(
                        eventTime: Timestamp(milliseconds: 1_564_745_798_939),
                        transactTime: Timestamp(milliseconds: 1_564_745_798_938),
                        reason: .known(.fundingFee), symbol: "BTCUSDT",
                        balances: [
                            .init(
                                asset: "USDT", walletBalance: try money("99.5"),
                                crossWalletBalance: try money("99.5"), change: try money("-0.5"))
                        ], positions: [])))
    }

    @Test func `the fast trade event is recognized`() throws {
        #expect(
            try decode(PrivatePayload.tradeLite)
                == .tradeLite(
                    TradeLite(
                        eventTime: Timestamp(milliseconds: 1_727_683_915_921), symbol: "ETHUSDT",
                        clientOrderID: "nweth-1",
                        venueOrderID: VenueOrderID(8_389_765_739_703_625_592), side: .buy,
                        quantity: try quantity("0.037"), price: try price("2631.9"),
                        lastQuantity: try quantity("0.03"), lastPrice: try price("2631.85"),
                        tradeID: 4_467_432_841,
                        tradeTime: Timestamp(milliseconds: 1_727_683_915_920), isMaker: false)))
    }

    @Test func `a margin call says what must be kept`() throws {
        #expect(
            try decode(PrivatePayload.marginCall)
                == .marginCall(
                    MarginCall(
                        eventTime: Timestamp(milliseconds: 1_587_727_187_525),
                        crossWalletBalance: try money("3.16812045"),
                        positions: [
                            .init(
                                symbol: "ETHUSDT", direction: .long,
                                quantity: try quantity("1.327"), marginType: .known(.crossed),
                                isolatedWallet: .zero, markPrice: try price("187.17127"),
                                unrealizedProfit: try money("-1.166074"),
                                maintenanceMargin: try money("1.614445"))
                        ])))
    }

    @Test func `changed settings and a lost listen key are events`() throws {
        let time = Timestamp(milliseconds: 1_611_646_737_479)
        #expect(
            try decode(PrivatePayload.leverage)
                == .leverageChanged(symbol: "BTCUSDT", leverage: 25, eventTime: time))
        #expect(
            try decode(PrivatePayload.assetsMode) == .multiAssetsMode(isOn: true, eventTime: time))
        #expect(
            try decode(PrivatePayload.keyExpired)
                == .listenKeyExpired(
                    listenKey: "WsCMN0a4KHUPTQuX6IUnqEZfB1inxmv1qR4kbf1LuEjur5VdbzqvyxqG9TSjVVxv",
                    eventTime: Timestamp(milliseconds: 1_736_996_475_556)))
    }

    @Test func `other events are ignored by name, and answers to commands are told apart`() throws {
        #expect(try decode(#"{"e":"GRID_UPDATE","T":1,"E":1,"gu":{}}"#) == .ignored("GRID_UPDATE"))
        #expect(try decode(#"{"result":null,"id":3}"#) == .answer)
        #expect(refusal("{}") == .unrecognized)
        #expect(refusal("[]") == .wrongType)
    }

    @Test(arguments: PrivatePayload.events)
    func `the envelope changes nothing`(payload: String) throws {
        #expect(
            try decode(#"{"stream":"listenKey","data":\#(payload)}"#) == decode(payload))
        #expect(
            try decode(#"{"data":\#(payload),"stream":"listenKey"}"#) == decode(payload))
    }

    @Test func `a word that we do not know is kept and named`() throws {
        let payload = PrivatePayload.order.replacing("PARTIALLY_FILLED", with: "HALF_DONE")
            .replacing(#""f":"GTX""#, with: #""f":"SOON""#)
        let event = try decode(payload)
        #expect(event.unknownWords == ["SOON", "HALF_DONE"])
        guard case .order(let update) = event else {
            Issue.record("no order update")
            return
        }
        #expect(update.status == .unknown("HALF_DONE"))
    }

    @Test(arguments: [
        ("autoclose-123", ForcedClose.liquidation), ("adl_autoclose", .deleveraging),
        ("settlement_autoclose-9", .settlement), ("delivery_autoclose-1", .settlement),
    ])
    func `an order that the venue made is known by its id`(id: String, forced: ForcedClose) {
        #expect(ForcedClose(clientOrderID: id) == forced)
        #expect(ForcedClose(clientOrderID: "nwbtc-" + id) == nil)
    }

    @Test func `keys twice, wrong types and impossible amounts refuse the event`() {
        func changed(_ old: String, _ new: String) -> String {
            PrivatePayload.order.replacing(old, with: new)
        }
        #expect(refusal(changed(#""st":1"#, #""s":"BTCUSDT""#)) == .duplicateKey)
        #expect(refusal(changed(#""st":1"#, #""st":1,"st":1"#)) == .duplicateKey)
        #expect(refusal(changed(#""S":"SELL""#, #""S":"HOLD""#)) == .outOfRange)
        #expect(refusal(changed(#""q":"0.003""#, #""q":"-0.003""#)) == .outOfRange)
        #expect(refusal(changed(#""p":"7100.50""#, #""p":"-1""#)) == .outOfRange)
        #expect(refusal(changed(#""t":12345678"#, #""t":99999999999999999999"#)) == .badInteger)
        #expect(refusal(changed(#""z":"0.002","#, "")) == .missingKey)
        #expect(refusal(changed(#""m":true"#, #""m":1"#)) == .wrongType)
        #expect(
            refusal(changed(#""n":"0.01420100""#, #""n":"99999999999999999999999999999999999""#))
                == .badDecimal(.overflow))
        #expect(
            refusal(changed(#""n":"0.01420100""#, #""n":"100000000000000000000""#))
                == .badDecimal(.overflow))
        #expect(refusal(changed(#""n":"0.01420100""#, #""n":"99999999999999999999.9""#)) == nil)
        #expect(refusal(PrivatePayload.order + "}") == .trailingBytes)
    }

    @Test func `hostile objects meet limits`() {
        let keys = (0..<300).map { #""k\#($0)":0"# }.joined(separator: ",")
        #expect(refusal("{\(keys)}") == .tooLong)
        let deep = String(repeating: "[", count: 10_000)
        #expect(refusal(#"{"e":"X","x":\#(deep)"#) == .tooDeep)
        let name = String(repeating: "x", count: 2_000)
        #expect(refusal(#"{"e":"\#(name)"}"#) == .tooLong)
    }

    @Test(arguments: PrivatePayload.events)
    func `an event that is cut anywhere is refused`(payload: String) {
        let bytes = Array(payload.utf8)
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            #expect(throws: FrameError.self) { try BinanceUserDecoder.decode(cut.span) }
        }
    }

    @Test(arguments: PrivatePayload.events)
    func `an event with any byte changed is decoded or refused`(payload: String) {
        let bytes = Array(payload.utf8)
        var refused = 0
        for place in bytes.indices {
            for byte in [0, 34, 45, 48, 57, 92, 101, 125, 255] as [UInt8] {
                var changed = bytes
                changed[place] = byte
                do { _ = try BinanceUserDecoder.decode(changed.span) } catch { refused += 1 }
            }
        }
        #expect(refused > bytes.count)
    }
}
