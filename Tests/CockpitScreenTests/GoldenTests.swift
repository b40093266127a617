import CellGrid
import CockpitModel
import CockpitViews
import Foundation
import Testing
import Wire

/// Whole screens as text and role letters. `UPDATE_GOLDEN=1` writes them anew; the difference is reviewed like code.
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "Golden")

    static let screens: [(name: String, state: CockpitState, glyphs: Glyphs)] = {
        var all: [(String, CockpitState, Glyphs)] = []
        func add(_ name: String, _ state: CockpitState, _ glyphs: Glyphs = .ascii) {
            all.append((name + "-\(state.view.columns)x\(state.view.rows)", state, glyphs))
        }
        for (columns, rows) in [
            (80, 24), (120, 40), (200, 60), (100, 30), (60, 20), (40, 12), (20, 5),
        ] {
            add("flight-flying", Sample.cockpit(Sample.flying, columns: columns, rows: rows))
            add("flight-flat", Sample.cockpit(Sample.flat, columns: columns, rows: rows))
        }
        let flying = Sample.cockpit(Sample.flying)
        add("flight-flying-braille", flying, .braille)
        add("flight-flying-block", flying, .block)
        add(
            "flight-flying-braille", Sample.cockpit(Sample.flying, columns: 120, rows: 40), .braille
        )
        add("flight-flat-braille", Sample.cockpit(Sample.flat), .braille)
        add("flight-nothing", Sample.cockpit(nil))
        add("flight-nothing", Sample.cockpit(nil, columns: 20, rows: 5))
        add("flight-empty", Sample.cockpit(Snapshot()))
        add("flight-empty", Sample.cockpit(Snapshot(), columns: 120, rows: 40))
        add("flight-guard-bar", guardBar(flying))
        add("flight-guard-bar", guardBar(Sample.cockpit(Sample.flying, columns: 120, rows: 40)))
        add("flight-guard-bar", guardBar(Sample.cockpit(Sample.flying, columns: 20, rows: 5)))
        add("flight-guard-bar-late", flying.pressing("K").after(21_000).pressing("X"))
        add("flight-ladder-under-way", ladder(flying, upTo: 4))
        add("flight-ladder-complete", ladder(flying, upTo: 9))
        add(
            "flight-ladder-complete",
            ladder(Sample.cockpit(Sample.flying, columns: 40, rows: 12), upTo: 9))
        add("flight-not-delivered", flying.pressing("KX").after(3_400))
        add("flight-late", flying.after(900))
        add("flight-stale", flying.after(4_000))
        add("flight-no-link", noLink(flying))
        add("flight-no-link", noLink(Sample.cockpit(Sample.flying, columns: 120, rows: 40)))
        add("flight-no-link", noLink(Sample.cockpit(Sample.flying, columns: 40, rows: 12)))
        add("flight-latched", latched())
        add("flight-naked", naked())
        add("flight-naked", naked(columns: 40, rows: 12))
        add("flight-live", live(columns: 80, rows: 24))
        add("flight-live", live(columns: 120, rows: 40))
        add("flight-losing", losing())
        add("flight-losing", losing(columns: 120, rows: 40))
        add("flight-long-symbol", longSymbol())
        add("flight-long-symbol", longSymbol(columns: 120, rows: 40))
        add("flight-wide-glyph", wideGlyph(), .braille)
        add("flight-frozen", flying.pressing(" ").after(1_000))
        add("flight-read-only", Sample.cockpit(Sample.flying, isReadOnly: true).pressing("K"))
        add("flight-time-scale", timeScale())
        add("flight-paused", paused())
        add("flight-prompt", flying.pressing(":th"))
        add("flight-since-left", sinceLeft())
        add("flight-six-positions", sixPositions())
        add("flight-other-symbol", flying.pressing("e"))
        for (columns, rows) in [(80, 24), (120, 40), (40, 12), (20, 5)] {
            add(
                "flight-close-bar",
                Sample.cockpit(Sample.flying, columns: columns, rows: rows).pressing("jx"))
        }
        add("flight-close-bar-stale", flying.pressing("x").after(4_000))
        add("flight-close-bar-changed", changedWhileAsking())
        add("flight-close-ladder", closeLadder(flying))
        add("flight-close-refused", refusedBreakEven(columns: 80, rows: 24))
        add("flight-close-refused", refusedBreakEven(columns: 40, rows: 12))
        add("flight-symbol-paused", symbolPaused(columns: 80, rows: 24))
        add("flight-symbol-paused", symbolPaused(columns: 120, rows: 40))
        add("flight-symbol-paused", symbolPaused(columns: 40, rows: 12))
        add("flight-foreign-orders", foreignOrders())
        add("flight-unsafe-at-venue", unsafeAtVenue(columns: 80, rows: 24))
        add("flight-unsafe-at-venue", unsafeAtVenue(columns: 40, rows: 12))
        add("flight-prompt-symbols", flying.pressing(":close "))
        exitScreens(add)
        add("help", flying.pressing("?"))
        add("help-end", flying.pressing("?G"))
        add("help", Sample.cockpit(Sample.flying, columns: 120, rows: 40).pressing("?"))
        return all
    }()

    /// The Exit view, and the Flight view of engines with models.
    private static func exitScreens(
        _ add: (String, CockpitState, Glyphs) -> Void
    ) {
        let sizes = [(80, 24), (120, 40), (200, 60)]
        for (columns, rows) in sizes {
            for (name, snapshot) in [
                ("rising", Sample.rising), ("held", Sample.held), ("flat", Sample.modelFlat),
                ("degraded", Sample.degraded), ("drift", Sample.drifting),
                ("no-model", Sample.modelless(Sample.flying)),
                ("no-model-flat", Sample.modelless(Sample.flat)),
            ] {
                let state = Sample.cockpit(snapshot, columns: columns, rows: rows)
                add("exit-" + name, state.pressing("3"), .ascii)
            }
        }
        let rising = Sample.cockpit(Sample.rising).pressing("3")
        let wide = Sample.cockpit(Sample.rising, columns: 120, rows: 40).pressing("3")
        add("exit-rising-braille", rising, .braille)
        add("exit-rising-braille", wide, .braille)
        add("exit-rising-block", rising, .block)
        add("exit-rising-newest", rising.pressing("w"), .ascii)
        add("exit-flat-braille", Sample.cockpit(Sample.modelFlat).pressing("3"), .braille)
        add("exit-stale", rising.after(4_000), .ascii)
        add("exit-no-link", noLink(wide), .ascii)
        add("exit-frozen", rising.pressing(" ").after(1_000), .ascii)
        add("exit-guard-bar", guardBar(rising), .ascii)
        add("exit-absent-view", rising.pressing("5"), .ascii)
        add("exit-empty", Sample.cockpit(Snapshot()).pressing("3"), .ascii)
        add("exit-nothing", Sample.cockpit(nil).pressing("3"), .ascii)
        add("exit-older-engine", Sample.cockpit(Sample.flying).pressing("3"), .ascii)
        add(
            "exit-rising", Sample.cockpit(Sample.rising, columns: 60, rows: 20).pressing("3"),
            .ascii)
        for (columns, rows) in [(80, 24), (120, 40), (60, 20)] {
            let size = (columns: columns, rows: rows)
            for (name, snapshot) in [
                ("rising", Sample.rising), ("degraded", Sample.degraded),
                ("drift", Sample.drifting), ("no-model", Sample.modelless(Sample.flying)),
                ("no-model-flat", Sample.modelless(Sample.flat)),
            ] {
                let state = Sample.cockpit(snapshot, columns: size.columns, rows: size.rows)
                add("flight-models-" + name, state, .ascii)
            }
        }
    }

    @Test(arguments: screens.indices)
    func `the screen is as it was reviewed`(index: Int) throws {
        let (name, state, glyphs) = Self.screens[index]
        let grid = CockpitScreen.draw(state, glyphs: glyphs)
        let file = Self.folder.appending(path: name + ".txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(grid.golden.utf8).write(to: file)
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        if grid.golden != expected {
            let lines = zip(
                expected.split(separator: "\n", omittingEmptySubsequences: false),
                grid.golden.split(separator: "\n", omittingEmptySubsequences: false))
            let difference = lines.enumerated().first { $0.element.0 != $0.element.1 }
            Issue.record(
                """
                \(name), line \((difference?.offset ?? -1) + 1):
                - \(difference?.element.0 ?? "")
                + \(difference?.element.1 ?? "")
                """)
        }
    }

    @Test
    func `every golden file belongs to a screen`() throws {
        let names = Set(Self.screens.map { $0.name + ".txt" })
        #expect(names.count == Self.screens.count)
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == names)
    }

    // MARK: States

    static func guardBar(_ state: CockpitState) -> CockpitState {
        acknowledge(state.pressing("K").after(38), id: "c-41-1", steps: 2).after(300)
    }

    private static let steps = [
        "accepted", "entriesBlocked", "ordersSent", "ordersGone", "positionsFlat",
        "confirmedByVenue", "latched",
        "completed",
    ]

    static func acknowledge(_ state: CockpitState, id: String, steps count: Int) -> CockpitState {
        let times = [0.2, 3.0, 4.1, 121.4, 410.0, 644.0, 650.2, 651.0]
        let progress = CommandTopic(
            id: id, name: "kill", origin: "uid 1000 pid 4711", acceptedAtWall: state.now,
            rungs: zip(steps, times).prefix(count).map {
                LadderRungTopic(step: $0, afterMs: $1, durable: $0 != "entriesBlocked")
            },
            ordersBefore: 3, ordersNow: count > 3 ? 0 : 3, positionsBefore: 2,
            positionsNow: count > 4 ? 0 : 2,
            refusal: nil)
        return state.with(.server(.command(progress)))
    }

    static func ladder(_ state: CockpitState, upTo count: Int) -> CockpitState {
        acknowledge(state.pressing("KX").after(38), id: "c-41-2", steps: count).after(300)
    }

    /// A close that is sent and not filled yet.
    static func closeLadder(_ state: CockpitState) -> CockpitState {
        let progress = CommandTopic(
            id: "c-41-1", name: "close", origin: "uid 1000 pid 4711", acceptedAtWall: state.now,
            rungs: [
                LadderRungTopic(step: "accepted", afterMs: 0.2, durable: true),
                LadderRungTopic(step: "ordersSent", afterMs: 4.1, durable: true),
            ],
            ordersBefore: 3, ordersNow: 3, positionsBefore: 2, positionsNow: 2, refusal: nil,
            symbol: "BTCUSDT")
        return state.pressing("xX").after(38).with(.server(.command(progress))).after(300)
    }

    static func refusedBreakEven(columns: Int, rows: Int) -> CockpitState {
        let refusal =
            "the mark price 97464.3 is not beyond break-even at 97501.2; the stop would trigger"
        let progress = CommandTopic(
            id: "c-41-1", name: "breakEven", origin: "uid 1000 pid 4711", acceptedAtWall: 0,
            rungs: [LadderRungTopic(step: "refused", afterMs: 0.2, durable: true)],
            ordersBefore: 3, ordersNow: 3, positionsBefore: 2, positionsNow: 2, refusal: refusal,
            symbol: "BTCUSDT")
        return Sample.cockpit(Sample.flying, columns: columns, rows: rows)
            .pressing(":break-even BTCUSDT").with(.key(.enter))
            .with(.server(.command(progress)))
    }

    /// Half of the position was closed by its own exit while the bar was open.
    static func changedWhileAsking() -> CockpitState {
        var positions = [Sample.btc, Sample.eth]
        positions[0].quantity = "0.007"
        let delta = DeltaNotification(subscription: 1, n: 1, change: .positions(positions))
        return Sample.cockpit(Sample.flying).pressing("x").with(.server(.delta(delta)))
    }

    static func symbolPaused(columns: Int, rows: Int) -> CockpitState {
        var snapshot = Sample.flying
        snapshot.entries?[0].paused = true
        snapshot.entries?[1].paused = false
        return Sample.cockpit(snapshot, columns: columns, rows: rows)
    }

    static func foreignOrders() -> CockpitState {
        var snapshot = Sample.flying
        snapshot.safety?.foreignOrders = 2
        return Sample.cockpit(snapshot)
    }

    /// Somebody has changed the account, and the exchange has closed one symbol to entries.
    static func unsafeAtVenue(columns: Int, rows: Int) -> CockpitState {
        var snapshot = Sample.flying
        snapshot.safety?.venueProblems = ["hedge mode", "leverage 20 on BTCUSDT"]
        snapshot.engine?.gate = "paused"
        snapshot.engine?.notReady = "paused"
        snapshot.entries?[1].tradable = false
        return Sample.cockpit(snapshot, columns: columns, rows: rows).pressing("j")
    }

    static func noLink(_ state: CockpitState) -> CockpitState {
        let lost = state.now - 1_000
        return state.with(.link(.lost(since: lost, attempt: 3, retryAt: lost + 14_000, reason: "")))
            .after(11_000)
    }

    static func latched() -> CockpitState {
        var snapshot = Sample.flat
        snapshot.engine?.gate = "latched"
        snapshot.engine?.isLatched = true
        snapshot.engine?.notReady = "latched"
        snapshot.events?.append(
            EventTopic(
                number: 43, time: Sample.now - 2_000, tag: "KILL", severity: "alarm",
                text: "flat, confirmed by the venue; latched"))
        return Sample.cockpit(snapshot)
    }

    static func paused() -> CockpitState {
        var snapshot = Sample.flat
        snapshot.engine?.gate = "paused"
        snapshot.engine?.notReady = "paused"
        return Sample.cockpit(snapshot)
    }

    static func naked(columns: Int = 80, rows: Int = 24) -> CockpitState {
        var snapshot = Sample.flying
        snapshot.safety?.confirmedStops = 1
        snapshot.safety?.nakedQuantity = "0.4"
        snapshot.safety?.nakedMs = 2_300
        snapshot.safety?.unknownOrders = 1
        snapshot.positions?[1].protection = ProtectionProof(
            stopOrderID: nil, stopPrice: nil, coveredQuantity: "0", nakedQuantity: "0.4",
            confirmedBy: nil,
            confirmedAgeMs: nil, nakedMs: 2_300)
        snapshot.positions?[0].protection.nakedQuantity = "0.005"
        return Sample.cockpit(snapshot, columns: columns, rows: rows)
    }

    static func live(columns: Int, rows: Int) -> CockpitState {
        var snapshot = Sample.flying
        snapshot.engine?.mode = "LIVE"
        return Sample.cockpit(snapshot, columns: columns, rows: rows)
    }

    static func losing(columns: Int = 80, rows: Int = 24) -> CockpitState {
        var snapshot = Sample.flying
        snapshot.account = AccountTopic(
            equity: "1234567.89", walletBalance: "1240101.01", dayTotal: "-12345.67",
            dayClosed: "-9876.54",
            dayOpen: "-2345.6", dayFees: "-110.5", dayFunding: "-13.03", dayHaltAt: "-13000",
            roomToDayHalt: "654.33", losingStreak: 4, losingStreakLimit: 5, tradesToday: 20,
            tradesPerDayLimit: 20,
            drawdown: -0.18, drawdownLimit: -0.2, marginUsed: 0.71, closeAllNow: "-2401.5",
            everyStopHit: "-3100")
        snapshot.positions?[0].unrealizedPnL = "-2345.61"
        snapshot.positions?[0].multipleOfR = -0.97
        snapshot.positions?[0].unrealizedReturn = -0.031
        snapshot.positions?[0].quantity = "12.34567"
        snapshot.positions?[0].closeNow = "-2401.5"
        snapshot.positions?[0].liquidationDistance = -0.04
        snapshot.health?.feedsLive = 7
        snapshot.engine?.notReady = "staleData"
        return Sample.cockpit(snapshot, columns: columns, rows: rows)
    }

    static func longSymbol(columns: Int = 80, rows: Int = 24) -> CockpitState {
        let name = "1000000BABYDOGEMOON2USDT"
        var snapshot = Sample.flying
        snapshot.engine?.symbols = [name]
        snapshot.positions = [Sample.btc]
        snapshot.positions?[0].symbol = name
        snapshot.positions?[0].leverage = 125
        snapshot.positions?[0].quantity = "123456789"
        snapshot.positions?[0].entryPrice = "0.00001234"
        snapshot.positions?[0].markPrice = "0.0000125"
        snapshot.positions?[0].protection.stopPrice = "0.000011"
        snapshot.positions?[0].targetPrice = nil
        snapshot.exits?[0].symbol = name
        snapshot.entries?[0].symbol = name
        snapshot.flow?[0].symbol = name
        snapshot.map = nil
        snapshot.exitSeries = []
        return Sample.cockpit(snapshot, columns: columns, rows: rows)
    }

    static func wideGlyph() -> CockpitState {
        var snapshot = Sample.flying
        snapshot.events?.append(
            EventTopic(
                number: 44, time: Sample.now, tag: "NOTE", severity: "warning",
                text: "\u{1B}[31m\u{202E}venue says \u{53D6}\u{5F15}\u{505C}\u{6B62} "
                    + String(repeating: "\u{8B66}", count: 60)))
        return Sample.cockpit(snapshot)
    }

    static func timeScale() -> CockpitState {
        var snapshot = Sample.flying
        snapshot.engine?.timeScale = 60
        return Sample.cockpit(snapshot, clock: Sample.now - 7_000_000)
    }

    static func sinceLeft() -> CockpitState {
        var state = noLink(Sample.cockpit(Sample.flying))
        var snapshot = Sample.flying
        for number in 43...46 {
            snapshot.events?.append(
                EventTopic(
                    number: UInt64(number), time: Sample.now, tag: number == 44 ? "OUT" : "FILL",
                    severity: "info", text: "something that happened"))
        }
        _ = state.apply(.link(.connected(since: state.now)))
        _ = state.apply(.server(.snapshot(SnapshotNotification(subscription: 1, data: snapshot))))
        return state
    }

    static func sixPositions() -> CockpitState {
        var snapshot = Sample.flying
        snapshot.positions = (0..<6).map { index in
            var position = Sample.btc
            position.symbol = "COIN\(index)USDT"
            return position
        }
        snapshot.engine?.symbols = (0..<6).map { "COIN\($0)USDT" }
        return Sample.cockpit(snapshot).pressing("jjjjj")
    }
}
