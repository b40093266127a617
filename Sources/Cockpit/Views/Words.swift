import CellGrid
import CockpitModel
import Wire

/// Words for what the wire says in identifiers, and text from outside made harmless.
enum Words {
    /// Text from outside, on one line, at most `columns` wide.
    static func safe(_ text: String, columns: Int = 200, glyphs: Glyphs = .ascii) -> String {
        let clean = SafeText.clean(text, maxScalars: 400)
        return DisplayWidth.fitted(clean, columns: columns, mark: String(glyphs.ellipsis))
    }

    /// A symbol without its quote currency, where the engine trades nothing that it could be confused with.
    static func shortSymbol(_ symbol: String, among all: [String], columns: Int, glyphs: Glyphs)
        -> String
    {
        for ending in ["-USDT", "USDT", "-USDC", "USDC"] where symbol.hasSuffix(ending) {
            let base = String(symbol.dropLast(ending.count))
            let isUnique = !all.contains { $0 != symbol && $0.hasPrefix(base) }
            if !base.isEmpty, isUnique { return safe(base, columns: columns, glyphs: glyphs) }
        }
        return safe(symbol, columns: columns, glyphs: glyphs)
    }

    static func modeRole(_ mode: String?) -> Role {
        switch mode {
        case "LIVE": .modeLive
        case "TESTNET": .modeTestnet
        case "PAPER": .modePaper
        case "SHADOW": .modeShadow
        case "REPLAY": .modeReplay
        default: .unknown
        }
    }

    /// What the engine is doing, in one word.
    static func gate(_ gate: String?, isLatched: Bool) -> Phrase {
        if isLatched { return Phrase("LATCHED", .alarm, .bold) }
        switch gate {
        case "open": return Phrase("RUNNING", .ok)
        case "paused": return Phrase("PAUSED", .warning, .bold)
        case "flattening": return Phrase("FLATTENING", .alarm, .bold)
        case "latched": return Phrase("LATCHED", .alarm, .bold)
        case "starting": return Phrase("STARTING", .warning)
        default: return Phrase(gate.map { safe($0, columns: 12) } ?? "UNKNOWN", .unknown)
        }
    }

    /// Why entries are not considered; `nil` where the gate's word says it already.
    static func notReady(_ reason: String?) -> Phrase? {
        guard let reason, reason != "latched", reason != "paused" else { return nil }
        let role: Role =
            switch reason {
            case "positionOpen": .dim
            case "storeFailing", "breaker", "unsafeAtVenue": .alarm
            default: .warning
            }
        return Phrase(notReadyWords[reason] ?? safe(reason, columns: 16), role)
    }

    /// `NotReady` as people say it.
    private static let notReadyWords = [
        "latched": "latched", "paused": "paused", "warmingUp": "warming up",
        "notReconciled": "not reconciled",
        "staleData": "market data stale", "storeFailing": "store failing",
        "positionOpen": "in position",
        "breaker": "BREAKER", "unsafeAtVenue": "UNSAFE AT EXCHANGE",
        "notTradable": "exits only at the exchange",
    ]

    /// What would refuse a signal now, after the words `if LONG fired now:`.
    static func refusal(_ text: String) -> Phrase {
        if let reason = notReadyWords[text] { return Phrase("refused, " + reason, .block) }
        return Phrase(safe(text, columns: 40) + " refuses", .block)
    }

    /// Why a position was closed, or wants to be.
    static func exitReason(_ reason: String) -> String {
        switch reason {
        case "liquidationDistance": "near liquidation"
        case "stopLoss": "stop"
        case "dailyLoss": "daily loss"
        case "trailingStop": "trailing stop"
        case "exitProbability": "exit p"
        case "policyExit": "policy"
        case "maxHold": "time"
        case "operator": "you"
        default: safe(reason, columns: 20)
        }
    }

    static func sideLetter(_ side: String) -> String {
        side == "long" ? "L" : side == "short" ? "S" : "?"
    }

    static func sideRole(_ side: String) -> Role {
        side == "long" ? .long : side == "short" ? .short : .unknown
    }

    static func plural(_ count: Int, _ word: String) -> String {
        "\(count) \(word)\(count == 1 ? "" : "s")"
    }
}
