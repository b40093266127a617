import Foundation
import Messages
import Trading

/// Facts and events as JSON text with sorted keys, so that the same value always has the same bytes.
struct JournalCoding {
    private let encoder = JSONEncoder()
    private let decoder = JSONDecoder()

    init() {
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A probability that is not a number must be recorded as such, not stop the store.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }

    func encode(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try decoder.decode(type, from: Data(text.utf8))
    }
}

extension Fact {
    /// The word that stands in the column `kind`.
    var kindName: String {
        switch self {
        case .intent: "intent"
        case .orderChanged: "orderChanged"
        case .fill: "fill"
        case .funding: "funding"
        case .positionChanged: "positionChanged"
        case .positionClosed: "positionClosed"
        case .tradeClosed: "tradeClosed"
        case .decision: "decision"
        case .gateChanged: "gateChanged"
        case .symbolPaused: "symbolPaused"
        case .commandReceived: "commandReceived"
        case .commandStep: "commandStep"
        case .commandRefused: "commandRefused"
        case .breakerTripped: "breakerTripped"
        case .account: "account"
        case .reconciled: "reconciled"
        case .notice: "notice"
        case .modelsChanged: "modelsChanged"
        }
    }
}

extension Event.Body {
    /// The word that stands in the column `kind`.
    var kindName: String {
        switch self {
        case .market: "market"
        case .order: "order"
        case .account: "account"
        case .timer: "timer"
        case .command: "command"
        case .latch: "latch"
        case .store: "store"
        case .notice: "notice"
        case .models: "models"
        }
    }
}
