/// What holds while a policy trades in a past market. Fractions are of one.
package struct TradingRules: Hashable, Sendable {
    /// Notional of one leg ÷ equity when it is opened.
    package var legFraction = 0.1
    /// Legs that a position may have: one from the entry, the others from scaling in.
    package var maxLegs = 2
    /// Of notional, on every fill.
    package var takerFee = 0.0005
    /// By which fills at market are worse than their price.
    package var slippage = 0.0002
    /// Distance from the mean entry price at which a position is closed at a loss.
    package var stop = 0.01
    /// Distance at which it is closed at a gain.
    package var target = 0.015
    /// Candles after the entry at whose close it is closed.
    package var maxHold = 48
    package var leverage = 3.0
    /// Maintenance margin ÷ notional.
    package var maintenance = 0.005
    /// Entries a UTC day.
    package var maxTradesPerDay = 20
    /// The most candles of an episode.
    package var episode = 2_016
    /// Share of equity, of the start, below which an episode ends.
    package var ruin = 0.5
    /// Reward taken away for each unit that the drawdown grows.
    package var drawdownPenalty = 0.5
    /// Reward taken away for an action that cannot be.
    package var invalidCost = 0.00005

    package init() {}

    /// Whether the rules can all hold.
    var isSound: Bool {
        legFraction > 0 && maxLegs > 0 && legFraction * Double(maxLegs) < leverage && takerFee >= 0
            && slippage >= 0 && stop > 0 && target > 0 && maxHold > 0 && maxTradesPerDay > 0
            && episode > 0 && stop < 1 / leverage - maintenance
    }
}
