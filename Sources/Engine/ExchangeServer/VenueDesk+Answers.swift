import Matching
import Population
import Text
import Trading

extension VenueDesk {
    /// Answers one request that has passed keys, signature and limits.
    mutating func answer(_ endpoint: Endpoint, _ p: Parameters, _ writer: inout JSONWriter)
        throws(APIError)
    {
        switch endpoint {
        case .ping: writeEmpty(&writer)
        case .time: one("serverTime", shownTime.milliseconds, &writer)
        case .exchangeInfo: writeExchangeInfo(&writer)
        case .depth: try writeDepth(p, &writer)
        case .trades: try writeTrades(p, &writer)
        case .aggTrades: try writeAggTrades(p, &writer)
        case .klines: try writeKlines(p, &writer)
        case .premiumIndex:
            list(try boardsAsked(p), p, &writer) { $0.writePremium($1, &$2) }
        case .fundingRate: try writeFundings(p, &writer)
        case .fundingInfo:
            // Only symbols with settings of their own are listed: none here.
            writer.beginArray()
            writer.endArray()
        case .openInterest: writeOpenInterest(try board(p), &writer)
        case .openInterestHistory: try writeOpenInterestHistory(p, &writer)
        case .ticker24: list(try boardsAsked(p), p, &writer) { $0.writeDay($1, &$2) }
        case .bookTicker: list(try boardsAsked(p), p, &writer) { $0.writeBest($1, &$2) }
        case .priceV1, .priceV2: list(try boardsAsked(p), p, &writer) { $0.writePrice($1, &$2) }
        case .placeOrder:
            let order = try placeOrder(p)
            var shown = order
            if p.text("newOrderRespType") != "RESULT" {
                // An acknowledgement says that the order was taken, not what became of it.
                shown.status = .new
                shown.executed = .zero
                shown.cost = .zero
                shown.updateTime = order.time
            }
            writeOrder(shown, isQuery: false, &writer)
        case .testOrder:
            // Placed at a copy of everything, which is then forgotten.
            var copy = self
            _ = try copy.placeOrder(p)
            writeEmpty(&writer)
        case .positionMargin: try movePositionMargin(p, &writer)
        case .forcedOrders:
            let ids = try boardsAsked(p).map(\.instrument.id)
            let limit = try p.limit(default: 50, max: 100)
            let kind = p.text("autoCloseType")
            let forced = orders.filter {
                $0.type == "LIQUIDATION" && ids.contains($0.instrument)
                    && (kind == nil || ($0.clientOrderID == ForcedClose.adlName) == (kind == "ADL"))
            }
            writer.beginArray()
            for order in forced.suffix(limit) { writeOrder(order, isQuery: true, &writer) }
            writer.endArray()
        case .cancelOrder: writeOrder(try cancelOrder(p), isQuery: false, &writer)
        case .order:
            guard let index = try findOrder(p, try board(p).instrument.id) else {
                throw .unknownOrder
            }
            writeOrder(orders[index], isQuery: true, &writer)
        case .openOrder:
            guard let index = try findOrder(p, try board(p).instrument.id),
                orders[index].status.isOpen
            else { throw .unknownOrder }
            writeOrder(orders[index], isQuery: true, &writer)
        case .openOrders:
            let ids = try boardsAsked(p).map(\.instrument.id)
            writer.beginArray()
            for order in orders where order.status.isOpen && ids.contains(order.instrument) {
                writeOrder(order, isQuery: true, &writer)
            }
            writer.endArray()
        case .allOrders: try writeAllOrders(p, &writer)
        case .cancelAll:
            cancelAll(try board(p).instrument.id)
            writeDone("The operation of cancel all open order is done.", &writer)
        case .countdown: try writeCountdown(p, &writer)
        case .userTrades: try writeUserTrades(p, &writer)
        case .placeAlgo: writeAlgo(try placeAlgo(p), isQuery: false, &writer)
        case .cancelAlgo:
            let algo = try cancelAlgo(p)
            writer.beginObject()
            writer.field("algoId", algo.algoID)
            writer.field("clientAlgoId", algo.clientAlgoID)
            writer.field("code", "200")
            writer.field("msg", "success")
            writer.endObject()
        case .algoOrder:
            guard let index = try findAlgo(p) else { throw .unknownOrder }
            writeAlgo(algos[index], isQuery: true, &writer)
        case .openAlgos:
            let ids = try boardsAsked(p).map(\.instrument.id)
            let algoID = try p.integer("algoId")
            writer.beginArray()
            for algo in openAlgos
            where ids.contains(algo.instrument) && (algoID ?? algo.algoID) == algo.algoID {
                writeAlgo(algo, isQuery: true, &writer)
            }
            writer.endArray()
        case .allAlgos: try writeAllAlgos(p, &writer)
        case .cancelAllAlgos:
            cancelAllAlgos(try board(p).instrument.id)
            writeDone("The operation of cancel all open order is done.", &writer)
        case .accountV2: writeAccount(isOld: true, &writer)
        case .accountV3: writeAccount(isOld: false, &writer)
        case .balanceV2, .balanceV3: writeBalance(&writer)
        case .riskV2: writeRisk(try boardsAsked(p), isOld: true, &writer)
        case .riskV3: writeRisk(try boardsAsked(p), isOld: false, &writer)
        case .leverage: try writeLeverage(p, &writer)
        case .marginType: try refuseMarginType(p)
        case .setDual: try refuseDual(p)
        case .dual:
            writer.beginObject()
            writer.field("dualSidePosition", shownSettings.isHedgeMode)
            writer.endObject()
        case .brackets: try writeBrackets(p, &writer)
        case .commission: writeCommission(try board(p), &writer)
        case .accountConfig: writeAccountConfig(&writer)
        case .symbolConfig: writeSymbolConfig(try boardsAsked(p), &writer)
        case .income: try writeIncome(p, &writer)
        case .orderLimits: writeOrderLimits(&writer)
        case .openListenKey: one("listenKey", openListenKey(), &writer)
        case .keepListenKey:
            guard listenKey != nil else {
                throw APIError(-1125, "This listenKey does not exist.")
            }
            one("listenKey", openListenKey(), &writer)
        case .closeListenKey:
            guard let key = listenKey else {
                throw APIError(-1125, "This listenKey does not exist.")
            }
            endListenKey(key.text)
            writeEmpty(&writer)
        }
    }

    // MARK: Shapes

    private func writeEmpty(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.endObject()
    }
    private func one(_ name: String, _ value: Int64, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field(name, value)
        writer.endObject()
    }
    private func one(_ name: String, _ value: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field(name, value)
        writer.endObject()
    }
    private func writeDone(_ text: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("code", 200)
        writer.field("msg", text)
        writer.endObject()
    }

    /// One object when a symbol was asked for, an array when not.
    private func list(
        _ boards: [MarketBoard], _ p: Parameters, _ writer: inout JSONWriter,
        _ write: (VenueDesk, MarketBoard, inout JSONWriter) -> Void
    ) {
        let isOne = p.text("symbol") != nil
        if !isOne { writer.beginArray() }
        for board in boards { write(self, board, &writer) }
        if !isOne { writer.endArray() }
    }

    // MARK: The market

    private mutating func writeDepth(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let board = try board(p)
        let limit = try p.integer("limit") ?? 500
        guard [5, 10, 20, 50, 100, 500, 1000].contains(limit) else {
            throw APIError(-4021, "Not support limit \(limit).")
        }
        depthAnswer = nil
        // The changes up to this moment go to the streams first, so that the next one joins on.
        market.requestDepthSnapshot(board.instrument.id)
        settle()
        guard let snapshot = depthAnswer else {
            preconditionFailure("the exchange answers with a snapshot at once")
        }
        writer.beginObject()
        writer.key("lastUpdateId")
        writer.integer(snapshot.lastUpdateID)
        writer.field("E", now.milliseconds)
        writer.field("T", now.milliseconds)
        board.levels("bids", Array(snapshot.bids.prefix(Int(limit))), &writer)
        board.levels("asks", Array(snapshot.asks.prefix(Int(limit))), &writer)
        writer.endObject()
    }

    private func writeTrades(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let board = try board(p)
        let limit = try p.limit(default: 500, max: 1000)
        writer.beginArray()
        for item in board.prints.elements.suffix(limit) {
            writer.beginObject()
            writer.field("id", item.print.tradeID)
            writer.field("price", board.text(item.print.price))
            writer.field("qty", item.print.quantity)
            writer.field(
                "quoteQty",
                Money(item.print.quantity, at: item.print.price).text(fractionDigits: 8))
            writer.field("time", item.print.venueTime.milliseconds)
            writer.field("isBuyerMaker", item.print.takerSide == .sell)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeAggTrades(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let board = try board(p)
        let limit = try p.limit(default: 500, max: 1000)
        let times = try p.times()
        let from = try p.integer("fromId")
        var found = board.prints.elements.filter {
            times.contains($0.print.venueTime.milliseconds) && $0.id >= (from ?? 0)
        }[...]
        // From an id or a time on: the first ones; without: the latest.
        found =
            from != nil || p.text("startTime") != nil ? found.prefix(limit) : found.suffix(limit)
        writer.beginArray()
        for item in found {
            writer.beginObject()
            Self.write(item, board.text(item.print.price), &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeKlines(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let board = try board(p)
        guard let interval = BarInterval(rawValue: try p.required("interval")) else {
            throw APIError(-1120, "Invalid interval.")
        }
        let limit = try p.limit(default: 500, max: 1500)
        let times = try p.times()
        var bars = board.candles.bars(interval).filter {
            times.contains($0.openTime.milliseconds)
        }[...]
        bars = p.text("startTime") != nil ? bars.prefix(limit) : bars.suffix(limit)
        writer.beginArray()
        for bar in bars {
            writer.beginArray()
            writer.integer(bar.openTime.milliseconds)
            for price in [bar.open, bar.high, bar.low, bar.close] {
                writer.string(board.text(price))
            }
            writer.quantity(bar.volume)
            writer.integer((bar.openTime + interval.duration).milliseconds - 1)
            writer.string(bar.quoteVolume.text(fractionDigits: 8))
            writer.integer(bar.count)
            writer.quantity(bar.takerVolume)
            writer.string(bar.takerQuoteVolume.text(fractionDigits: 8))
            writer.string("0")
            writer.endArray()
        }
        writer.endArray()
    }

    private func writePremium(_ board: MarketBoard, _ writer: inout JSONWriter) {
        guard let mark = board.mark else { return }
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("markPrice", mark.markPrice)
        writer.field("indexPrice", mark.indexPrice ?? mark.markPrice)
        writer.field("estimatedSettlePrice", mark.indexPrice ?? mark.markPrice)
        writer.field("lastFundingRate", mark.fundingRate.description)
        writer.field("interestRate", "0.0001")
        writer.field("nextFundingTime", mark.nextFundingTime?.milliseconds ?? 0)
        writer.field("time", mark.venueTime.milliseconds)
        writer.endObject()
    }

    private func writeFundings(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let limit = try p.limit(default: 100, max: 1000)
        let times = try p.times()
        var found: [(board: MarketBoard, funding: MarketBoard.Funding)] = []
        for board in try boardsAsked(p) {
            for funding in board.fundings.elements where times.contains(funding.time.milliseconds) {
                found.append((board, funding))
            }
        }
        found.sort { $0.funding.time < $1.funding.time }
        writer.beginArray()
        for item in p.text("startTime") != nil ? found.prefix(limit) : found.suffix(limit) {
            writer.beginObject()
            writer.field("symbol", item.board.instrument.symbol.description)
            writer.field("fundingRate", item.funding.rate.description)
            writer.field("fundingTime", item.funding.time.milliseconds)
            writer.field("markPrice", item.funding.markPrice)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeOpenInterest(_ board: MarketBoard, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field(
            "openInterest",
            FixedPoint.text(
                Int128(market.exchange.openInterest(board.instrument.id).long), digits: 8))
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("time", now.milliseconds)
        writer.endObject()
    }

    private func writeOpenInterestHistory(
        _ p: Parameters, _ writer: inout JSONWriter
    ) throws(APIError) {
        let board = try board(p)
        // Only the shortest period is kept: who asks for another is told so.
        guard try p.required("period") == "5m" else { throw .invalid("period") }
        let limit = try p.limit(default: 30, max: MarketBoard.maxCounts)
        let times = try p.times()
        let counts = board.counts.elements.filter { times.contains($0.time.milliseconds) }
        writer.beginArray()
        for count in counts.suffix(limit) {
            writer.beginObject()
            writer.field("symbol", board.instrument.symbol.description)
            writer.field("sumOpenInterest", count.quantity.description)
            writer.field(
                "sumOpenInterestValue",
                Money(count.quantity, at: count.markPrice).text(fractionDigits: 8))
            writer.field("timestamp", count.time.milliseconds)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeDay(_ board: MarketBoard, _ writer: inout JSONWriter) {
        let bars = board.candles.bars(.minute1).suffix(1440)
        guard var day = bars.first else { return }
        for bar in bars.dropFirst() { day.merge(bar) }
        let change = day.close.units - day.open.units
        // In steps of 10⁻⁸ per cent.
        let percent = Int128(change) * 100 * Int128(FixedPoint.unitsPerOne) / Int128(day.open.units)
        let average =
            day.volume.isZero ? 0 : day.quoteVolume.units / Int128(day.volume.units)
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("priceChange", FixedPoint.text(Int128(change), digits: 8))
        writer.field("priceChangePercent", FixedPoint.text(percent, digits: 8))
        writer.field("weightedAvgPrice", FixedPoint.text(average, digits: 8))
        writer.field("lastPrice", board.text(day.close))
        writer.field("lastQty", board.prints.last?.print.quantity ?? .zero)
        writer.field("openPrice", board.text(day.open))
        writer.field("highPrice", board.text(day.high))
        writer.field("lowPrice", board.text(day.low))
        writer.field("volume", day.volume)
        writer.field("quoteVolume", day.quoteVolume.text(fractionDigits: 8))
        writer.field("openTime", day.openTime.milliseconds)
        writer.field("closeTime", now.milliseconds)
        writer.field("firstId", day.firstID)
        writer.field("lastId", day.lastID)
        writer.field("count", day.count)
        writer.endObject()
    }

    private func writeBest(_ board: MarketBoard, _ writer: inout JSONWriter) {
        guard let ticker = board.ticker else { return }
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("bidPrice", board.text(ticker.bidPrice))
        writer.field("bidQty", ticker.bidQuantity)
        writer.field("askPrice", board.text(ticker.askPrice))
        writer.field("askQty", ticker.askQuantity)
        writer.field("time", ticker.venueTime.milliseconds)
        writer.key("lastUpdateId")
        writer.integer(ticker.updateID)
        writer.endObject()
    }

    private func writePrice(_ board: MarketBoard, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("price", board.text(market.exchange.lastPrice(board.instrument.id)))
        writer.field("time", now.milliseconds)
        writer.endObject()
    }

    // MARK: exchangeInfo

    private func writeExchangeInfo(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("timezone", "UTC")
        writer.field("serverTime", now.milliseconds)
        writer.field("futuresType", "U_MARGINED")
        writer.key("rateLimits")
        writer.beginArray()
        let limits = configuration.limits
        writeLimit("REQUEST_WEIGHT", "MINUTE", 1, limits.weightPerMinute, &writer)
        writeLimit("ORDERS", "MINUTE", 1, limits.ordersPerMinute, &writer)
        writeLimit("ORDERS", "SECOND", 10, limits.ordersPerTenSeconds, &writer)
        writer.endArray()
        writer.key("exchangeFilters")
        writer.beginArray()
        writer.endArray()
        writer.key("assets")
        writer.beginArray()
        writer.beginObject()
        writer.field("asset", "USDT")
        writer.field("marginAvailable", true)
        writer.field("autoAssetExchange", "0")
        writer.endObject()
        writer.endArray()
        writer.key("symbols")
        writer.beginArray()
        for board in boards { writeSymbol(board, &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func writeLimit(
        _ type: String, _ interval: String, _ count: Int, _ limit: Int, _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.field("rateLimitType", type)
        writer.field("interval", interval)
        writer.field("intervalNum", count)
        writer.field("limit", limit)
        writer.endObject()
    }

    private func writeOrderLimits(_ writer: inout JSONWriter) {
        writer.beginArray()
        writeLimit("ORDERS", "SECOND", 10, configuration.limits.ordersPerTenSeconds, &writer)
        writeLimit("ORDERS", "MINUTE", 1, configuration.limits.ordersPerMinute, &writer)
        writer.endArray()
    }

    private func writeSymbol(_ board: MarketBoard, _ writer: inout JSONWriter) {
        let symbol = board.instrument.symbol.description
        let filters = board.instrument.filters
        let base = symbol.hasSuffix("USDT") ? String(symbol.dropLast(4)) : symbol
        let band = configuration.population.exchange.priceBand
        let one = FixedPoint.unitsPerOne
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("pair", symbol)
        writer.field("contractType", "PERPETUAL")
        writer.field("deliveryDate", 4_133_404_800_000)
        writer.field("onboardDate", 1_569_398_400_000)
        writer.field("status", board.status.rawValue)
        writer.field("baseAsset", base)
        writer.field("quoteAsset", "USDT")
        writer.field("marginAsset", "USDT")
        writer.field("pricePrecision", board.pricePrecision)
        writer.field("quantityPrecision", board.quantityPrecision)
        writer.field("baseAssetPrecision", 8)
        writer.field("quotePrecision", 8)
        writer.field("underlyingType", "COIN")
        writer.key("underlyingSubType")
        writer.beginArray()
        writer.endArray()
        writer.field("settlePlan", 0)
        writer.field("triggerProtect", Rate(units: band.units).description)
        writer.field("liquidationFee", configuration.population.exchange.clearanceFee.description)
        writer.field("marketTakeBound", Rate(units: band.units).description)
        writer.key("filters")
        writer.beginArray()
        filter("PRICE_FILTER", &writer) {
            $0.field("minPrice", filters.minPrice)
            $0.field("maxPrice", filters.maxPrice)
            $0.field("tickSize", filters.tickSize)
        }
        filter("LOT_SIZE", &writer) {
            $0.field("minQty", filters.minQuantity)
            $0.field("maxQty", filters.maxQuantity)
            $0.field("stepSize", filters.stepSize)
        }
        filter("MARKET_LOT_SIZE", &writer) {
            $0.field("minQty", filters.minQuantity)
            $0.field("maxQty", filters.maxMarketQuantity)
            $0.field("stepSize", filters.stepSize)
        }
        filter("MAX_NUM_ORDERS", &writer) {
            $0.field("limit", configuration.limits.openOrdersPerSymbol)
        }
        filter("MIN_NOTIONAL", &writer) { $0.field("notional", filters.minNotional) }
        filter("PERCENT_PRICE", &writer) {
            $0.field("multiplierUp", Rate(units: one + band.units).description)
            $0.field("multiplierDown", Rate(units: one - band.units).description)
            $0.field("multiplierDecimal", "4")
        }
        writer.endArray()
        strings("orderTypes", ["LIMIT", "MARKET", "STOP_MARKET", "TAKE_PROFIT_MARKET"], &writer)
        strings("timeInForce", ["GTC", "IOC", "FOK", "GTX"], &writer)
        writer.endObject()
    }

    private func filter(
        _ type: String, _ writer: inout JSONWriter, _ write: (inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.field("filterType", type)
        write(&writer)
        writer.endObject()
    }

    private func strings(_ name: String, _ values: [String], _ writer: inout JSONWriter) {
        writer.key(name)
        writer.beginArray()
        for value in values { writer.string(value) }
        writer.endArray()
    }
}
