import CellGrid
import CockpitModel
import Wire

/// Where the columns of the position table end, or begin for text, counted from its left.
private struct PositionColumns {
    var symbol: Int
    var side: Int
    var quantity: Int
    var entry: Int
    var mark: Int
    var profit: Int
    var percent: Int?
    var multiple: Int
    var stop: Int
    var liquidation: Int
    var age: Int?
    var exit: Int
    var net: Int?

    init(columns: Int) {
        if columns >= 120 {
            // What there is beyond 120 columns goes to the symbol first, then between the columns.
            let extra = columns - 120
            let wider = min(15, extra / 3)
            let gap = min(4, (extra - wider) / 11)
            symbol = 10 + wider
            side = 11 + wider
            quantity = 28 + wider + gap
            entry = quantity + 10 + gap
            mark = entry + 10 + gap
            profit = mark + 9 + gap
            percent = profit + 7 + gap
            multiple = profit + 13 + 2 * gap
            stop = multiple + 10 + gap
            liquidation = stop + 14 + gap
            age = liquidation + 5 + gap
            exit = liquidation + 7 + 2 * gap
            net = exit + 17 + gap
        } else {
            symbol = 9
            side = 10
            quantity = 21
            entry = 31
            mark = 41
            profit = 49
            percent = nil
            multiple = 55
            stop = 65
            liquidation = 73
            age = nil
            exit = 74
            net = nil
        }
    }
}

extension Canvas {
    mutating func drawPositionsTitle(in area: Area, hidden: Int = 0) {
        let count = state.shown.positions?.count
        var words = "POSITIONS " + (count.map(String.init) ?? "UNKNOWN")
        if hidden > 0 { words += " (\(hidden) hidden)" }
        var segments = [Segment([Phrase(words, .title, .bold)])]
        if let foreign = state.engine.data.safety?.foreignOrders, foreign > 0 {
            let orders = Words.plural(foreign, "foreign order")
            segments.append(Segment([Phrase(orders, .warning, .bold)]))
        }
        title(segments, in: area)
        guard let count, count > 0 else { return }
        let columns = PositionColumns(columns: area.columns)
        let isWide = columns.percent != nil
        let used = segments.width(gap: 2) + (ageText.map { DisplayWidth.of($0) + 2 } ?? 0) + 2
        func head(_ text: String, _ end: Int?) {
            guard let end, end - text.utf8.count > used else { return }
            put(Phrase(text, .heading), endingAt: end, in: area)
        }
        head("qty", columns.quantity)
        head("entry", columns.entry)
        head("mark", columns.mark)
        head("PnL", columns.profit)
        head("%", columns.percent)
        head("R", columns.multiple)
        head("STOP AT EXCH", columns.stop + 3)
        head("LIQ", columns.liquidation)
        head("AGE", columns.age)
        head(isWide ? "EXIT p" : "EXIT", isWide ? columns.exit + 6 : 78)
        head("NET", columns.net)
    }

    /// One row a position; the selected one is always among them.
    mutating func drawPositions(in area: Area) {
        let positions = state.shown.positions ?? []
        let selected = positions.firstIndex { $0.symbol == state.selectedSymbol } ?? 0
        let first = max(0, min(selected - area.rows + 1, positions.count - area.rows))
        for (index, position) in positions.dropFirst(first).prefix(area.rows).enumerated() {
            let row = area.line(index)
            draw(position, isSelected: first + index == selected, in: row)
            settle(row)
        }
    }

    private mutating func draw(_ position: PositionTopic, isSelected: Bool, in row: Area) {
        let columns = PositionColumns(columns: row.columns)
        let isWide = columns.percent != nil
        if isSelected {
            put(Phrase(String(glyphs.pointer), .selection, .bold), at: 0, in: row)
            grid.cursor = CellGrid.Place(row: row.row, column: row.column)
        }
        let symbol =
            isWide
            ? Words.safe(position.symbol, columns: columns.symbol - 1, glyphs: glyphs)
            : Words.shortSymbol(
                position.symbol, among: state.symbols, columns: columns.symbol - 1, glyphs: glyphs)
        put(Phrase(symbol, .emphasis, isSelected ? .bold : []), at: 1, in: row)
        let word = position.side == "long" ? "LONG " : "SHORT "
        put(
            Phrase(
                (isWide ? word : Words.sideLetter(position.side)) + "\(position.leverage)x",
                Words.sideRole(position.side), .bold), at: columns.side, in: row)
        let room = isWide ? 7 : 6
        put(
            Phrase(Figures.quantity(position.quantity, columns: room)), endingAt: columns.quantity,
            in: row)
        put(
            Phrase(Figures.price(position.entryPrice, columns: 9)), endingAt: columns.entry, in: row
        )
        put(
            Phrase(Figures.price(position.markPrice, columns: 9), .mark), endingAt: columns.mark,
            in: row)
        put(
            .money(position.unrealizedPnL, columns: isWide ? 8 : 7), endingAt: columns.profit,
            in: row)
        let sign = position.multipleOfR > 0 ? 1 : position.multipleOfR < 0 ? -1 : 0
        if let end = columns.percent {
            put(
                Phrase(
                    Figures.signedFixed(position.unrealizedReturn * 100, decimals: 2),
                    Phrase.role(ofSign: sign)), endingAt: end, in: row)
        }
        let decimals = position.multipleOfR.magnitude >= 9.995 ? 1 : 2
        put(
            Phrase(
                Figures.short(position.multipleOfR, decimals: decimals, isSigned: true),
                Phrase.role(ofSign: sign)), endingAt: columns.multiple, in: row)
        drawStop(of: position, columns: columns, isWide: isWide, in: row)
        if let distance = position.liquidationDistance {
            let role: Role =
                distance.magnitude < 0.05 ? .alarm : distance.magnitude < 0.1 ? .warning : .text
            put(
                Phrase(Figures.percent(distance, decimals: isWide ? 1 : 0, isSigned: true), role),
                endingAt: columns.liquidation, in: row)
        } else {
            put(Phrase("-", .unknown), endingAt: columns.liquidation, in: row)
        }
        if let end = columns.age, let time = Lines.engineTime(state) {
            put(
                Phrase(Times.short(Times.between(position.openedAt, time)), .time), endingAt: end,
                in: row)
        }
        drawExit(of: position, at: columns.exit, isWide: isWide, in: row)
        if let end = columns.net {
            put(.money(position.closeNow, columns: 8), endingAt: end, in: row)
        }
    }

    /// The stop as the exchange has it, or loudly that it has none.
    private mutating func drawStop(
        of position: PositionTopic, columns: PositionColumns, isWide: Bool, in row: Area
    ) {
        let proof = position.protection
        let isNaked = Lines.isNonzero(proof.nakedQuantity) || proof.stopPrice == nil
        let loud = Phrase(
            proof.stopPrice == nil
                ? "NO STOP" : "NAKED " + Figures.quantity(proof.nakedQuantity, columns: 5),
            .alarm, .bold)
        if isNaked {
            put(loud, endingAt: columns.stop + 3, in: row)
            return
        }
        put(
            Phrase(Figures.price(proof.stopPrice, columns: 9), .stop), endingAt: columns.stop,
            in: row)
        var word = "ok"
        if isWide, let age = proof.confirmedAgeMs { word += " " + Times.short(age) }
        let isConfirmed = proof.confirmedBy != nil
        put(
            Phrase(isConfirmed ? word : "??", isConfirmed ? .ok : .warning), at: columns.stop + 1,
            in: row)
    }

    private mutating func drawExit(
        of position: PositionTopic, at column: Int, isWide: Bool, in row: Area
    ) {
        guard let exit = state.shown.exits?.first(where: { $0.symbol == position.symbol }) else {
            put(Phrase("-", .unknown), at: column, in: row)
            return
        }
        let role: Role = Lines.isOver(exit) ? .chartOver : .text
        put(Phrase(Figures.probability(exit.probability), role, .bold), at: column, in: row)
        let word: Phrase
        switch exit.state {
        case "held": word = Phrase(isWide ? "HELD" : "H", .held, .bold)
        case "waiting": word = Phrase(isWide ? "WAITS" : "W", .held, .bold)
        case "closing": word = Phrase(isWide ? "CLOSE" : "C", .alarm, .bold)
        default: return
        }
        put(word, at: column + (isWide ? 4 : 3), in: row)
    }
}
