import CellGrid
import CockpitModel
import Wire

/// How the rows of the Flight view are shared out.
struct FlightRows: Hashable {
    var positions = 0
    var chart = 0
    var market = 0
    var guards = 0
    /// The line of the models.
    var models = 0
    var log = 0

    /// Gives rows away one by one in the order of `wishes` until `rows` are gone; what is left goes to the log.
    mutating func share(_ rows: Int, _ wishes: [(WritableKeyPath<FlightRows, Int>, upTo: Int)]) {
        log += Rows.share(rows, among: &self, wishes)
    }
}

/// Rows of a screen that parts of a view want.
enum Rows {
    /// Gives rows away one by one in the order of `wishes`; returns what is left.
    static func share<Parts>(
        _ rows: Int, among parts: inout Parts,
        _ wishes: [(WritableKeyPath<Parts, Int>, upTo: Int)]
    ) -> Int {
        var left = rows
        for (part, limit) in wishes {
            while left > 0, parts[keyPath: part] < limit {
                parts[keyPath: part] += 1
                left -= 1
            }
        }
        return left
    }
}

extension Canvas {
    /// Everything needed to fly, from 80x24 up.
    mutating func drawFlight(in screen: Area) {
        let isWide = screen.columns >= 120 && screen.rows >= 36
        var rest = screen
        func take(_ rows: Int) -> Area {
            let (top, remaining) = rest.splitTop(rows)
            rest = remaining
            return top
        }
        let header = take(1)
        if let text = bannerText { drawBanner(text, in: take(1)) }
        drawTop(in: [header, take(1), take(1), take(1)])
        if let text = venueText { drawBanner(text, in: take(1)) }
        if let text = frozenText { drawBanner(text, in: take(1)) }
        let (body, hints) = rest.splitBottom(1)
        drawHints(in: hints)
        if isWide { drawWideBody(in: body) } else { drawBody(in: body) }
    }

    private var positionCount: Int { state.shown.positions?.count ?? 0 }

    /// The 80-column body: one pane under the other.
    private mutating func drawBody(in area: Area) {
        let count = positionCount
        let isHolding = state.selectedPosition != nil
        let hasChart = isHolding || hasEntrySeries
        var rows = FlightRows(
            positions: min(count, 1), chart: hasChart ? 2 : 0, market: 2, models: modelRows.least,
            log: 1)
        let fixed = (count > 0 ? 2 : 4) + 3 + 1 + 2
        rows.share(
            area.rows - fixed - rows.positions - rows.chart - rows.market - rows.models - rows.log,
            [
                (\.positions, min(count, 2)), (\.chart, hasChart ? 3 : 0), (\.market, 4),
                (\.positions, min(count, 3)), (\.market, 5), (\.models, modelRows.most),
                (\.positions, min(count, 4)),
                (\.chart, hasChart ? 4 : 0), (\.log, 3), (\.chart, hasChart ? 6 : 0), (\.market, 7),
                (\.positions, min(count, 12)), (\.log, 6), (\.chart, hasChart ? 12 : 0),
            ])
        var rest = area
        func take(_ rows: Int) -> Area {
            let (top, remaining) = rest.splitTop(rows)
            rest = remaining
            return top
        }
        drawPositionsTitle(in: take(1), hidden: max(0, count - rows.positions))
        if count > 0 {
            drawPositions(in: take(rows.positions))
            line(Lines.closing(state), in: take(1))
        } else {
            line(Lines.lastTrade(state), in: take(1))
            title([Segment([Phrase("WHY NO TRADE", .title, .bold)])], in: take(1))
            line(Lines.funnel(state, columns: area.columns - 2), in: take(1))
        }
        if isHolding {
            drawExit(in: take(rows.chart + 2), isWide: false)
            drawNext(in: take(1))
        } else {
            drawEntry(in: take(rows.chart + 3), head: "ENTRY " + shortSymbol, hasNext: true)
        }
        drawMarket(in: take(rows.market + 1), isWide: false)
        line(Lines.guards(state), in: take(1))
        line(Lines.session(state), in: take(1))
        if rows.models > 0 { line(Lines.models(state), in: take(1)) }
        drawLog(in: take(rows.log))
    }

    /// The line of the models gives way while there is nothing to say of them.
    private var modelRows: (least: Int, most: Int) {
        guard let models = state.shown.models else { return (0, 0) }
        return (Lines.isTroubled(models) ? 1 : 0, 1)
    }

    /// The body from 120x36 up: panes in pairs.
    private mutating func drawWideBody(in area: Area) {
        let count = positionCount
        var rows = FlightRows(
            positions: max(1, min(count, 1)), chart: 4, market: 6, guards: 3,
            models: modelRows.most, log: 2)
        // Five titles, and two lines under the chart.
        let fixed = 5 + 2
        rows.share(
            area.rows - fixed - rows.positions - rows.chart - rows.market - rows.guards
                - rows.models - rows.log,
            [
                (\.positions, min(count, 3)), (\.market, 9), (\.guards, 6), (\.chart, 7),
                (\.log, 4),
                (\.positions, min(count, 6)), (\.chart, 9), (\.market, 13), (\.log, 7),
                (\.guards, 9),
                (\.chart, 14), (\.positions, min(count, 12)), (\.guards, 15),
            ])
        var rest = area
        func take(_ rows: Int) -> Area {
            let (top, remaining) = rest.splitTop(rows)
            rest = remaining
            return top
        }
        drawPositionsTitle(in: take(1), hidden: max(0, count - rows.positions))
        if count > 0 {
            drawPositions(in: take(rows.positions))
        } else {
            line(Lines.lastTrade(state), in: take(rows.positions))
        }
        let decisions = take(rows.chart + 3)
        let (left, other) = decisions.splitLeft(decisions.columns - 41)
        let (bar, right) = other.splitLeft(1)
        if state.selectedPosition != nil {
            drawExit(in: left, isWide: true)
        } else {
            drawEntry(in: left, head: "ENTRY " + shortSymbol, hasNext: false)
        }
        drawDecisions(in: right)
        divider(column: bar.column, in: decisions)
        drawMarket(in: take(rows.market + 1), isWide: true)
        drawGuardsAndSession(in: take(rows.guards + 1))
        if rows.models > 0 { line(Lines.models(state), in: take(1)) }
        let offset = state.view.logOffset
        title(
            [
                Segment([
                    Phrase("LOG", .title, .bold),
                    Phrase(offset > 0 ? " \(offset) back, G to the newest" : "", .warning),
                ])
            ],
            in: take(1))
        drawLog(in: take(rows.log), hasCommand: true)
    }
}
