import Trading

// Short ways to write exact values in tests.

private func units(_ text: String, digits: Int) -> Int128 {
    guard let units = FixedPoint.units(text, digits: digits) else {
        preconditionFailure("'\(text)' is not a decimal with at most \(digits) digits")
    }
    return units
}

func price(_ text: String) -> Price { Price(units: Int64(units(text, digits: 8))) }
func money(_ text: String) -> Money { Money(units: units(text, digits: 16)) }
func rate(_ text: String) -> Rate { Rate(units: Int64(units(text, digits: 8))) }
