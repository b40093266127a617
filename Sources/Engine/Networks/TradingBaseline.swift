package import Models

/// What the rules do without a policy: enter when the ensemble's probability reaches its threshold, then leave the position
/// to stop, target and maximum hold. A policy is worth something when it does better than this.
package struct TradingBaseline: Hashable, Sendable {
    package var longThreshold: Float
    package var shortThreshold: Float

    package init(longThreshold: Float, shortThreshold: Float) {
        self.longThreshold = longThreshold
        self.shortThreshold = shortThreshold
    }

    /// The index of the action in this state of `TradingEnvironment`.
    package func choose(_ state: [Float]) -> Int { action(state).rawValue }

    package func action(_ state: [Float]) -> PolicyAction {
        guard state[PolicyState.Component.position.rawValue] == 0 else { return .hold }
        // The larger probability and the difference of both say what each was.
        let larger = state[PolicyState.Component.confidence.rawValue]
        let signal = state[PolicyState.Component.modelSignal.rawValue]
        let long = signal >= 0 ? larger : larger + signal
        let short = signal >= 0 ? larger - signal : larger
        let (longMargin, shortMargin) = (long - longThreshold, short - shortThreshold)
        if longMargin >= 0, longMargin >= shortMargin { return .enterLong }
        return shortMargin >= 0 ? .enterShort : .hold
    }
}
