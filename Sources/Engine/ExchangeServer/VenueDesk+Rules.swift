import Matching
import Population
import Trading

extension VenueDesk {
    /// What is wrong with a symbol until its end, or for so many times more.
    struct ActiveRule: Hashable, Sendable {
        let rule: Fault.Rule
        let end: Timestamp
        var left: Int
    }

    /// Begins a rule; one for a symbol that is not served does nothing.
    mutating func begin(_ active: ActiveRule) {
        guard active.end > now else { return }
        switch active.rule {
        case .partialFills(let symbol, let share):
            guard let place = place(symbol) else { return }
            market.impair { $0.share(share, of: instruments[place].id, orders: active.left) }
        case .stopRejects(let symbol):
            guard let place = place(symbol) else { return }
            market.impair { $0.refuseTriggers(of: instruments[place].id, count: active.left) }
        case .mispriced, .crossed, .leftOut: break
        }
        rules.append(active)
    }

    /// Ends the rules whose time is over.
    mutating func endRules() {
        guard !rules.isEmpty else { return }
        let now = now
        for active in rules where active.end <= now {
            switch active.rule {
            case .partialFills(let symbol, let share):
                guard let place = place(symbol) else { continue }
                market.impair { $0.share(share, of: instruments[place].id, orders: 0) }
            case .stopRejects(let symbol):
                guard let place = place(symbol) else { continue }
                market.impair { $0.refuseTriggers(of: instruments[place].id, count: 0) }
            case .mispriced, .crossed, .leftOut: break
            }
        }
        rules.removeAll { $0.end <= now || $0.left <= 0 }
    }

    /// How the prices of the next message are wrong; counts as one time.
    mutating func mispricing(_ feed: Fault.PriceFeed, _ id: InstrumentID) -> Fault.Mispricing? {
        take(id) { symbol, rule in
            if case .mispriced(symbol, let mispricing, feed) = rule { mispricing } else { nil }
        }
    }

    /// Whether the next message tells a crossed book; counts as one time.
    mutating func isCrossed(_ feed: Fault.BookFeed, _ id: InstrumentID) -> Bool {
        take(id) { symbol, rule in rule == .crossed(symbol, feed) ? true : nil } ?? false
    }

    /// Whether the next message is left out; counts as one time.
    mutating func isLeftOut(_ gap: Fault.Gap, _ id: InstrumentID) -> Bool {
        take(id) { symbol, rule in rule == .leftOut(symbol, gap) ? true : nil } ?? false
    }

    private mutating func take<Found>(
        _ id: InstrumentID, _ find: (SymbolName, Fault.Rule) -> Found?
    ) -> Found? {
        guard !rules.isEmpty else { return nil }
        let symbol = instrument(id).symbol
        for index in rules.indices where rules[index].left > 0 && rules[index].end > now {
            guard let found = find(symbol, rules[index].rule) else { continue }
            rules[index].left -= 1
            return found
        }
        return nil
    }
}

extension MarketBoard {
    /// A price as a stream tells it, wrong when it is to be.
    func text(_ price: Price, _ mispricing: Fault.Mispricing?) -> String {
        switch mispricing {
        case nil: text(price)
        case .gap(let rate): text(price.moved(by: rate))
        case .zero: "0"
        case .negative: "-" + text(price)
        }
    }
}
