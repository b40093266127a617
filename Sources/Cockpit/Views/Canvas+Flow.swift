import CellGrid
import CockpitModel
import Wire

extension Canvas {
    /// The streams behind a pane may be silent though the engine is not.
    mutating func withFreshness(ofAge age: Int64?, _ body: (inout Canvas) -> Void) {
        let before = freshness
        if let age, freshness.isTrusted {
            // Ages on the wire are engine time; what a person can wait for is wall time.
            let wall = Int64(min(1e15, max(0, Double(age) / state.timeScale)))
            if wall > CockpitState.staleAge { freshness = .stale(age: wall) }
        }
        body(&self)
        freshness = before
    }

    /// Whale and retail flow of one window: `area` without its title.
    mutating func drawFlow(in area: Area) {
        guard let flow = state.selectedFlow, let window = state.shownWindow(of: flow) else {
            return
        }
        let classes = Lines.classes(of: window)
        let largest =
            classes.flatMap { [Figures.double($0.buy), Figures.double($0.sell)] }
            .compactMap { $0 }.max() ?? 0
        var lines: [(inout Canvas, Area) -> Void] = []
        for (index, one) in classes.enumerated() {
            lines.append { $0.drawBars(one, largest: largest, in: $1) }
            // Four lines have room for the net of the whales only.
            if area.rows >= 5 || area.rows == 4 && index == 0 {
                lines.append { canvas, area in
                    let end = canvas.put(
                        Lines.net(of: one), row: area.row, column: area.column + 8, in: area)
                    canvas.put(
                        Lines.oneSided(one), row: area.row, column: max(end + 2, area.column + 20),
                        in: area)
                }
            }
        }
        let diverging = Lines.divergence(flow, state)
        if area.rows >= 3 {
            lines.append {
                $0.line(diverging.isEmpty ? Lines.taker(flow) : diverging, in: $1, isValue: false)
            }
        }
        if area.rows >= 6, !diverging.isEmpty {
            lines.append { $0.line(Lines.taker(flow), in: $1, isValue: false) }
        }
        for (index, line) in lines.prefix(area.rows).enumerated() {
            line(&self, area.line(index))
            settle(area.line(index))
        }
    }

    /// `WHALE  sell 4.31M  ####|##  1.49M buy`.
    private mutating func drawBars(_ one: Lines.FlowClass, largest: Double, in area: Area) {
        let half = max(3, (area.columns - 31) / 2)
        put(Phrase(one.name, one.role, .bold), at: 1, in: area)
        put(.label("sell"), at: 8, in: area)
        put(Phrase(Figures.compact(one.sell), .sell), endingAt: 18, in: area)
        drawBar(buy: one.buy, sell: one.sell, largest: largest, half: half, at: 19, in: area)
        let right = 19 + 2 * half + 1
        put(Phrase(Figures.compact(one.buy), .buy), endingAt: right + 6, in: area)
        put(.label("buy"), at: right + 7, in: area)
    }

    private mutating func drawBar(
        buy: String, sell: String, largest: Double, half: Int, at column: Int, in area: Area
    ) {
        let sold = largest > 0 ? (Figures.double(sell) ?? 0) / largest : 0
        let bought = largest > 0 ? (Figures.double(buy) ?? 0) / largest : 0
        let bar = glyphs.divergingBar(left: sold, right: bought, half: half)
        put(Phrase(bar.left, .sell), at: column, in: area)
        put(Phrase(bar.middle, .axis), at: column + half, in: area)
        put(Phrase(bar.right, .buy), at: column + half + 1, in: area)
    }

    /// Every window under the other, for wide screens: `area` without its title.
    mutating func drawFlowTable(in area: Area) {
        guard let flow = state.selectedFlow else { return }
        let chosen = state.shownWindow(of: flow)?.window
        let foot = 2
        let room = max(0, (area.rows - foot - 1) / 2)
        // The chosen window stays in sight.
        let index = flow.windows.firstIndex { $0.window == chosen } ?? 0
        let first = max(0, min(index - room / 2, flow.windows.count - room))
        let windows = Array(flow.windows.dropFirst(first).prefix(room))
        let half = max(4, (area.columns - 43) / 2)
        let left = 18
        let right = left + 2 * half + 1
        let head = area.line(0)
        put(Phrase("sell", .heading), endingAt: left - 1, in: head)
        put(Phrase("buy", .heading), endingAt: right + 6, in: head)
        put(Phrase("net", .heading), endingAt: right + 14, in: head)
        put(Phrase("1-sided", .heading), endingAt: right + 22, in: head)
        for (order, window) in windows.enumerated() {
            let classes = Lines.classes(of: window)
            let largest =
                classes.flatMap { [Figures.double($0.buy), Figures.double($0.sell)] }
                .compactMap { $0 }.max() ?? 0
            for (place, one) in classes.enumerated() {
                let row = area.line(1 + 2 * order + place)
                if place == 0 {
                    let isChosen = window.window == chosen
                    if isChosen {
                        put(Phrase(String(glyphs.pointer), .selection, .bold), at: 0, in: row)
                    }
                    put(
                        Phrase(Words.safe(window.window, columns: 4), isChosen ? .emphasis : .dim),
                        at: 1,
                        in: row)
                }
                put(Phrase(one.name, one.role, .bold), at: 5, in: row)
                put(Phrase(Figures.compact(one.sell), .sell), endingAt: left - 1, in: row)
                drawBar(
                    buy: one.buy, sell: one.sell, largest: largest, half: half, at: left, in: row)
                put(Phrase(Figures.compact(one.buy), .buy), endingAt: right + 6, in: row)
                if let net = Lines.net(of: one).last { put(net, endingAt: right + 14, in: row) }
                put(
                    Phrase(one.oneSided.map { place == 0 ? "\($0)/100" : "\($0)    " } ?? "-"),
                    endingAt: right + 22, in: row)
                settle(row)
            }
        }
        let after = 1 + 2 * windows.count
        let diverging = Lines.divergence(flow, state)
        var next = after
        for segments in [diverging, Lines.taker(flow)] where !segments.isEmpty && next < area.rows {
            line(segments, in: area.line(next))
            next += 1
        }
    }
}
