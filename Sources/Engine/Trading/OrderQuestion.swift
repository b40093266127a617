/// An order that the venue is to be asked for by its client id, because the engine does not know what became of it.
package struct OrderQuestion: Hashable, Sendable, Codable {
    package let clientOrderID: ClientOrderID
    package let instrument: InstrumentID
    /// Whether it was sent as a conditional order: until it fires, the venue keeps it in a list of its own.
    package let isConditional: Bool

    package init(clientOrderID: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {
        self.clientOrderID = clientOrderID
        self.instrument = instrument
        self.isConditional = isConditional
    }
}
