import CellGrid
import CockpitModel
import Wire

/// A series in groups of so many points each, so that a longer stretch of it fits into a chart.
///
/// A group is a whole number of points by their number since the beginning, so that a sweep stays where it is while
/// points come. It stands for its highest point: what was over the threshold must not vanish.
struct GroupedSeries: Hashable {
    /// Oldest first; `nil` where a group has no number in it.
    private(set) var samples: [Double?] = []
    /// When the first point of each group was, in engine milliseconds.
    private(set) var starts: [Int64] = []
    /// How many groups there were before the newest one.
    private(set) var newestNumber = 0
    private(set) var pointsPerGroup = 1

    /// - Parameter capacity: How many groups can be drawn; all points are shown when `isWhole`, else the newest.
    init(_ series: SeriesTopic, newestNumber: Int, capacity: Int, isWhole: Bool) {
        let count = min(series.times.count, series.values.count)
        guard count > 0, capacity > 0 else { return }
        if isWhole {
            pointsPerGroup = Self.sizes.first { count <= capacity * $0 } ?? Self.largest
        }
        // A series that was frozen before its counter has the same order still.
        let newest = max(newestNumber, count - 1)
        self.newestNumber = newest / pointsPerGroup
        var group = -1
        for (index, (time, value)) in zip(series.times, series.values).enumerated() {
            let number = (newest - (count - 1 - index)) / pointsPerGroup
            if number != group {
                group = number
                samples.append(nil)
                starts.append(time)
            }
            let last = samples.count - 1
            if value.isFinite { samples[last] = max(samples[last] ?? value, value) }
        }
    }

    private static let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, largest]
    private static let largest = 100

    /// How many groups before the newest one that is in which `time` falls; `nil` when the series begins later.
    func age(of time: Int64) -> Int? {
        starts.lastIndex { $0 <= time }.map { starts.count - 1 - $0 }
    }
}

extension Canvas {
    private static let scaleColumns = 10

    /// The exit probability over time with its threshold, where the position was entered, and where now is.
    mutating func drawExitHistory(in area: Area) {
        let (scale, plot) = area.splitLeft(Canvas.scaleColumns)
        guard plot.columns > 4, plot.rows > 0 else { return }
        let exit = state.selectedExit
        let capacity = Chart.capacity(columns: plot.columns - 1, glyphs: glyphs)
        let grouped = state.series("exit").map {
            GroupedSeries(
                $0.points, newestNumber: $0.newestNumber, capacity: capacity,
                isWhole: state.view.showsWholeHistory)
        }
        var chart = Chart(
            samples: grouped?.samples ?? [], newestNumber: grouped?.newestNumber ?? 0,
            range: Canvas.exitRange(grouped?.samples ?? [], exit), threshold: exit?.threshold)
        if grouped == nil { chart.motion = .scroll }
        grid.draw(chart, in: plot, glyphs: glyphs)
        grid.verticalLine(
            row: plot.row, column: scale.endColumn - 1, rows: plot.rows, with: glyphs.vertical,
            Style(.axis))
        drawScale(chart, exit, in: scale, plot: plot)
        if let grouped {
            drawMarks(chart, grouped, oldest: min(grouped.samples.count, capacity) - 1, in: plot)
        } else {
            let why = state.selectedPosition?.exitAbsent == nil ? "no history yet" : "no history"
            put(Phrase(why, .dim), at: 2, in: plot.line(plot.rows - 1))
        }
        settle(plot, hasMarks: false)
    }

    /// The levels that matter, each on its own row; where two share one, the first of them.
    private mutating func drawScale(
        _ chart: Chart, _ exit: ExitTopic?, in scale: Area, plot: Area
    ) {
        var taken: Set<Int> = []
        func label(_ word: String, _ value: Double, _ role: Role) {
            guard value.isFinite else { return }
            let row = chart.row(of: value, in: plot) - plot.row
            guard taken.insert(row).inserted else { return }
            let place = scale.line(row)
            put(Phrase(word, role == .threshold ? role : .axis), at: 0, in: place)
            put(
                Phrase(Figures.probability(value), role), endingAt: Canvas.scaleColumns - 1,
                in: place)
        }
        if let exit {
            label("needs", exit.threshold, .threshold)
            label("now", exit.probability, Lines.isOver(exit) ? .chartOver : .emphasis)
            label("high", exit.highestSinceEntry, .axis)
            label("low", exit.lowestSinceEntry, .axis)
        }
        let ends = [(chart.range.upperBound, 0), (chart.range.lowerBound, plot.rows - 1)]
        for (value, row) in ends where !taken.contains(row) {
            let text = value == 0 ? "0.0" : Figures.probability(value)
            put(Phrase(text, .axis), endingAt: Canvas.scaleColumns - 1, in: scale.line(row))
        }
    }

    /// The levels that the chart spans: a step of 0.05 beyond all that it shows, threshold included, so that answers
    /// within a few hundredths can be seen to move; all of 0...1 when that is most of it. The ends are labeled.
    static func exitRange(_ samples: [Double?], _ exit: ExitTopic?) -> ClosedRange<Double> {
        var values = samples.compactMap(\.self)
        if let exit {
            values += [
                exit.threshold, exit.probability, exit.highestSinceEntry, exit.lowestSinceEntry,
            ]
        }
        values = values.filter { (0...1).contains($0) }
        guard let least = values.min(), let greatest = values.max() else { return 0...1 }
        let low = max(0, (least * 20 - 1).rounded(.down))
        let high = min(20, (greatest * 20 + 1).rounded(.up))
        guard high - low <= 12 else { return 0...1 }
        return low / 20...high / 20
    }

    /// Says in the top row where now is and where the position was entered, or since when the chart shows it.
    private mutating func drawMarks(
        _ chart: Chart, _ grouped: GroupedSeries, oldest: Int, in plot: Area
    ) {
        var taken: [Range<Int>] = []
        /// An arrow over the column, and words on the side of it where there is room.
        func mark(_ age: Int, _ text: String, _ role: Role, prefersLeft: Bool) {
            guard let column = chart.column(ofAge: age, columns: plot.columns, glyphs: glyphs)
            else { return }
            let arrow = String(glyphs.arrowDown)
            let words = text.utf8.count + 1
            let left = (start: column - words, text: text + " " + arrow)
            let right = (start: column, text: arrow + " " + text)
            let places = prefersLeft ? [left, right] : [right, left]
            for place in places + [(start: column, text: arrow)] {
                let range = place.start..<place.start + DisplayWidth.of(place.text)
                guard range.lowerBound >= 0, range.upperBound <= plot.columns,
                    !taken.contains(where: { $0.overlaps(range) })
                else { continue }
                taken.append(range)
                put(Phrase(place.text, role, .bold), at: place.start, in: plot.line(0))
                return
            }
        }
        mark(0, "now", .time, prefersLeft: true)
        guard let opened = state.selectedPosition?.openedAt, let first = grouped.starts.first
        else { return }
        // The first point comes up to a moment after the fill.
        let isJustBefore = (0...10_000).contains(Times.between(opened, first))
        let age = isJustBefore ? grouped.starts.count - 1 : grouped.age(of: opened)
        if let age, age <= oldest {
            mark(age, "entry " + Times.minute(opened), .entry, prefersLeft: false)
        } else {
            let start = grouped.starts[max(0, grouped.starts.count - 1 - oldest)]
            mark(oldest, "since " + Times.minute(start), .axis, prefersLeft: false)
        }
    }

    // MARK: Why

    /// Contributions in log-odds as numbers and bars around a middle line, the strongest first.
    mutating func drawContributors(
        _ contributors: [ContributionTopic], head: String, sides: (String, String), in area: Area
    ) {
        let half = max(3, (area.columns - 30) / 2)
        let middle = area.columns - 1 - half
        title(
            [Segment([Phrase(head, .title, .bold)]), Segment("log-odds", .dim, rank: 1)],
            in: area.line(0))
        put(Phrase(sides.0 + " ", .heading), endingAt: middle, in: area.line(0))
        put(Phrase(" " + sides.1, .heading), at: middle + 1, in: area.line(0))
        let body = area.splitTop(1).rest
        guard !contributors.isEmpty else {
            line([Segment("nobody has said why", .dim)], in: body.line(0), isValue: false)
            return
        }
        let sorted = contributors.enumerated().sorted { left, right in
            let (a, b) = (left.element.value.magnitude, right.element.value.magnitude)
            return a == b ? left.offset < right.offset : a > b
        }.map(\.element)
        let largest = sorted.map(\.value.magnitude).filter(\.isFinite).max() ?? 0
        for (index, one) in sorted.prefix(body.rows).enumerated() {
            let row = body.line(index)
            let isFor = one.value >= 0
            let role: Role = isFor ? .chartOver : .chart
            let room = middle - half - 9
            put(Phrase(Words.safe(one.name, columns: room, glyphs: glyphs)), at: 1, in: row)
            put(
                Phrase(Figures.short(one.value, decimals: 2, isSigned: true), role, .bold),
                endingAt: middle - half - 1, in: row)
            let share = largest > 0 ? one.value.magnitude / largest : 0
            let bar = glyphs.divergingBar(
                left: isFor ? 0 : share, right: isFor ? share : 0, half: half)
            put(Phrase(bar.left, role), at: middle - half, in: row)
            put(Phrase(bar.middle, .axis), at: middle, in: row)
            put(Phrase(bar.right, role), at: middle + 1, in: row)
            settle(row)
        }
    }

    // MARK: Who

    /// Every member's word and weight, or why it has none; below them the policy and, if `hasSet`, the set.
    mutating func drawMembers(hasSet: Bool, in area: Area) {
        let members = Lines.memberRows(state)
        let absent = members.filter { $0.absent != nil || $0.probability == nil }
        var words = [Segment([Phrase("WHO", .title, .bold)])]
        if !absent.isEmpty {
            words.append(
                Segment([Phrase("\(absent.count)/\(members.count) absent", .warning, .bold)]))
        }
        title(words, in: area.line(0))
        let body = area.splitTop(1).rest
        var foot: [[Segment]] = []
        if let policy = state.selectedEntry?.policy {
            foot.append(Lines.policy(policy, others: 5))
        }
        if hasSet { foot += Lines.setShort(state) }
        let room = max(min(members.count, 1), body.rows - foot.count)
        // Who is absent is told before who is well.
        var kept = members
        while kept.count > room, let well = kept.lastIndex(where: { $0.absent == nil }) {
            kept.remove(at: well)
        }
        kept = Array(kept.prefix(room))
        if members.isEmpty {
            line([Segment("no word of any member", .dim)], in: body.line(0), isValue: false)
        } else {
            put(Phrase("p", .heading), endingAt: Canvas.memberEnd(area) - 5, in: area.line(0))
            put(Phrase("part", .heading), endingAt: Canvas.memberEnd(area), in: area.line(0))
        }
        for (index, member) in kept.enumerated() { draw(member, in: body.line(index)) }
        let first = max(kept.count, members.isEmpty ? 1 : 0)
        for (index, segments) in foot.prefix(max(0, body.rows - first)).enumerated() {
            line(segments, in: body.line(first + index))
        }
    }

    /// Where the column of weights ends.
    private static func memberEnd(_ area: Area) -> Int {
        area.columns < 48 ? area.columns - 2 : 36
    }

    private mutating func draw(_ member: MemberRow, in row: Area) {
        let end = Canvas.memberEnd(row)
        var column = 1
        if !member.side.isEmpty {
            put(Phrase(member.side, member.side == "L" ? .long : .short, .bold), at: 1, in: row)
            column = 3
        }
        let room = end - 10 - column
        put(Phrase(Words.safe(member.id, columns: room, glyphs: glyphs)), at: column, in: row)
        if let probability = member.probability, member.absent == nil {
            put(
                Phrase(Figures.probability(probability), .emphasis, .bold), endingAt: end - 5,
                in: row)
            put(
                Phrase(Figures.percent(member.weight, decimals: 0), .dim), endingAt: end, in: row)
            let bar = row.columns - end - 2
            if bar >= 4 {
                put(
                    Phrase(glyphs.bar(probability, columns: min(bar, 30)), .chartSecond),
                    at: end + 1, in: row)
            }
        } else {
            let why = member.absent ?? "no answer"
            let start = column + room + 1
            let text = DisplayWidth.fitted(
                "absent " + Words.safe(why, columns: 60), columns: max(0, row.columns - start - 1),
                mark: String(glyphs.ellipsis))
            put(Phrase(text, .warning, .bold), at: start, in: row)
        }
        settle(row)
    }
}

extension Lines {
    /// The set below the members: what is wrong first, in as few rows as there are.
    static func setShort(_ state: CockpitState) -> [[Segment]] {
        guard let models = state.shown.models else { return setName(state) }
        return refusal(models) + [
            [Segment(drift(models.drift, namesRole: true))], [Segment(members(models))],
            [Segment(setName(models, digits: 12))],
        ]
    }

    /// The set in full: name, digest, members, who put it in force, the drift of every role, schema and note.
    static func set(_ state: CockpitState) -> [[Segment]] {
        guard let models = state.shown.models else { return setName(state) }
        var rows =
            [[Segment(setName(models, digits: 12))]] + refusal(models)
            + [[Segment(members(models))]]
        if let at = models.changedAt {
            rows.append([
                Segment([
                    .label("in force since "), Phrase(Times.clock(at) + "Z", .time),
                    .label(" by " + Words.safe(models.changedBy ?? "?", columns: 24)),
                ])
            ])
        }
        rows += models.drift.map { [Segment(drift($0, namesRole: true))] }
        if !models.schema.isEmpty {
            rows.append([
                Segment([.label("schema "), Phrase(Words.safe(models.schema, columns: 16))])
            ])
        }
        if !models.note.isEmpty {
            rows.append([Segment(Words.safe(models.note, columns: 400), .dim)])
        }
        return rows
    }

    private static func refusal(_ models: ModelsTopic) -> [[Segment]] {
        guard let problem = models.problem else { return [] }
        let words = "CHANGE REFUSED: " + Words.safe(problem, columns: 120)
        return [[Segment([Phrase(words, .alarm, .bold)])]]
    }

    /// All that an older engine tells of its set.
    private static func setName(_ state: CockpitState) -> [[Segment]] {
        guard let name = state.shown.engine?.modelSet else { return [] }
        return [[Segment([.label("set "), Phrase(Words.safe(name, columns: 24))])]]
    }
}
