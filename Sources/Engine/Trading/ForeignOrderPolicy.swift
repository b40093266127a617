/// What is done about positions and orders that are not the engine's.
package enum ForeignOrderPolicy: String, Hashable, Sendable, Codable {
    /// Shown, and counted in every limit; a position is left alone until the operator flattens, kills or closes it.
    case observe
    /// Positions are also given a stop where they have none.
    case protect
    /// Orders are also canceled where the engine closes everything.
    case manage
}
