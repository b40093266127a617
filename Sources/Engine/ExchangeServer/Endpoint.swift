/// Everything that REST clients can ask, by method and path.
enum Endpoint: String, Sendable, CaseIterable {
    case ping = "GET /fapi/v1/ping"
    case time = "GET /fapi/v1/time"
    case exchangeInfo = "GET /fapi/v1/exchangeInfo"
    case depth = "GET /fapi/v1/depth"
    case trades = "GET /fapi/v1/trades"
    case aggTrades = "GET /fapi/v1/aggTrades"
    case klines = "GET /fapi/v1/klines"
    case premiumIndex = "GET /fapi/v1/premiumIndex"
    case fundingRate = "GET /fapi/v1/fundingRate"
    case fundingInfo = "GET /fapi/v1/fundingInfo"
    case openInterest = "GET /fapi/v1/openInterest"
    case openInterestHistory = "GET /futures/data/openInterestHist"
    case ticker24 = "GET /fapi/v1/ticker/24hr"
    case bookTicker = "GET /fapi/v1/ticker/bookTicker"
    case priceV1 = "GET /fapi/v1/ticker/price"
    case priceV2 = "GET /fapi/v2/ticker/price"

    case placeOrder = "POST /fapi/v1/order"
    case testOrder = "POST /fapi/v1/order/test"
    case cancelOrder = "DELETE /fapi/v1/order"
    case order = "GET /fapi/v1/order"
    case openOrder = "GET /fapi/v1/openOrder"
    case openOrders = "GET /fapi/v1/openOrders"
    case allOrders = "GET /fapi/v1/allOrders"
    case cancelAll = "DELETE /fapi/v1/allOpenOrders"
    case countdown = "POST /fapi/v1/countdownCancelAll"
    case userTrades = "GET /fapi/v1/userTrades"
    case placeAlgo = "POST /fapi/v1/algoOrder"
    case cancelAlgo = "DELETE /fapi/v1/algoOrder"
    case algoOrder = "GET /fapi/v1/algoOrder"
    case openAlgos = "GET /fapi/v1/openAlgoOrders"
    case allAlgos = "GET /fapi/v1/allAlgoOrders"
    case cancelAllAlgos = "DELETE /fapi/v1/algoOpenOrders"

    case accountV2 = "GET /fapi/v2/account"
    case accountV3 = "GET /fapi/v3/account"
    case balanceV2 = "GET /fapi/v2/balance"
    case balanceV3 = "GET /fapi/v3/balance"
    case riskV2 = "GET /fapi/v2/positionRisk"
    case riskV3 = "GET /fapi/v3/positionRisk"
    case leverage = "POST /fapi/v1/leverage"
    case marginType = "POST /fapi/v1/marginType"
    case positionMargin = "POST /fapi/v1/positionMargin"
    case forcedOrders = "GET /fapi/v1/forceOrders"
    case setDual = "POST /fapi/v1/positionSide/dual"
    case dual = "GET /fapi/v1/positionSide/dual"
    case brackets = "GET /fapi/v1/leverageBracket"
    case commission = "GET /fapi/v1/commissionRate"
    case accountConfig = "GET /fapi/v1/accountConfig"
    case symbolConfig = "GET /fapi/v1/symbolConfig"
    case income = "GET /fapi/v1/income"
    case orderLimits = "GET /fapi/v1/rateLimit/order"
    case openListenKey = "POST /fapi/v1/listenKey"
    case keepListenKey = "PUT /fapi/v1/listenKey"
    case closeListenKey = "DELETE /fapi/v1/listenKey"

    enum Security: Hashable, Sendable { case open, key, signed }

    var security: Security {
        switch self {
        case .ping, .time, .exchangeInfo, .depth, .trades, .aggTrades, .klines, .premiumIndex,
            .fundingRate, .fundingInfo, .openInterest, .openInterestHistory, .ticker24, .bookTicker,
            .priceV1, .priceV2:
            .open
        case .openListenKey, .keepListenKey, .closeListenKey: .key
        case .placeOrder, .testOrder, .positionMargin, .forcedOrders, .cancelOrder, .order,
            .openOrder, .openOrders, .allOrders, .cancelAll,
            .countdown, .userTrades, .placeAlgo, .cancelAlgo, .algoOrder, .openAlgos, .allAlgos,
            .cancelAllAlgos, .accountV2, .accountV3, .balanceV2, .balanceV3, .riskV2, .riskV3,
            .leverage, .marginType, .setDual, .dual, .brackets, .commission, .accountConfig,
            .symbolConfig, .income, .orderLimits:
            .signed
        }
    }

    /// Whether a request counts on the order limits of the account.
    var countsAsOrder: Bool { self == .placeOrder || self == .placeAlgo }

    /// What a request takes from the weight of the minute.
    ///
    /// - Source: Binance USDⓈ-M REST pages, read 2026-05.
    func weight(_ parameters: Parameters) -> Int {
        let hasSymbol = parameters.text("symbol") != nil
        let limit = parameters.text("limit").flatMap { Int($0) }
        return switch self {
        case .placeOrder, .testOrder, .placeAlgo, .fundingRate, .fundingInfo,
            .openInterestHistory:
            0
        case .ping, .time, .exchangeInfo, .openInterest, .cancelOrder, .order, .openOrder,
            .cancelAll, .cancelAlgo, .algoOrder, .cancelAllAlgos, .leverage, .marginType,
            .positionMargin, .setDual,
            .brackets, .orderLimits, .openListenKey, .keepListenKey, .closeListenKey:
            1
        case .depth:
            switch limit ?? 500 {
            case ...50: 2
            case ...100: 5
            case ...500: 10
            default: 20
            }
        case .klines:
            switch limit ?? 500 {
            case ..<100: 1
            case ..<500: 2
            case ...1000: 5
            default: 10
            }
        case .trades, .allOrders, .userTrades, .allAlgos, .accountV2, .accountV3, .balanceV2,
            .balanceV3, .riskV2, .riskV3, .accountConfig, .symbolConfig:
            5
        case .aggTrades, .commission: 20
        case .forcedOrders: hasSymbol ? 20 : 50
        case .premiumIndex: hasSymbol ? 1 : 10
        case .ticker24, .openOrders, .openAlgos: hasSymbol ? 1 : 40
        case .bookTicker: hasSymbol ? 2 : 5
        case .priceV1, .priceV2: hasSymbol ? 1 : 2
        case .countdown: 10
        case .dual, .income: 30
        }
    }
}
