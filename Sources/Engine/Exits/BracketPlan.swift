package import Trading

/// One stop and one target at fixed distances from the entry.
package struct BracketPlan: Hashable, Sendable, Codable {
    /// Trigger of the protective stop, on the venue's grid, never farther from the entry than asked.
    package let stop: Price
    /// Limit of the target, on the venue's grid, never nearer than asked.
    package let target: Price

    /// Takes the distances as fractions of `entry`, above zero.
    package init(
        entry: Price, direction: Direction, stop: Rate, target: Rate, filters: InstrumentFilters
    ) {
        switch direction {
        case .long:
            self.stop = filters.onGrid(entry.moved(by: -stop), .up)
            self.target = filters.onGrid(entry.moved(by: target), .up)
        case .short:
            self.stop = filters.onGrid(entry.moved(by: stop), .down)
            self.target = filters.onGrid(entry.moved(by: -target), .down)
        }
    }
}
