import Messages
package import Trading

extension Engine {
    /// Folds the whole state into `hasher`.
    package func hash(into hasher: inout StateHasher, _ depth: HashDepth) {
        hasher.combine(sequence)
        hasher.combine(now)
        hasher.combine(symbols.count)
        for index in symbols.indices { symbols[index].hash(into: &hasher, depth) }
        orders.hash(into: &hasher)
        account.hash(into: &hasher)
        gate.hash(into: &hasher)
        venue.hash(into: &hasher)
        commands.hash(into: &hasher)
        models.hash(into: &hasher)
        hasher.combine(ids.count)
        hasher.combine(trips.count)
        hasher.combine(reading.isAgreed)
        hasher.combine(reading.hasEverAgreed)
        hasher.combine(breakers.entriesBlockedUntil?.nanoseconds ?? -1)
        hasher.combine(counters.fills)
        hasher.combine(counters.ordersSubmitted)
        hasher.combine(depth == .everything ? actionHash : actionFactHash)
    }

    /// A digest of integers, orders and decisions: the same in debug and release.
    package var factHash: String {
        var hasher = StateHasher()
        hash(into: &hasher, .facts)
        return hasher.text
    }

    /// A digest of everything, the doubles too: the same in two runs of one build on one machine.
    package var stateHash: String {
        var hasher = StateHasher()
        hash(into: &hasher, .everything)
        return hasher.text
    }
}
