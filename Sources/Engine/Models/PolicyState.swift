/// What a policy sees of the market and of the account at one moment: the same in training, back-test and live.
///
/// NaN is a missing value. Finite values are brought into their component's bounds, so that a rare extreme cannot lead
/// the network where it never was in training.
package struct PolicyState: Sendable {
    /// The components in the order of the network's inputs; the raw value is the index.
    package enum Component: Int, Hashable, Sendable, CaseIterable {
        /// Notional at mark ÷ the largest that is allowed: positive long, negative short, 0 flat.
        case position
        /// Gain of the position as a fraction of its entry price, before costs; 0 when flat.
        case unrealizedReturn
        /// Time since entry as a share of the maximum hold; 0 when flat.
        case timeHeld
        /// The ensemble's probability for long less the one for short.
        case modelSignal
        /// The larger of the two probabilities.
        case confidence
        /// Distance from price to the bracket's target as a fraction of price, negative beyond it; when flat, the distance
        /// that an entry now would have.
        case target
        /// Return of price over 20 candles, a fraction.
        case return20
        /// Average true range over 14 candles ÷ price, a fraction.
        case normalizedATR
        /// Relative strength index over 14 candles ÷ 100.
        case rsi
        /// Divergence of open interest from price, as the feature of that name.
        case openInterestDivergence
        /// Relative change of open interest over 5 candles, a fraction.
        case openInterestChange
        /// The funding rate in force, a fraction an interval.
        case fundingRate
        /// Volume of the candle ÷ its mean over 20.
        case volumeRatio
        /// Where price stands in its Bollinger band: 0 lower edge, 1 upper edge.
        case bollingerPosition
        /// Equity ÷ equity at the start of the session.
        case equityRatio
        /// Fall of equity from its peak, a fraction of the peak.
        case drawdown
        /// Balance not bound as margin ÷ equity.
        case freeBalanceRatio
        /// Mean ÷ sample standard deviation of the returns on equity of the last 20 closed trades; 0 below 5.
        case recentSharpe
        /// Distance from price to liquidation as a fraction of price; 1 when flat.
        case liquidationDistance
        /// Entries since 00:00 UTC ÷ the most that are allowed.
        case tradesToday

        /// The name in model files and on screens.
        package var name: String {
            switch self {
            case .position: "position"
            case .unrealizedReturn: "unrealized_return"
            case .timeHeld: "time_held"
            case .modelSignal: "model_signal"
            case .confidence: "confidence"
            case .target: "target"
            case .return20: "return_20"
            case .normalizedATR: "natr"
            case .rsi: "rsi"
            case .openInterestDivergence: "oi_price_divergence"
            case .openInterestChange: "oi_change"
            case .fundingRate: "funding"
            case .volumeRatio: "volume_ratio"
            case .bollingerPosition: "bollinger_position"
            case .equityRatio: "equity_ratio"
            case .drawdown: "drawdown"
            case .freeBalanceRatio: "free_balance_ratio"
            case .recentSharpe: "recent_sharpe"
            case .liquidationDistance: "liquidation_distance"
            case .tradesToday: "trades_today"
            }
        }

        /// Values are brought into this range.
        package var bounds: ClosedRange<Float> {
            switch self {
            case .position, .modelSignal: -1...1
            case .unrealizedReturn, .return20: -0.5...0.5
            case .timeHeld, .confidence, .rsi, .drawdown, .freeBalanceRatio,
                .liquidationDistance, .tradesToday:
                0...1
            case .target: -0.2...0.2
            case .normalizedATR: 0...0.2
            case .openInterestDivergence: -10...10
            case .openInterestChange: -1...1
            case .fundingRate: -0.03...0.03
            case .volumeRatio: 0...20
            case .bollingerPosition: -2...3
            case .equityRatio: 0...5
            case .recentSharpe: -5...5
            }
        }
    }

    package static let count = 20
    /// The names in order, comma-separated: the metadata `state` of a policy's file.
    package static var names: String {
        Component.allCases.map(\.name).joined(separator: ",")
    }

    private var values = InlineArray<20, Float>(repeating: .nan)

    /// Everything missing.
    package init() {}

    /// A component; infinities are stored as missing.
    package subscript(_ component: Component) -> Float {
        get { values[component.rawValue] }
        set {
            let bounds = component.bounds
            values[component.rawValue] =
                newValue.isFinite
                ? min(max(newValue, bounds.lowerBound), bounds.upperBound) : .nan
        }
    }

    /// The components in order, for a network.
    package var span: Span<Float> {
        @_lifetime(borrow self) get { values.span }
    }
}
