package import Trading

extension Price {
    /// The price that `bytes` say; zero and less are out of range.
    package static func parse(_ bytes: borrowing Span<UInt8>) throws(DecimalError) -> Price {
        guard let price = Price(exactly: try DecimalParser.parse(bytes).units) else {
            throw .outOfRange
        }
        return price
    }

    /// The price that `text` says; zero and less are out of range.
    package static func parse(_ text: String) throws(DecimalError) -> Price {
        try parse(Array(text.utf8).span)
    }
}

extension Quantity {
    /// The quantity that `bytes` say; less than zero is out of range.
    package static func parse(_ bytes: borrowing Span<UInt8>) throws(DecimalError) -> Quantity {
        guard let quantity = Quantity(exactly: try DecimalParser.parse(bytes).units) else {
            throw .outOfRange
        }
        return quantity
    }

    /// The quantity that `text` says; less than zero is out of range.
    package static func parse(_ text: String) throws(DecimalError) -> Quantity {
        try parse(Array(text.utf8).span)
    }
}

extension Rate {
    /// The signed fraction that `bytes` say.
    package static func parse(_ bytes: borrowing Span<UInt8>) throws(DecimalError) -> Rate {
        Rate(units: try DecimalParser.parse(bytes).units)
    }

    /// The signed fraction that `text` says.
    package static func parse(_ text: String) throws(DecimalError) -> Rate {
        try parse(Array(text.utf8).span)
    }
}

extension Money {
    /// The signed amount that `bytes` say, up to 16 digits after the point.
    package static func parse(_ bytes: borrowing Span<UInt8>) throws(DecimalError) -> Money {
        try DecimalParser.parseMoney(bytes)
    }

    /// The signed amount that `text` says, up to 16 digits after the point.
    package static func parse(_ text: String) throws(DecimalError) -> Money {
        try parse(Array(text.utf8).span)
    }
}
