import CellGrid
import CockpitModel
import Wire

extension Canvas {
    /// A probability over time in 0...1 with its scale on the left; the threshold is named beside its own row. With
    /// `isWhole` as far back as it is known.
    mutating func drawProbability(
        _ kind: String, threshold: Double?, isWhole: Bool = false, in area: Area
    ) {
        let (scale, plot) = area.splitLeft(4)
        guard plot.columns > 4, plot.rows > 0 else { return }
        let series = state.series(kind).map {
            GroupedSeries(
                $0.points, newestNumber: $0.newestNumber,
                capacity: Chart.capacity(columns: plot.columns - 1, glyphs: glyphs),
                isWhole: isWhole)
        }
        var chart = Chart(
            samples: series?.samples ?? [], newestNumber: series?.newestNumber ?? 0,
            range: 0...1,
            threshold: threshold)
        if series == nil { chart.motion = .scroll }
        grid.draw(chart, in: plot, glyphs: glyphs)
        grid.verticalLine(
            row: plot.row, column: scale.endColumn - 1, rows: plot.rows, with: glyphs.vertical,
            Style(.axis))
        put(Phrase("1.0", .axis), at: 0, in: scale.line(0))
        if plot.rows > 1 { put(Phrase("0.0", .axis), at: 0, in: scale.line(plot.rows - 1)) }
        if let threshold {
            let row = chart.row(of: threshold, in: plot) - plot.row
            if plot.rows > 1 {
                put(Phrase(Figures.probability(threshold), .threshold), at: 0, in: scale.line(row))
            }
        }
        if series == nil {
            put(Phrase("no history yet", .dim), at: 2, in: plot.line(plot.rows - 1))
        }
        settle(plot, hasMarks: false)
    }
}
