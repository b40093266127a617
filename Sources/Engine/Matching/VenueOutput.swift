package import Trading

/// One thing that a simulated venue says, with the moment at which it reaches us.
package struct VenueOutput: Hashable, Sendable {
    /// What a venue can say: about the market, about one order of ours, or about our account.
    package enum Content: Hashable, Sendable {
        case market(InstrumentID, MarketData)
        case order(OrderReport)
        case account(AccountReport)
    }

    /// When it arrives here: the venue's own time plus the way.
    package var time: Timestamp
    package var content: Content

    package init(time: Timestamp, content: Content) {
        self.time = time
        self.content = content
    }
}

/// A first-in first-out queue in one array; the consumed front is dropped when it is half of the storage.
///
/// The owner bounds it; `count` says how full it is.
struct Fifo<Element: Sendable>: Sendable {
    private var storage: [Element] = []
    private var head = 0

    var count: Int { storage.count - head }
    var isEmpty: Bool { head == storage.count }
    var first: Element? { head < storage.count ? storage[head] : nil }
    /// Oldest first.
    var elements: ArraySlice<Element> { storage[head...] }

    mutating func append(_ element: Element) { storage.append(element) }

    mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        let element = storage[head]
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.capacity <= 4096)
            head = 0
        } else if head >= 256, head * 2 >= storage.count {
            storage.removeFirst(head)
            head = 0
        }
        return element
    }
}
