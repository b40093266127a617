package import Trading

/// One forced close that a venue published.
package struct LiquidationRow: Hashable, Sendable {
    package var time: Timestamp
    package var venue: String
    package var coin: String
    /// `.sell` means that a long was liquidated.
    package var side: Side
    /// Value in steps of 10⁻⁸ USD, above zero.
    package var notional: Int64
    package var price: Price

    package init(
        time: Timestamp, venue: String, coin: String, side: Side, notional: Int64, price: Price
    ) {
        self.time = time
        self.venue = venue
        self.coin = coin
        self.side = side
        self.notional = notional
        self.price = price
    }
}

/// Reads forced closes: `time,venue,coin,side,size_usd,price`, found by the names of the header.
package enum LiquidationsFile {
    private static let maxRows = 5_000_000

    /// The forced closes of `coin`, or of all coins, oldest first. Several may share a time, and be equal.
    ///
    /// - Throws: `ImportError` when the file is not what it claims to be.
    package static func read(
        _ path: String, coin: String? = nil
    ) throws(ImportError) -> [LiquidationRow] {
        let file = try CSVFile(path: path)
        guard try file.next() else { throw .empty(path: path) }
        func place(_ names: String...) -> Int? {
            file.fields.indices.first { names.contains(file.name($0)) }
        }
        guard let time = place("time", "timestamp"), let venue = place("venue"),
            let coinPlace = place("coin", "symbol"), let side = place("side"),
            let size = place("sizeusd", "notional"), let price = place("price")
        else { throw .otherKind(path: path, expected: "forced orders", line: file.line) }
        let columns = file.fields.count
        var rows: [LiquidationRow] = []
        var refusals = Refusals()
        var previous = Timestamp.distantPast
        while try file.next() {
            if refusals.areEnough { break }
            if rows.count > maxRows { throw .tooManyRows(path: path, limit: maxRows) }
            guard file.fields.count == columns else {
                refusals.add(file.line, .columns(found: file.fields.count, expected: columns))
                continue
            }
            guard let moment = file.time(time) else {
                refusals.add(file.line, .noTime(column: "time"))
                continue
            }
            guard moment >= previous else {
                refusals.add(file.line, .backwards)
                continue
            }
            previous = moment
            if let coin, file.text(coinPlace) != coin { continue }
            guard let way = sideOf(file.text(side)) else {
                refusals.add(file.line, .unknownWord(column: "side", text: file.text(side)))
                continue
            }
            guard let notional = file.decimal(size), notional > 0 else {
                refusals.add(file.line, .notAboveZero(column: "size_usd"))
                continue
            }
            guard let units = file.decimal(price), let found = Price(exactly: units) else {
                refusals.add(file.line, .notAboveZero(column: "price"))
                continue
            }
            rows.append(
                LiquidationRow(
                    time: moment, venue: file.text(venue), coin: file.text(coinPlace), side: way,
                    notional: notional, price: found))
        }
        try refusals.check(path)
        guard !rows.isEmpty else {
            guard let coin else { throw .empty(path: path) }
            throw .noSuchSymbol(path: path, symbol: coin)
        }
        return rows
    }

    /// The side of the order that closed: `S` or `A` (it hit the bid), `B`, or the words.
    private static func sideOf(_ text: String) -> Side? {
        switch text.uppercased() {
        case "S", "A", "SELL": .sell
        case "B", "BUY": .buy
        default: nil
        }
    }
}
