package import Trading

/// MAX_POSITIONS: no entry beside as many positions as may be open.
package enum MaxPositionsGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// Open positions of one symbol, at least 1.
        package var maxPerSymbol: Int = 1
        /// Open positions in all, at least 1.
        package var maxInAll: Int = 3

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        /// Open positions and entries that may still fill, of the entry's symbol.
        package var ofSymbol: Int
        /// The same of all symbols.
        package var inAll: Int

        package init(ofSymbol: Int, inAll: Int) {
            self.ofSymbol = ofSymbol
            self.inAll = inAll
        }
    }

    /// The value is the count that is at its limit, of the symbol's and all the first one.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        if input.ofSymbol >= settings.maxPerSymbol {
            return .block(value: Double(input.ofSymbol), limit: Double(settings.maxPerSymbol))
        }
        let value = Double(input.inAll)
        let limit = Double(settings.maxInAll)
        return input.inAll >= settings.maxInAll
            ? .block(value: value, limit: limit) : .allow(value: value, limit: limit)
    }
}
