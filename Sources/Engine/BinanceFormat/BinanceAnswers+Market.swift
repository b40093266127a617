import Text
package import Trading

/// Contracts, candles, trades and prices.
extension BinanceAnswers {
    /// The venue's clock.
    package static func serverTime(_ body: Span<UInt8>) throws(FrameError) -> Timestamp {
        try whole(body, serverTimeObject)
    }

    private static func serverTimeObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> Timestamp {
        let fields = try ObjectFields(&cursor)
        return try fields.required("serverTime", &cursor, VenueValue.time)
    }

    // MARK: Contracts

    /// All contracts of the venue with their rules.
    /// The time in it is days old on the demo host: ask `serverTime`.
    package static func exchangeInfo(_ body: Span<UInt8>) throws(FrameError) -> ExchangeInfo {
        try whole(body, maxLength: maxContractListLength, exchangeInfoObject)
    }

    private enum Contract {
        case read(ContractInfo)
        case skipped(String)
    }

    private static func exchangeInfoObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> ExchangeInfo {
        let fields = try ObjectFields(&cursor)
        var info = ExchangeInfo(
            serverTime: try fields.required("serverTime", &cursor, VenueValue.time),
            rateLimits: try fields.required("rateLimits", &cursor, rateLimits), symbols: [],
            skipped: [])
        for contract in try fields.required("symbols", &cursor, contracts) {
            switch contract {
            case .read(let contract): info.symbols.append(contract)
            case .skipped(let name): info.skipped.append(name)
            }
        }
        return info
    }

    private static func rateLimits(_ cursor: inout JSONCursor) throws(FrameError) -> [RateLimit] {
        try VenueValue.list(&cursor, rateLimit)
    }

    private static func rateLimit(_ cursor: inout JSONCursor) throws(FrameError) -> RateLimit {
        let fields = try ObjectFields(&cursor)
        let count = Int64(try fields.required("intervalNum", &cursor, VenueValue.smallInteger))
        // No interval that a venue can mean is shorter, or longer than a thousand of its units.
        let isCredible = (1...1_000).contains(count)
        let unit: Duration? =
            switch try fields.required("interval", &cursor, VenueValue.text) {
            case "SECOND" where isCredible: .seconds(count)
            case "MINUTE" where isCredible: .minutes(count)
            case "HOUR" where isCredible: .hours(count)
            case "DAY" where isCredible: .hours(24) * count
            default: nil
            }
        return RateLimit(
            kind: try fields.word("rateLimitType", &cursor), interval: unit,
            limit: try fields.required("limit", &cursor, VenueValue.smallInteger))
    }

    private static func contracts(_ cursor: inout JSONCursor) throws(FrameError) -> [Contract] {
        try VenueValue.list(&cursor, contract)
    }

    /// The parts of the filters that we know, collected over the list.
    private struct Filters {
        var price: (min: Price?, max: Price?, tick: Price?)?
        var lot: (min: Quantity, max: Quantity, step: Quantity)?
        var marketMax: Quantity?
        var minNotional: Money?
        var multiplierUp: Rate?
        var multiplierDown: Rate?
        var maxOrders: Int?

        /// `nil` when the venue's rules are incomplete: then nothing may be traded. A zero disables its part.
        var instrument: InstrumentFilters? {
            guard let price, let lot, let tick = price.tick, !lot.step.isZero, !lot.max.isZero,
                lot.min <= lot.max
            else { return nil }
            let minPrice = price.min ?? tick
            let maxPrice = price.max ?? Price(units: .max)
            guard minPrice <= maxPrice else { return nil }
            return InstrumentFilters(
                minPrice: minPrice, maxPrice: maxPrice, tickSize: tick, minQuantity: lot.min,
                maxQuantity: lot.max, stepSize: lot.step,
                maxMarketQuantity: marketMax.flatMap { $0.isZero ? nil : $0 } ?? lot.max,
                minNotional: minNotional ?? .zero)
        }
    }

    private static func contract(_ cursor: inout JSONCursor) throws(FrameError) -> Contract {
        let fields = try ObjectFields(&cursor)
        let name = try fields.required("symbol", &cursor, VenueValue.text)
        let filters = try fields.required("filters", &cursor, filters)
        guard let symbol = SymbolName(name), let rules = filters.instrument else {
            return .skipped(name)
        }
        return .read(
            ContractInfo(
                symbol: symbol, contractType: try fields.word("contractType", &cursor),
                status: try fields.word("status", &cursor),
                baseAsset: try fields.required("baseAsset", &cursor, VenueValue.text),
                quoteAsset: try fields.required("quoteAsset", &cursor, VenueValue.text),
                marginAsset: try fields.required("marginAsset", &cursor, VenueValue.text),
                pricePrecision: try fields.required(
                    "pricePrecision", &cursor, VenueValue.smallInteger),
                filters: rules, multiplierUp: filters.multiplierUp,
                multiplierDown: filters.multiplierDown, maxOrders: filters.maxOrders,
                triggerProtect: try fields.optional("triggerProtect", &cursor, VenueValue.rate),
                marketTakeBound: try fields.optional("marketTakeBound", &cursor, VenueValue.rate),
                liquidationFee: try fields.optional("liquidationFee", &cursor, VenueValue.rate)))
    }

    private static func filters(_ cursor: inout JSONCursor) throws(FrameError) -> Filters {
        var filters = Filters()
        try cursor.beginArray()
        while try cursor.nextElement() {
            let fields = try ObjectFields(&cursor)
            switch try fields.required("filterType", &cursor, VenueValue.text) {
            case "PRICE_FILTER":
                filters.price = (
                    try fields.required("minPrice", &cursor, VenueValue.price),
                    try fields.required("maxPrice", &cursor, VenueValue.price),
                    try fields.required("tickSize", &cursor, VenueValue.price)
                )
            case "LOT_SIZE":
                filters.lot = (
                    try fields.required("minQty", &cursor, VenueValue.quantity),
                    try fields.required("maxQty", &cursor, VenueValue.quantity),
                    try fields.required("stepSize", &cursor, VenueValue.quantity)
                )
            case "MARKET_LOT_SIZE":
                filters.marketMax = try fields.required("maxQty", &cursor, VenueValue.quantity)
            case "MIN_NOTIONAL":
                filters.minNotional = try fields.required("notional", &cursor, VenueValue.money)
            case "PERCENT_PRICE":
                filters.multiplierUp = try fields.required(
                    "multiplierUp", &cursor, VenueValue.rate)
                filters.multiplierDown = try fields.required(
                    "multiplierDown", &cursor, VenueValue.rate)
            case "MAX_NUM_ORDERS":
                filters.maxOrders = try fields.required("limit", &cursor, VenueValue.smallInteger)
            default: break  // New filters appear without notice.
            }
        }
        return filters
    }

    // MARK: History and prices

    /// Candles of `interval`, oldest first; one that ends after `now`, by the venue's clock, is not closed.
    package static func klines(
        _ body: Span<UInt8>, interval: Duration, now: Timestamp
    ) throws(FrameError) -> [Kline] {
        try list(body) { (cursor: inout JSONCursor) throws(FrameError) -> Kline in
            try kline(&cursor, interval: interval, now: now)
        }
    }

    private static func kline(
        _ cursor: inout JSONCursor, interval: Duration, now: Timestamp
    ) throws(FrameError) -> Kline {
        try cursor.beginArray()
        try next(&cursor)
        let openTime = try cursor.time()
        try next(&cursor)
        let open = try somePrice(&cursor)
        try next(&cursor)
        let high = try somePrice(&cursor)
        try next(&cursor)
        let low = try somePrice(&cursor)
        try next(&cursor)
        let close = try somePrice(&cursor)
        try next(&cursor)
        let volume = try VenueValue.quantity(&cursor)
        try next(&cursor)
        let closeTime = try cursor.time()
        try next(&cursor)
        try cursor.skipValue()  // Quote volume.
        try next(&cursor)
        try cursor.skipValue()  // Trades.
        try next(&cursor)
        let takerBuyVolume = try VenueValue.quantity(&cursor)
        while try cursor.nextElement() { try cursor.skipValue() }
        guard low <= high, takerBuyVolume <= volume, openTime < closeTime else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return Kline(
            openTime: openTime, interval: interval, open: open, high: high, low: low, close: close,
            volume: volume, takerBuyVolume: takerBuyVolume, isClosed: closeTime < now,
            venueTime: closeTime)
    }

    private static func next(_ cursor: inout JSONCursor) throws(FrameError) {
        guard try cursor.nextElement() else { throw FrameError(.missingKey, at: cursor.position) }
    }

    private static func somePrice(_ cursor: inout JSONCursor) throws(FrameError) -> Price {
        guard let price = try VenueValue.price(&cursor) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return price
    }

    /// Aggregate trades, oldest first.
    package static func aggregateTrades(_ body: Span<UInt8>) throws(FrameError) -> [Print] {
        try list(body, aggregateTrade)
    }

    private static func aggregateTrade(_ cursor: inout JSONCursor) throws(FrameError) -> Print {
        let fields = try ObjectFields(&cursor)
        return Print(
            tradeID: try fields.required("a", &cursor, VenueValue.integer),
            price: try fields.required("p", &cursor, somePrice),
            quantity: try fields.required("q", &cursor, VenueValue.quantity),
            // `m`: the buyer rested, so the seller crossed.
            takerSide: try fields.required("m", &cursor, VenueValue.bool) ? .sell : .buy,
            venueTime: try fields.required("T", &cursor, VenueValue.time))
    }

    /// Mark price and funding of one symbol or of all. Symbols without a mark price yet are left out.
    package static func premiums(_ body: Span<UInt8>) throws(FrameError) -> [PremiumAnswer] {
        try oneOrMany(body, premium).compactMap { $0 }
    }

    private static func premium(_ cursor: inout JSONCursor) throws(FrameError) -> PremiumAnswer? {
        let fields = try ObjectFields(&cursor)
        let symbol = try fields.required("symbol", &cursor, VenueValue.text)
        guard let mark = try fields.required("markPrice", &cursor, VenueValue.reckonedPrice) else {
            return nil
        }
        let nextFunding = try fields.optional("nextFundingTime", &cursor, VenueValue.time)
        return PremiumAnswer(
            symbol: symbol,
            update: MarkPriceUpdate(
                markPrice: mark,
                indexPrice: try fields.optional("indexPrice", &cursor, VenueValue.reckonedPrice)
                    ?? nil,
                fundingRate: try fields.optional("lastFundingRate", &cursor, fundingRate) ?? .zero,
                // Contracts that pay no funding have a time of zero.
                nextFundingTime: nextFunding == .distantPast ? nil : nextFunding,
                venueTime: try fields.required("time", &cursor, VenueValue.time)))
    }

    /// Contracts that pay no funding have an empty rate.
    private static func fundingRate(_ cursor: inout JSONCursor) throws(FrameError) -> Rate {
        Rate(units: try cursor.quotedDecimalOrEmpty()?.units ?? 0)
    }
}
