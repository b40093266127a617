import BinanceFormat
import Trading

/// Reads what the venue's history has of one instrument's fills beyond the last that it confirmed, page by page, and asks
/// whose orders they were. One run at a time; what is asked for during a run follows as the next one.
struct TradeReplay: Sendable {
    enum Next: Hashable, Sendable {
        case ask(BinanceRequest)
        /// Whose orders these are must be asked first.
        case resolve([VenueOrderID])
        /// These are all there are, by their ids; the latest id of the history, `nil` when it is empty.
        case done([AccountTrade], last: Int64?)
        /// Something else is under way.
        case wait
    }

    /// Pages of one run at most: so many fills are a million's.
    private static let maxPages = 1_000
    private static let pageSize = 1_000

    /// From where a run reads.
    private enum Origin: Sendable {
        /// From the last fill that the venue's history confirmed.
        case confirmed
        /// From the latest ones, which the venue answers for a week only.
        case latest
        /// From the oldest that it has.
        case oldest
    }

    let symbol: SymbolName
    /// From when on fills are news although none was ever confirmed; `nil` when everything before the first run is known.
    private let start: Timestamp?
    private var origin = Origin.confirmed
    private var trades: [AccountTrade] = []
    private var last: Int64?
    private var unresolved: [VenueOrderID] = []
    /// How often the venue did not know an order that it has fills of: its copies are not equally fast.
    private var misses: [VenueOrderID: Int] = [:]
    private static let maxMisses = 10
    private var pages = 0
    private(set) var isRunning = false
    private var isWantedAgain = false
    /// Runs begun and runs completed.
    private var begun = 0
    private(set) var completed = 0

    init(symbol: SymbolName, start: Timestamp? = nil) {
        self.symbol = symbol
        self.start = start
    }

    /// Wants a run that begins from now on. Answers its number, and the request that begins it if none is under way.
    mutating func want(after confirmed: Int64?) -> (number: Int, next: Next) {
        if isRunning {
            isWantedAgain = true
            return (begun + 1, .wait)
        }
        return (begun + 1, begin(after: confirmed))
    }

    private mutating func begin(after confirmed: Int64?) -> Next {
        isRunning = true
        isWantedAgain = false
        begun += 1
        pages = 0
        trades = []
        unresolved = []
        last = confirmed
        // From the known one on, so that the answer shows that the history still has it.
        guard let confirmed else {
            origin = .latest
            return .ask(.userTrades(symbol: symbol, limit: start == nil ? 1 : Self.pageSize))
        }
        origin = .confirmed
        return .ask(
            .userTrades(symbol: symbol, fromID: max(1, confirmed), limit: Self.pageSize))
    }

    /// Takes one page. `isNamed` says whether the order of a fill is known already.
    mutating func take(_ page: [AccountTrade], isNamed: (VenueOrderID) -> Bool) -> Next {
        guard isRunning else { return .wait }
        pages += 1
        switch origin {
        case .confirmed: trades += page.filter { $0.tradeID > (last ?? .min) }
        case .latest, .oldest:
            if let start { trades += page.filter { $0.time >= start } }
        }
        let newest = page.map(\.tradeID).max()
        last = [last, newest].compactMap { $0 }.max()
        if case .latest = origin {
            if page.isEmpty {
                // Nothing for a week is not nothing: an old fill must not come back as a new one.
                origin = .oldest
                return .ask(.userTrades(symbol: symbol, fromID: 1, limit: Self.pageSize))
            }
        } else if page.count >= Self.pageSize, let newest, pages < Self.maxPages {
            return .ask(
                .userTrades(symbol: symbol, fromID: newest + 1, limit: Self.pageSize))
        }
        trades.sort { $0.tradeID < $1.tradeID }
        for trade in trades
        where !isNamed(trade.venueOrderID) && !unresolved.contains(trade.venueOrderID) {
            unresolved.append(trade.venueOrderID)
        }
        return unresolved.isEmpty ? .done(trades, last: last) : .resolve(unresolved)
    }

    /// The order of `id` has a name now, or the venue does not know it.
    mutating func resolved(_ id: VenueOrderID) -> Next {
        guard isRunning, let place = unresolved.firstIndex(of: id) else { return .wait }
        unresolved.remove(at: place)
        return unresolved.isEmpty ? .done(trades, last: last) : .wait
    }

    /// The venue does not know the order of a fill. Answers whether that is its last word.
    mutating func missed(_ id: VenueOrderID) -> Bool {
        misses[id, default: 0] += 1
        return misses[id, default: 0] >= Self.maxMisses
    }

    /// A question failed: the run is given up. Nothing of it was told, so it can be done again from its beginning.
    mutating func fail() {
        guard isRunning else { return }
        isRunning = false
        // The next run is begun later than anything that was wanted so far, and satisfies it all.
        if !isWantedAgain { begun -= 1 }
        isWantedAgain = false
    }

    /// What the run brought was told. Answers what begins the next one, if one is wanted.
    mutating func complete(confirmed: Int64?) -> Next {
        isRunning = false
        completed = begun
        trades = []
        misses = [:]
        return isWantedAgain ? begin(after: confirmed) : .wait
    }
}
