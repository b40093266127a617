package import Trading

/// LIQ_WALL_CONFLICT: no long just below a cluster of shorts' liquidations, no short just above one of longs'.
package enum LiquidationWallGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// Distance from the mark within which a cluster blocks, a fraction of the mark.
        package var maxDistance: Rate = .basisPoints(50)
        /// A cluster counts when it has at least this share of the strongest known one, 0...1: maps are full of crumbs.
        package var minShareOfStrongest: Double = 0.5

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        package var direction: Direction
        package var mark: Price?
        /// Of both sides, in any order; `nil` when there is no map or it is stale.
        package var clusters: [LiquidationCluster]?

        package init(direction: Direction, mark: Price?, clusters: [LiquidationCluster]?) {
            self.direction = direction
            self.mark = mark
            self.clusters = clusters
        }
    }

    /// The value is the distance to the nearest cluster in the way, a fraction of the mark; 1 when there is none.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        guard let mark = input.mark, let clusters = input.clusters else { return .noData }
        var strongest = Money.zero
        for cluster in clusters { strongest = max(strongest, cluster.notional) }
        let least = strongest.scaled(by: settings.minShareOfStrongest)
        var nearest: Rate?
        for cluster in clusters
        where cluster.liquidates == input.direction.opposite && cluster.notional >= least {
            let ahead = cluster.price.distance(from: mark)
            let distance = input.direction == .long ? ahead : -ahead
            guard distance >= .zero else { continue }
            nearest = min(nearest ?? distance, distance)
        }
        let limit = settings.maxDistance.double
        guard let nearest else { return .allow(value: 1, limit: limit) }
        return nearest <= settings.maxDistance
            ? .block(value: nearest.double, limit: limit)
            : .allow(value: nearest.double, limit: limit)
    }
}
