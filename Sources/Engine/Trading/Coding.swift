// How money and time are written into records: exact decimals as text, moments as whole nanoseconds. The strict
// decimal reader for outside input is in `Text`; this one reads only what `FixedPoint.text` wrote.

extension FixedPoint {
    /// The units of 10⁻`digits` that `text` says, or `nil` when it is not a plain decimal that fits exactly.
    package static func units(_ text: String, digits: Int) -> Int128? {
        var units: Int128 = 0
        var fraction = -1
        var isNegative = false
        var digitCount = 0
        for (position, byte) in text.utf8.enumerated() {
            switch byte {
            case 45 where position == 0:
                isNegative = true
            case 46 where fraction < 0 && digitCount > 0:
                fraction = 0
            case 48...57:
                digitCount += 1
                if fraction >= 0 {
                    fraction += 1
                    if fraction > digits { return nil }
                }
                let (shifted, overflow) = units.multipliedReportingOverflow(by: 10)
                let (sum, carry) = shifted.addingReportingOverflow(Int128(byte - 48))
                if overflow || carry { return nil }
                units = sum
            default:
                return nil
            }
        }
        guard digitCount > 0, fraction != 0 else { return nil }
        for _ in max(0, fraction)..<digits {
            let (shifted, overflow) = units.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            units = shifted
        }
        return isNegative ? -units : units
    }

    static func decode(_ decoder: any Decoder, digits: Int) throws -> Int128 {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let units = units(text, digits: digits) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is not a decimal with at most \(digits) digits")
        }
        return units
    }

    static func decode64(_ decoder: any Decoder) throws -> Int64 {
        guard let units = Int64(exactly: try decode(decoder, digits: digits)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "the decimal is too large"))
        }
        return units
    }
}

extension Price: Codable {
    package init(from decoder: any Decoder) throws {
        guard let price = Price(exactly: try FixedPoint.decode64(decoder)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a price is above zero"))
        }
        self = price
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Quantity: Codable {
    package init(from decoder: any Decoder) throws {
        guard let quantity = Quantity(exactly: try FixedPoint.decode64(decoder)) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath, debugDescription: "a quantity is never negative"
                ))
        }
        self = quantity
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Money: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(units: try FixedPoint.decode(decoder, digits: 16))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Rate: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(units: try FixedPoint.decode64(decoder))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(nanoseconds: try decoder.singleValueContainer().decode(Int64.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

extension Duration: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(nanoseconds: try decoder.singleValueContainer().decode(Int64.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}
