import FoundationEssentials
import Text
import Trading

/// Why a fault schedule was refused; says the line.
package struct FaultScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// Reads a fault schedule: one JSON object a line, empty lines and lines that begin with `#` aside.
///
/// Every object has `at` (exchange seconds after the opening) and `fault`; those that last also `for` (exchange
/// seconds), `times`, or both. docs/faults.md lists the words and their keys. What is not known is refused.
package enum FaultSchedule {
    /// Faults read at most; more is refused.
    package static let maxFaults = 10_000

    /// In the order of their lines.
    package static func parse(_ text: String) throws(FaultScheduleError) -> [Fault] {
        var faults: [Fault] = []
        for (index, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).enumerated() {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            faults.append(try fault(String(trimmed), line: index + 1))
            guard faults.count <= maxFaults else {
                throw FaultScheduleError(description: "more than \(maxFaults) faults")
            }
        }
        return faults
    }

    private static func fault(_ text: String, line: Int) throws(FaultScheduleError) -> Fault {
        var reader = try FaultLine(text, line: line)
        let begin = try reader.seconds("at", 0...1_000_000)
        let name = try reader.text("fault")
        let effect = try effect(name, &reader)
        var length: Duration?
        var times: Int?
        switch effect {
        case .moment: times = 1
        case .answers, .streams, .rule:
            if reader.has("for") { length = try reader.seconds("for", 0.001...1_000_000) }
            if reader.has("times") { times = Int(try reader.integer("times", 1...1_000_000)) }
            guard length != nil || times != nil else {
                throw reader.refusal("\(name) needs for, times, or both")
            }
        }
        try reader.end()
        return Fault(
            line: line, name: name, begin: begin, length: length, times: times, effect: effect)
    }

    private static func effect(_ name: String, _ reader: inout FaultLine)
        throws(FaultScheduleError) -> Fault.Effect
    {
        if let moment = try moment(name, &reader) { return .moment(moment) }
        if let rule = try rule(name, &reader) { return .rule(rule) }
        if let streaming = try streaming(name, &reader) {
            return .streams(streaming, try reader.word("stream", Fault.Streams.self))
        }
        if let answering = try answering(name, &reader) {
            return .answers(answering, request: try reader.request())
        }
        throw reader.refusal("there is no fault '\(name)'")
    }

    private static func answering(_ name: String, _ reader: inout FaultLine)
        throws(FaultScheduleError) -> Fault.Answering?
    {
        switch name {
        case "unknown": .unknown(isExecuted: try reader.bool("executed"))
        case "cut": .cut(isExecuted: try reader.bool("executed"))
        case "error":
            .error(
                status: Int(try reader.integer("status", 400...599)),
                code: Int(try reader.integer("code", -99_999 ... -1)),
                message: try reader.text("message"))
        case "throttled": .throttled
        case "unavailable": .unavailable
        case "rateLimited": .rateLimited
        case "banned": .banned
        case "html": .html(status: Int(try reader.integer("status", 400...599)))
        case "garbage": .garbage(try reader.word("shape", Fault.Spoiling.self))
        case "slow": .slow(try reader.milliseconds())
        case "empty": .empty
        case "stale": .stale
        case "keyRefused": .keyRefused
        default: nil
        }
    }

    private static func streaming(_ name: String, _ reader: inout FaultLine)
        throws(FaultScheduleError) -> Fault.Streaming?
    {
        switch name {
        case "silent": .silent
        case "duplicate": .duplicate
        case "reorder": .reorder
        case "late": .late(try reader.milliseconds())
        case "garbageFrame": .garbage(try reader.word("shape", Fault.Spoiling.self))
        case "refused": .refused
        default: nil
        }
    }

    private static func moment(_ name: String, _ reader: inout FaultLine)
        throws(FaultScheduleError) -> Fault.Moment?
    {
        switch name {
        case "disconnect": .disconnect(try reader.word("stream", Fault.Streams.self))
        case "listenKeyEnds": .listenKeyEnds(isTold: try reader.bool("told"))
        case "filters":
            .filters(
                try reader.symbol(), tickSize: try reader.price("tickSize"),
                stepSize: try reader.quantity("stepSize"),
                minNotional: try reader.quantity("minNotional").map {
                    Money($0, at: Price(units: FixedPoint.unitsPerOne))
                })
        case "settings": .settings(try settings(&reader))
        case "leverage":
            .leverage(try reader.symbol(), Int(try reader.integer("leverage", 1...125)))
        case "clockStep":
            .clockStep(
                .milliseconds(try reader.integer("milliseconds", -86_400_000...86_400_000)))
        case "manualTrade":
            .manualTrade(
                try reader.symbol(), try reader.side(), try reader.required("quantity"))
        case "manualCancel": .manualCancel(try reader.symbol())
        case "priceStep":
            .priceStep(try reader.symbol(), try reader.number("percent", -50...50) / 100)
        case "adl": .deleveraging(try reader.symbol(), try reader.quantity("quantity"))
        case "liquidate": .liquidation(try reader.symbol())
        case "settle": .settlement(try reader.symbol())
        case "knockOut": .knockOut(try reader.symbol())
        case "symbolStatus":
            .symbolStatus(
                try reader.symbol(), try reader.word("status", Fault.SymbolStatus.self))
        case "transfer": .transfer(try reader.money("amount"))
        case "feeAsset":
            .feeAsset(
                try reader.asset(), price: Price(units: try reader.required("price").units),
                balance: try reader.required("balance"))
        case "funding": .funding(try reader.symbol())
        default: nil
        }
    }

    private static func settings(_ reader: inout FaultLine) throws(FaultScheduleError)
        -> Fault.Settings
    {
        var settings = Fault.Settings()
        if reader.has("hedgeMode") { settings.isHedgeMode = try reader.bool("hedgeMode") }
        if reader.has("cross") { settings.isCross = try reader.bool("cross") }
        if reader.has("multiAssets") { settings.isMultiAssets = try reader.bool("multiAssets") }
        if reader.has("canTrade") { settings.canTrade = try reader.bool("canTrade") }
        return settings
    }

    private static func rule(_ name: String, _ reader: inout FaultLine)
        throws(FaultScheduleError) -> Fault.Rule?
    {
        switch name {
        case "partialFills":
            .partialFills(try reader.symbol(), try reader.rate("fraction", 0.01...0.99))
        case "stopRejects": .stopRejects(try reader.symbol())
        case "gapPrice":
            .mispriced(
                try reader.symbol(), .gap(try reader.rate("percent", -99...1000, of: 100)),
                try reader.word("of", Fault.PriceFeed.self))
        case "zeroPrice":
            .mispriced(
                try reader.symbol(), .zero, try reader.word("of", Fault.PriceFeed.self))
        case "negativePrice":
            .mispriced(
                try reader.symbol(), .negative, try reader.word("of", Fault.PriceFeed.self))
        case "crossed":
            .crossed(try reader.symbol(), try reader.word("of", Fault.BookFeed.self))
        case "printGap": .leftOut(try reader.symbol(), .print)
        case "depthGap": .leftOut(try reader.symbol(), .depth)
        case "klineGap": .leftOut(try reader.symbol(), .kline)
        default: nil
        }
    }
}

/// One line of a schedule: its values are taken one by one, and none may be left.
private struct FaultLine {
    private enum Value: Decodable {
        case bool(Bool)
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                self = .bool(try container.decode(Bool.self))
            } catch {
                do {
                    self = .number(try container.decode(Double.self))
                } catch { self = .text(try container.decode(String.self)) }
            }
        }
    }

    private let line: Int
    private var values: [String: Value]

    init(_ text: String, line: Int) throws(FaultScheduleError) {
        self.line = line
        do {
            values = try JSONDecoder().decode([String: Value].self, from: Data(text.utf8))
        } catch {
            throw FaultScheduleError(
                description:
                    "line \(line): must be one JSON object of texts, numbers, true and false")
        }
    }

    func refusal(_ text: String) -> FaultScheduleError {
        FaultScheduleError(description: "line \(line): \(text)")
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    func end() throws(FaultScheduleError) {
        if let key = values.keys.min() { throw refusal("'\(key)' means nothing here") }
    }

    mutating func number(_ key: String, _ range: ClosedRange<Double>) throws(FaultScheduleError)
        -> Double
    {
        guard case .number(let value) = values.removeValue(forKey: key), range.contains(value)
        else {
            throw refusal(
                "'\(key)' must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A fraction, or `whole` times it, in steps of 10⁻⁸.
    mutating func rate(_ key: String, _ range: ClosedRange<Double>, of whole: Double = 1)
        throws(FaultScheduleError) -> Rate
    {
        Rate(units: Int64((try number(key, range) / whole * 1e8).rounded()))
    }

    mutating func integer(_ key: String, _ range: ClosedRange<Int64>) throws(FaultScheduleError)
        -> Int64
    {
        let value = try number(key, Double(range.lowerBound)...Double(range.upperBound))
        guard value == value.rounded(.towardZero) else {
            throw refusal("'\(key)' must be a whole number")
        }
        return Int64(value)
    }

    mutating func seconds(_ key: String, _ range: ClosedRange<Double>) throws(FaultScheduleError)
        -> Duration
    {
        Duration(nanoseconds: Int64(try number(key, range) * 1e9))
    }

    mutating func milliseconds() throws(FaultScheduleError) -> Duration {
        .milliseconds(try integer("milliseconds", 1...3_600_000))
    }

    mutating func text(_ key: String) throws(FaultScheduleError) -> String {
        guard case .text(let value) = values.removeValue(forKey: key), value.utf8.count <= 200
        else { throw refusal("'\(key)' must be a text") }
        return value
    }

    mutating func bool(_ key: String) throws(FaultScheduleError) -> Bool {
        guard case .bool(let value) = values.removeValue(forKey: key) else {
            throw refusal("'\(key)' must be true or false")
        }
        return value
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ type: Word.Type
    ) throws(FaultScheduleError) -> Word {
        guard case .text(let text) = values.removeValue(forKey: key),
            let word = Word(rawValue: text)
        else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("'\(key)' must be one of: \(words)")
        }
        return word
    }

    mutating func symbol() throws(FaultScheduleError) -> SymbolName {
        guard let symbol = SymbolName(try text("symbol")) else {
            throw refusal("'symbol' must be a symbol such as BTCUSDT")
        }
        return symbol
    }

    mutating func asset() throws(FaultScheduleError) -> String {
        let asset = try text("asset")
        guard (2...10).contains(asset.utf8.count), asset != "USDT",
            asset.utf8.allSatisfy({ (65...90).contains($0) })
        else { throw refusal("'asset' must be an asset such as BNB, and not USDT") }
        return asset
    }

    mutating func money(_ key: String) throws(FaultScheduleError) -> Money {
        do throws(DecimalError) {
            guard case .text(let text) = values.removeValue(forKey: key) else { throw .empty }
            let money = try Money.parse(text)
            guard money != .zero, money.magnitude <= Money(whole: 1_000_000_000) else {
                throw .outOfRange
            }
            return money
        } catch {
            throw refusal(
                "'\(key)' must be a decimal other than zero, up to a thousand million, as a text")
        }
    }

    mutating func side() throws(FaultScheduleError) -> Side {
        switch try text("side") {
        case "BUY": return .buy
        case "SELL": return .sell
        default: throw refusal("'side' must be BUY or SELL")
        }
    }

    mutating func request() throws(FaultScheduleError) -> String? {
        guard has("request") else { return nil }
        let text = try text("request")
        guard Endpoint(rawValue: text) != nil else {
            throw refusal("'request' must be a method and a path that are served")
        }
        return text
    }

    /// An exact decimal above zero, as a text; `nil` when it is not there.
    mutating func quantity(_ key: String) throws(FaultScheduleError) -> Quantity? {
        has(key) ? try required(key) : nil
    }

    mutating func price(_ key: String) throws(FaultScheduleError) -> Price? {
        try quantity(key).map { Price(units: $0.units) }
    }

    mutating func required(_ key: String) throws(FaultScheduleError) -> Quantity {
        do throws(DecimalError) {
            guard case .text(let text) = values.removeValue(forKey: key) else { throw .empty }
            let quantity = try Quantity.parse(text)
            guard !quantity.isZero else { throw .outOfRange }
            return quantity
        } catch { throw refusal("'\(key)' must be a decimal above zero, as a text") }
    }
}
