/// What a piece of the screen means. Views speak in roles; only a theme knows colors.
///
/// The name of a role in a theme file is ``name``; the letter it has in a golden screen is ``letter``.
package enum Role: UInt8, CaseIterable, Hashable, Sendable {
    // Plain matter.
    /// Ordinary values and words. Its background is the background of the whole screen.
    case text
    /// Labels, units and what is only there for completeness.
    case dim
    /// What must be read first within a pane, without meaning good or bad.
    case emphasis
    /// The title of a pane.
    case title
    /// Lines and frames around panes.
    case border
    /// The heading of a table column.
    case heading
    /// The row or item that keys act on.
    case selection
    /// The name of a key in hints and help.
    case key
    /// The line one types into, and what is typed there.
    case prompt
    /// Times of day and ages.
    case time
    /// A match of a search.
    case match

    // Money.
    /// A gain, always with a plus sign as well.
    case profit
    /// A loss, always with a minus sign as well.
    case loss
    /// A result of exactly nothing.
    case even

    // Who trades, and which way.
    /// Buying pressure: taker buys, bids.
    case buy
    /// Selling pressure: taker sells, asks.
    case sell
    /// A long position, decision or signal.
    case long
    /// A short position, decision or signal.
    case short
    /// Flow of orders at or above the whale threshold.
    case whale
    /// Flow of orders below the whale threshold.
    case retail
    /// Whales and retail disagree.
    case divergence

    // The map of prices.
    /// Clusters of short liquidations, which lie above the mark.
    case magnetShort
    /// Clusters of long liquidations, which lie below the mark.
    case magnetLong
    /// The mark price.
    case mark
    /// The price at which we entered.
    case entry
    /// A protective stop, ours, as the exchange has it.
    case stop
    /// A take-profit target, ours.
    case target

    // How sure we are.
    /// Confirmed and within its limits.
    case ok
    /// Near a limit, or not confirmed for longer than usual.
    case warning
    /// Beyond a limit: a person must look now.
    case alarm
    /// A value whose source is silent: it may be wrong by now.
    case stale
    /// There is no value, or nothing is known.
    case unknown

    // Guards and orders.
    /// A guard that lets the signal pass.
    case pass
    /// A guard that refuses, and what was refused.
    case block
    /// A position that wants out but is held, and the time it is held for.
    case held

    // Charts.
    /// The drawn quantity, as long as it stays under its threshold.
    case chart
    /// The drawn quantity above its threshold.
    case chartOver
    /// A second drawn quantity.
    case chartSecond
    /// The scale of a chart.
    case axis
    /// The threshold a drawn quantity is compared with.
    case threshold
    /// The gap of a sweep chart, where the oldest column is overwritten.
    case cursor

    // Loud things.
    /// A full-width message about the cockpit itself: no link, frozen.
    case banner
    /// The bar that opens after `K`, and its title line.
    case guardBar
    /// A rung of the command ladder that was reached.
    case rungDone
    /// A rung of the command ladder that is awaited.
    case rungWaiting

    // Modes.
    /// Real money. Looks unlike every other mode.
    case modeLive
    /// A real exchange with play money.
    case modeTestnet
    /// Fills simulated by us.
    case modePaper
    /// Decisions are recorded, nothing is sent.
    case modeShadow
    /// A recorded session is shown again.
    case modeReplay
}

extension Role {
    /// The name in theme files: words joined by hyphens.
    package var name: String {
        switch self {
        case .text: "text"
        case .dim: "dim"
        case .emphasis: "emphasis"
        case .title: "title"
        case .border: "border"
        case .heading: "heading"
        case .selection: "selection"
        case .key: "key"
        case .prompt: "prompt"
        case .time: "time"
        case .match: "match"
        case .profit: "profit"
        case .loss: "loss"
        case .even: "even"
        case .buy: "buy"
        case .sell: "sell"
        case .long: "long"
        case .short: "short"
        case .whale: "whale"
        case .retail: "retail"
        case .divergence: "divergence"
        case .magnetShort: "magnet-short"
        case .magnetLong: "magnet-long"
        case .mark: "mark"
        case .entry: "entry"
        case .stop: "stop"
        case .target: "target"
        case .ok: "ok"
        case .warning: "warning"
        case .alarm: "alarm"
        case .stale: "stale"
        case .unknown: "unknown"
        case .pass: "pass"
        case .block: "block"
        case .held: "held"
        case .chart: "chart"
        case .chartOver: "chart-over"
        case .chartSecond: "chart-second"
        case .axis: "axis"
        case .threshold: "threshold"
        case .cursor: "cursor"
        case .banner: "banner"
        case .guardBar: "guard-bar"
        case .rungDone: "rung-done"
        case .rungWaiting: "rung-waiting"
        case .modeLive: "mode-live"
        case .modeTestnet: "mode-testnet"
        case .modePaper: "mode-paper"
        case .modeShadow: "mode-shadow"
        case .modeReplay: "mode-replay"
        }
    }

    /// The letter in a golden screen; no two roles share one.
    package var letter: Character {
        switch self {
        case .text: "."
        case .dim: "d"
        case .emphasis: "e"
        case .title: "t"
        case .border: "-"
        case .heading: "h"
        case .selection: ">"
        case .key: "k"
        case .prompt: ":"
        case .time: "i"
        case .match: "/"
        case .profit: "+"
        case .loss: "L"
        case .even: "0"
        case .buy: "b"
        case .sell: "s"
        case .long: "l"
        case .short: "v"
        case .whale: "w"
        case .retail: "r"
        case .divergence: "D"
        case .magnetShort: "m"
        case .magnetLong: "n"
        case .mark: "="
        case .entry: "E"
        case .stop: "S"
        case .target: "T"
        case .ok: "o"
        case .warning: "W"
        case .alarm: "A"
        case .stale: "?"
        case .unknown: "u"
        case .pass: "p"
        case .block: "B"
        case .held: "H"
        case .chart: "c"
        case .chartOver: "C"
        case .chartSecond: "2"
        case .axis: "a"
        case .threshold: "_"
        case .cursor: "|"
        case .banner: "N"
        case .guardBar: "G"
        case .rungDone: "x"
        case .rungWaiting: "y"
        case .modeLive: "!"
        case .modeTestnet: "1"
        case .modePaper: "P"
        case .modeShadow: "9"
        case .modeReplay: "R"
        }
    }
}
