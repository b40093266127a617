import CellGrid
import CockpitModel
import Wire

extension Canvas {
    /// What `X` would close: which position, what it is worth now, and how old that knowledge is.
    mutating func drawCloseBar(_ bar: CloseBar, in area: Area) {
        grid.fill(area, Style(.text))
        let position = state.closingPosition
        let left = Times.short(max(0, bar.closesAt - state.now))
        if area.columns < 80 || area.rows < 5 {
            drawSmallCloseBar(bar, position, left: left, in: area)
            return
        }
        drawLoudTitle(
            "CLOSE " + closeWords(bar, position, symbolColumns: 24) + "?", in: area.line(0))
        line(closeFacts(bar, position), in: area.line(1), isValue: false)
        line(closeResult(position), in: area.line(2))
        put(Phrase("X", .key, [.bold, .reverse]), at: 1, in: area.line(3))
        put(Phrase("CLOSE", .emphasis, .bold), at: 4, in: area.line(3))
        put(Phrase("this position only, at market; the engine trades on"), at: 14, in: area.line(3))
        line(
            [
                Segment([Phrase("Esc", .key, .bold), .label(" keep it; nothing was sent yet")]),
                Segment([.label("Bar closes in "), Phrase(left, .time)], rank: 1),
            ], in: area.line(4), isValue: false)
    }

    private mutating func drawSmallCloseBar(
        _ bar: CloseBar, _ position: PositionTopic?, left: String, in area: Area
    ) {
        drawLoudTitle("CLOSE " + closeWords(bar, position, symbolColumns: 6), in: area.line(0))
        line(
            [
                Segment([Phrase("X", .key, .bold), Phrase(" CLOSE", .emphasis)]),
                Segment([Phrase("Esc", .key, .bold), Phrase(" keep")]),
                Segment([Phrase(left, .time)], rank: 1),
            ], in: area.line(area.rows - 1), isValue: false)
        if area.rows >= 3 { line(closeResult(position), in: area.line(1)) }
    }

    /// `BTCUSDT LONG 0.015`; on little room `BTC L .015`.
    private func closeWords(_ bar: CloseBar, _ position: PositionTopic?, symbolColumns: Int)
        -> String
    {
        let isShort = symbolColumns < 10
        let symbol =
            isShort
            ? Words.shortSymbol(
                bar.symbol, among: state.symbols, columns: symbolColumns, glyphs: glyphs)
            : Words.safe(bar.symbol, columns: symbolColumns, glyphs: glyphs)
        let side =
            isShort ? Words.sideLetter(bar.side) : Words.safe(bar.side, columns: 8).uppercased()
        let quantity = Figures.quantity(position?.quantity ?? bar.quantity, columns: 12)
        return symbol + " " + side + " " + quantity
    }

    private func closeFacts(_ bar: CloseBar, _ position: PositionTopic?) -> [Segment] {
        var segments = [
            Segment([
                Phrase(Words.safe(state.engineName ?? "the engine", columns: 24) + " ", .emphasis),
                Phrase(
                    Words.safe(state.mode ?? "?", columns: 8), Words.modeRole(state.mode), .bold),
            ])
        ]
        if let position {
            if position.quantity != bar.quantity {
                let words = "was " + Figures.quantity(bar.quantity, columns: 12) + " when you asked"
                segments.append(Segment([Phrase(words, .warning, .bold)]))
            }
            segments.append(
                Segment(
                    [.label("entry "), Phrase(Figures.price(position.entryPrice, columns: 12))],
                    rank: 2))
            segments.append(
                Segment(
                    [
                        .label("mark "),
                        Phrase(Figures.price(position.markPrice, columns: 12), .mark),
                    ],
                    rank: 1))
        }
        return segments + dataAge
    }

    /// What it has earned at the mark, and what closing it now would leave.
    private func closeResult(_ position: PositionTopic?) -> [Segment] {
        guard let position else { return [Segment("position unknown", .alarm)] }
        let isSmall = state.view.columns < 80
        let sign = position.multipleOfR > 0 ? 1 : position.multipleOfR < 0 ? -1 : 0
        return [
            Segment([
                .label(isSmall ? "PnL " : "unrealized PnL "),
                .money(position.unrealizedPnL),
            ]),
            Segment(
                [
                    Phrase(
                        Figures.signedFixed(position.multipleOfR, decimals: 2) + "R",
                        Phrase.role(ofSign: sign))
                ], rank: 2),
            Segment(
                [
                    .label("closed now "), .money(position.closeNow),
                    .label(isSmall ? " net" : " net of costs"),
                ], rank: 1
            ),
            Segment(
                [
                    .label("worth "), Phrase(Figures.plain(position.notional, decimals: 0)),
                ], rank: 3),
        ]
    }
}
