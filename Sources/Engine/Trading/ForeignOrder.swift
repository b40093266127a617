/// An open order at the venue that no engine of ours made: placed by hand, or by another program.
package struct ForeignOrder: Hashable, Sendable, Codable {
    package let instrument: InstrumentID
    /// As its owner called it: at most 36 of the venue's allowed characters, others shown as `?`; may be empty.
    package let clientOrderID: String
    package let venueOrderID: VenueOrderID
    /// Whether it waits for a trigger; the venue keeps such orders in a list of their own.
    package let isConditional: Bool
    package let side: Side
    /// The limit or trigger price; `nil` for an order without one.
    package let price: Price?
    /// Zero when it closes the whole position, however large that is.
    package let quantity: Quantity
    package let isReduceOnly: Bool
    /// The venue's flag: it closes the whole position.
    package let closesPosition: Bool

    package static let maxIDLength = 36

    /// Takes the owner's id as it came, and keeps of it only what may be shown.
    package init(
        instrument: InstrumentID, clientOrderID: String, venueOrderID: VenueOrderID,
        isConditional: Bool, side: Side, price: Price?, quantity: Quantity, isReduceOnly: Bool,
        closesPosition: Bool
    ) {
        self.instrument = instrument
        self.clientOrderID = Self.cleaned(clientOrderID)
        self.venueOrderID = venueOrderID
        self.isConditional = isConditional
        self.side = side
        self.price = price
        self.quantity = quantity
        self.isReduceOnly = isReduceOnly
        self.closesPosition = closesPosition
    }

    /// Whether it can only make a position smaller: somebody's own stop, target or close.
    package var onlyReduces: Bool { isReduceOnly || closesPosition }

    private static func cleaned(_ text: String) -> String {
        let bytes = text.utf8.prefix(maxIDLength).map { byte -> UInt8 in
            switch byte {
            case 45...58, 65...90, 95, 97...122: byte
            default: 63
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
