package import Trading

/// The price that positions are valued at, and where it comes from.
package struct Mark: Hashable, Sendable {
    /// Who says so.
    package enum Source: Hashable, Sendable {
        /// The venue's own mark price.
        case venue
        /// Worked out from mid and last, because this source of data has no mark price; screens must say so.
        case derived
    }

    package var price: Price
    package var source: Source

    package init(price: Price, source: Source) {
        self.price = price
        self.source = source
    }

    /// The middle of `mid` and `last`, rounded to the nearest step of the price grid, half upwards; one of them alone
    /// when the other is unknown, `nil` when both are.
    static func derived(mid: Price?, last: Price?, filters: InstrumentFilters) -> Mark? {
        guard let one = mid ?? last else { return nil }
        guard let mid, let last else { return Mark(price: one, source: .derived) }
        let middle = last.units + (mid.units - last.units) / 2
        let offset = middle - filters.minPrice.units
        guard offset >= 0 else { return Mark(price: Price(units: middle), source: .derived) }
        let step = filters.tickSize.units
        let rest = offset % step
        let (up, overflow) = middle.addingReportingOverflow(step - rest)
        let rounded = rest < step - rest || overflow ? middle - rest : up
        return Mark(price: Price(units: rounded), source: .derived)
    }
}

/// Refuses a value that is more than half above or below the one before, until so many come in a row that it must be
/// true.
struct JumpFilter: Sendable {
    /// The last value admitted; 0 before the first.
    private(set) var reference: Int64 = 0
    private(set) var refusedInARow = 0

    @inline(__always)
    mutating func admits(_ value: Int64, maxRun: Int) -> Bool {
        let half = reference >> 1
        if reference == 0 || value >= half && value - half <= reference {
            reference = value
            refusedInARow = 0
            return true
        }
        return doubt(value, maxRun: maxRun)
    }

    private mutating func doubt(_ value: Int64, maxRun: Int) -> Bool {
        refusedInARow += 1
        guard refusedInARow >= maxRun else { return false }
        reference = value
        refusedInARow = 0
        return true
    }
}
