import CellGrid
import CockpitModel
import CockpitTheme
import Testing
import Wire

@testable import CockpitViews

/// Every word about models stands where its state is, and nowhere else.
struct ModelWordsTests {
    static let all: [String: Snapshot] = [
        "rising": Sample.rising, "held": Sample.held, "flat": Sample.modelFlat,
        "degraded": Sample.degraded, "drifting": Sample.drifting,
        "no model": Sample.modelless(Sample.flying),
        "no model, flat": Sample.modelless(Sample.flat), "older engine": Sample.flying,
    ]

    /// Words of the Exit view with the states that have them.
    static let exitWords: [(word: String, states: Set<String>)] = [
        ("crosses in ~40s", ["rising"]),
        ("moving away", ["degraded"]),
        ("HELD 48m more", ["held", "drifting", "older engine"]),
        ("WANTS OUT", ["held", "drifting", "older engine"]),
        ("degraded", ["degraded"]),
        ("lstm-exit-long", ["degraded"]),
        ("absent: ", ["degraded", "no model", "no model, flat"]),
        ("absent fewer than 64 candles", ["degraded"]),
        ("NO EXIT p: no model for this", ["no model"]),
        ("only the rules close it", ["no model"]),
        ("no members", ["no model", "no model, flat"]),
        ("PINNED", ["rising", "held", "flat", "degraded"]),
        ("STUCK, none for 104 closes", ["drifting"]),
        ("drift ok", ["rising", "held", "flat", "degraded"]),
        ("drift ALARM PSI 0.31 funding_rate", ["drifting"]),
        ("drift n/a", ["no model", "no model, flat"]),
        ("CHANGE REFUSED", ["drifting"]),
        ("7/7 ready", ["rising", "held", "flat", "drifting"]),
        ("policy advises: hold", ["rising", "held", "flat", "degraded", "drifting"]),
        ("LAST EXIT", ["flat", "no model, flat"]),
        ("entry 13:49", ["rising", "held", "degraded", "drifting"]),
        ("acts at the close in 2m27s", ["rising", "degraded"]),
        ("acts at the first close after the hold", ["held", "drifting", "older engine"]),
        ("set eyes-1 3f9a0c21be04", ["rising", "held", "flat", "degraded", "drifting"]),
    ]

    @Test(arguments: exitWords.indices)
    func `a word of the Exit view stands where its state is, and only there`(index: Int) {
        let (word, states) = Self.exitWords[index]
        for (name, snapshot) in Self.all {
            let state = Sample.cockpit(snapshot, columns: 120, rows: 40).pressing("3")
            let text = CockpitScreen.draw(state, glyphs: .ascii).text
            #expect(text.contains(word) == states.contains(name), "\(word) in \(name)")
        }
    }

    /// Words of the Flight view at 80x24 with the states that have them.
    static let flightWords: [(word: String, states: Set<String>)] = [
        ("crosses in ~40s", ["rising"]), ("moving away", ["degraded"]),
        ("HELD 48m more", ["held", "drifting", "older engine"]),
        ("set eyes-1 3f9a ", ["rising", "held", "flat", "degraded", "drifting"]),
        ("set eyes-1 3f9a0c21 ", ["degraded", "drifting"]),
        ("degraded 2/7 absent: lstm-long, lstm-short", ["degraded"]),
        ("drift ALARM PSI 0.31 funding_rate", ["drifting"]),
        ("CHANGE REFUSED: entry-", ["drifting"]),
        ("SHORT absent", ["degraded", "no model", "no model, flat"]),
        ("LONG, SHORT absent: no model for this", ["no model, flat"]),
        ("NO EXIT p: no model for this", ["no model"]),
        ("SHORT STUCK", ["drifting"]),
        ("no members", ["no model", "no model, flat"]),
    ]

    @Test(arguments: flightWords.indices)
    func `a word of the Flight view stands where its state is, and only there`(index: Int) {
        let (word, states) = Self.flightWords[index]
        for (name, snapshot) in Self.all {
            let text = CockpitScreen.draw(Sample.cockpit(snapshot), glyphs: .ascii).text
            #expect(text.contains(word) == states.contains(name), "\(word) in \(name)")
        }
    }

    @Test
    func `a warning of the drift names the feature and its index`() {
        var snapshot = Sample.rising
        snapshot.models?.drift[0].word = "warn"
        snapshot.models?.drift[0].worst[0].psi = 0.13
        let text = CockpitScreen.draw(Sample.cockpit(snapshot), glyphs: .ascii).text
        #expect(text.contains("drift warn PSI 0.13 rsi_14"))
        #expect(!text.contains("ALARM"))
    }

    @Test
    func `words that warn are bold and have a role, so that they read in monochrome too`() throws {
        for (snapshot, word, letter) in [
            (Sample.drifting, "drift ALARM", Role.alarm), (Sample.drifting, "STUCK", .alarm),
            (Sample.drifting, "CHANGE REFUSED", .alarm), (Sample.drifting, "HELD", .held),
            (Sample.degraded, "degraded", .warning),
            (Sample.degraded, "absent: trees-short", .warning),
            (Sample.rising, "PINNED", .warning), (Sample.rising, "crosses in", .warning),
        ] {
            let state = Sample.cockpit(snapshot, columns: 120, rows: 40).pressing("3")
            let grid = CockpitScreen.draw(state, glyphs: .ascii)
            let place = (0..<grid.rows).lazy.compactMap { row -> (Int, Int)? in
                let text = grid.cells(ofRow: row).map(\.text).joined()
                guard let range = text.firstRange(of: word) else { return nil }
                return (row, text.distance(from: text.startIndex, to: range.lowerBound))
            }.first
            guard let place else {
                Issue.record("\(word) is nowhere")
                continue
            }
            let style = grid[place.0, place.1].style
            #expect(style.role == letter, "\(word)")
            #expect(style.attributes.contains(.bold), "\(word)")
            for name in Theme.shippedNames {
                let theme = try #require(Theme.shipped(named: name))
                let plain = theme.look(of: Style(.text), depth: .monochrome).attributes
                #expect(
                    theme.look(of: style, depth: .monochrome).attributes != plain,
                    "\(word) in \(name)")
            }
        }
    }

    @Test
    func `what the Exit view says is said in lines too`() {
        let lines = PlainText.lines(Sample.cockpit(Sample.rising))
        #expect(
            lines.contains(
                "EXIT BTCUSDT p .56 under .603  stays  crosses in ~40s  margin -.043  +.07/min"
                    + "  seen .12-.61 since entry  acts at the close in 2m27s  why  +.41 unrealised in R"
                    + "  +.29 whale net 15m  -.22 momentum 12  +.11 position age"
                    + "  -.06 distance to target  +.03 rsi 14  (trees-exit-long .56 x 100%)"))
        #expect(
            lines.contains(
                "MODELS set eyes-1 3f9a0c21be04  members 7/7 ready  in force since 12:37:33Z by uid"
                    + " 1000 pid 4711  drift ok PSI 0.04 entry long  drift ok PSI 0.05 entry short"
                    + "  drift ok PSI 0.06 exit long  drift ok PSI 0.02 exit short"
                    + "  schema 5d1c9a7e02b4f688  trees and LSTM of January to August 2025"))
        let degraded = PlainText.lines(Sample.cockpit(Sample.degraded)).joined(separator: "\n")
        for word in [
            "moving away", "DEGRADED",
            "(trees-exit-long .56 x 70%, lstm-exit-long absent: fewer than 64 candles)",
            "SHORT  absent: trees-short: answer is no number", "degraded 2/7 absent",
        ] { #expect(degraded.contains(word), "\(word)") }
        let drifting = PlainText.lines(Sample.cockpit(Sample.drifting)).joined(separator: "\n")
        for word in [
            "drift ALARM PSI 0.31 funding_rate exit long", "drift warn PSI 0.13 rsi_14 entry long",
            "STUCK, none for 104 closes", "CHANGE REFUSED: entry-long.json", "HELD 48m more",
        ] { #expect(drifting.contains(word), "\(word)") }
    }

    // MARK: When it would cross

    @Test(arguments: [
        (0.56, Int64(40_000), 0.065, "crosses in ~40s"), (0.56, 720_000, 0.004, "crosses in ~12m"),
        (0.56, nil, -0.04, "moving away"), (0.56, nil, 0.001, "steady"),
        (0.56, nil, -0.001, "steady"), (0.1, nil, 0.006, "crosses in over 1h"),
        (0.56, nil, nil, nil), (0.56, nil, .nan, nil), (0.603, nil, -0.04, nil),
        (0.61, 1_000, 0.1, nil),
    ])
    func `the way to the threshold is told as long as there is one`(
        probability: Double, crossesIn: Int64?, slope: Double?, words: String?
    ) {
        var exit = Sample.risingExit
        exit.probability = probability
        exit.crossesInMs = crossesIn
        exit.slopePerMinute = slope
        #expect(Lines.crossing(exit)?.text == words)
    }

    // MARK: History

    private func grouped(_ count: Int, newest: Int, capacity: Int, isWhole: Bool = true)
        -> GroupedSeries
    {
        let first = newest - count + 1
        return GroupedSeries(
            SeriesTopic(
                symbol: "BTCUSDT", kind: "exit", times: (first...newest).map { Int64($0) * 1_000 },
                values: (first...newest).map { Double($0) / 1_000 }),
            newestNumber: newest, capacity: capacity, isWhole: isWhole)
    }

    @Test
    func `a history that fits is shown point by point`() {
        let series = grouped(5, newest: 9, capacity: 5)
        #expect(series.pointsPerGroup == 1)
        #expect(series.samples == [0.005, 0.006, 0.007, 0.008, 0.009])
        #expect(series.newestNumber == 9)
    }

    @Test
    func `a longer one is grouped by number, and a group stands for its highest point`() {
        // Points 5...12 in threes: 5 | 6 7 8 | 9 10 11 | 12.
        let series = grouped(8, newest: 12, capacity: 3)
        #expect(series.pointsPerGroup == 3)
        #expect(series.samples == [0.005, 0.008, 0.011, 0.012])
        #expect(series.starts == [5_000, 6_000, 9_000, 12_000])
        #expect(series.newestNumber == 4)
        // One more point changes the newest group alone.
        let next = grouped(9, newest: 13, capacity: 3)
        #expect(next.samples == [0.005, 0.008, 0.011, 0.013])
    }

    @Test
    func `the newest points alone stay ungrouped`() {
        #expect(grouped(8, newest: 12, capacity: 3, isWhole: false).pointsPerGroup == 1)
    }

    @Test
    func `a time is found in its group, and not before the first`() {
        let series = grouped(8, newest: 12, capacity: 3)
        #expect(series.age(of: 12_500) == 0)
        #expect(series.age(of: 8_000) == 2)
        #expect(series.age(of: 5_000) == 3)
        #expect(series.age(of: 4_999) == nil)
    }

    @Test
    func `the key w changes between the whole history and its newest points`() {
        let state = Sample.cockpit(Sample.rising).pressing("3")
        let newest = CockpitScreen.draw(state.pressing("w"), glyphs: .ascii).text
        #expect(!newest.contains("entry 13:49"))
        // 68 columns of one point a second, two for the gap and the marks.
        #expect(newest.contains("since 14:06"))
        #expect(
            CockpitScreen.draw(state.pressing("ww"), glyphs: .ascii).text
                == CockpitScreen.draw(state, glyphs: .ascii).text)
    }
}
