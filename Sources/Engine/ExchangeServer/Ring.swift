/// The latest elements, oldest first, at most `capacity` of them.
struct Ring<Element: Sendable>: Sendable {
    let capacity: Int
    private var storage: [Element] = []

    init(capacity: Int) { self.capacity = capacity }

    var elements: ArraySlice<Element> { storage.suffix(capacity) }
    var last: Element? { storage.last }

    mutating func append(_ element: Element) {
        storage.append(element)
        if storage.count >= capacity * 2 { storage.removeFirst(storage.count - capacity) }
    }
}
