import CellGrid
import CockpitModel
import CockpitViews
import Testing
import Wire

struct ScreenTests {
    static let glyphs: [Glyphs] = [.braille, .block, .ascii]

    @Test(arguments: glyphs)
    func `every line of every screen is exactly as wide as the terminal`(glyphs: Glyphs) {
        for (_, state, _) in GoldenTests.screens {
            let grid = CockpitScreen.draw(state, glyphs: glyphs)
            #expect(grid.columns == state.view.columns && grid.rows == state.view.rows)
            for row in 0..<grid.rows {
                let cells = grid.cells(ofRow: row)
                let text = cells.map(\.text).joined()
                #expect(DisplayWidth.of(text) == grid.columns, "row \(row): \(text)")
            }
        }
    }

    @Test
    func `ASCII screens are ASCII throughout`() {
        for (name, state, glyphs) in GoldenTests.screens where glyphs == .ascii {
            let text = CockpitScreen.draw(state, glyphs: .ascii).text
            #expect(text.unicodeScalars.allSatisfy { $0.isASCII }, "\(name)")
        }
    }

    @Test(arguments: glyphs)
    func `no size is refused`(glyphs: Glyphs) {
        let states = [
            Sample.cockpit(nil), Sample.cockpit(Sample.flying), Sample.cockpit(Sample.flat),
        ]
        for state in states + [
            GoldenTests.guardBar(states[1]), GoldenTests.ladder(states[1], upTo: 3),
            states[1].pressing("x"), states[1].pressing("3"), states[2].pressing("3"),
            Sample.cockpit(nil).pressing("3"), Sample.cockpit(Sample.degraded).pressing("3"),
            Sample.cockpit(Sample.drifting), states[1].pressing("?"),
            GoldenTests.refusedBreakEven(columns: 80, rows: 24),
        ] {
            for rows in [0, 1, 2, 3, 5, 8, 23, 24, 25, 27, 35, 36, 70] {
                for columns in [0, 1, 2, 7, 20, 40, 79, 80, 81, 119, 120, 133, 250] {
                    let sized = state.with(.resize(columns: columns, rows: rows))
                    let grid = CockpitScreen.draw(sized, glyphs: glyphs)
                    #expect(grid.rows == rows && grid.columns == columns)
                }
            }
        }
    }

    @Test(arguments: [(20, 5), (40, 12), (79, 24), (80, 23)])
    func `the smallest screens keep the status, the positions and the way to kill`(
        columns: Int, rows: Int
    ) {
        let text = CockpitScreen.draw(
            Sample.cockpit(Sample.flying, columns: columns, rows: rows), glyphs: .ascii
        ).text
        for word in ["PAPER", "SAFE", "BTC", "ETH", "K X KILL"] { #expect(text.contains(word)) }
    }

    @Test
    func `a loud word stays whole when there is little room`() {
        let text = CockpitScreen.draw(GoldenTests.naked(columns: 20, rows: 5), glyphs: .ascii).text
        #expect(text.contains("NAKED"))
    }

    @Test
    func `old values keep no color of profit, loss or safety`() {
        let state = Sample.cockpit(Sample.flying)
        for old in [state.after(4_000), GoldenTests.noLink(state)] {
            let letters = CockpitScreen.draw(old, glyphs: .ascii).roleLetters
            for letter in "+Lobsp" { #expect(!letters.contains(letter), "\(letter)") }
        }
        let fresh = CockpitScreen.draw(state, glyphs: .ascii).roleLetters
        for letter in "+Lobsp" { #expect(fresh.contains(letter), "\(letter)") }
    }

    @Test
    func `the top four lines are never frozen`() {
        var state = Sample.cockpit(Sample.flying).pressing(" ")
        var account = Sample.account
        account.dayTotal = "-99.99"
        _ = state.apply(
            .server(.delta(DeltaNotification(subscription: 1, n: 1, change: .account(account)))))
        let lines = CockpitScreen.draw(state, glyphs: .ascii).text.split(separator: "\n")
        #expect(lines[2].contains("-99.99"))
        #expect(lines[4].contains("FROZEN"))
    }

    @Test
    func `hostile text and numbers are drawn harmlessly`() {
        var snapshot = Sample.flying
        let evil =
            "\u{1B}]0;pwned\u{7}\u{202E}\u{9B}2J" + String(repeating: "x\u{301}", count: 5_000)
        snapshot.engine?.name = evil
        snapshot.engine?.host = evil
        snapshot.engine?.mode = evil
        snapshot.engine?.gate = evil
        snapshot.engine?.notReady = evil
        snapshot.engine?.engineTime = .min
        snapshot.engine?.startedAt = .max
        snapshot.engine?.timeScale = 1e-300
        snapshot.positions?[0].symbol = evil
        snapshot.positions?[0].side = evil
        snapshot.positions?[0].leverage = .min
        snapshot.positions?[0].quantity = evil
        snapshot.positions?[0].multipleOfR = .nan
        snapshot.positions?[0].openedAt = .max
        snapshot.positions?[0].liquidationDistance = -.infinity
        snapshot.exits?[0].symbol = evil
        snapshot.exits?[0].probability = .nan
        snapshot.exits?[0].threshold = .infinity
        snapshot.exits?[0].until = .max
        snapshot.exits?[0].overSince = .max
        snapshot.entries?[0].symbol = evil
        snapshot.entries?[0].nextDecisionAt = .max
        snapshot.entries?[0].signalRate = .nan
        snapshot.flow?[0].symbol = evil
        snapshot.flow?[0].lastSeenAgeMs = .max
        snapshot.flow?[0].windows[2].whaleBuy = "-99999999999999999999999999999999"
        snapshot.map?[0].symbol = evil
        snapshot.map?[0].nearest = .max
        snapshot.map?[0].strongest = -1
        snapshot.map?[0].clusters[0].distance = .nan
        snapshot.guards?[0].blocks24h = .max
        snapshot.guards?[1].blocks24h = .max
        for index in 0..<(snapshot.guards?.count ?? 0) { snapshot.guards?[index].symbol = evil }
        snapshot.safety?.nakedQuantity = evil
        snapshot.safety?.openPositions = .max
        snapshot.account?.drawdown = .nan
        snapshot.account?.dayTotal = evil
        snapshot.session?.since = .min
        snapshot.session?.winRate = .infinity
        snapshot.session?.lastTrade?.openedAt = .min
        snapshot.session?.lastTrade?.closedAt = .max
        snapshot.funnel?.blocksByGuard = [evil: .max]
        snapshot.events = [
            EventTopic(number: .max, time: .min, tag: evil, severity: evil, text: evil)
        ]
        snapshot.exits?[0].slopePerMinute = .infinity
        snapshot.exits?[0].crossesInMs = .min
        snapshot.exits?[0].contributors = [
            ContributionTopic(name: evil, value: .nan),
            ContributionTopic(name: evil, value: -.infinity),
        ]
        snapshot.exits?[0].members = [
            MemberTopic(id: evil, weight: .nan, probability: .infinity),
            MemberTopic(id: evil, weight: -1, probability: nil, absent: evil),
        ]
        snapshot.positions?[0].foreign = evil
        snapshot.entries?[0].longAbsent = evil
        snapshot.entries?[0].longThreshold = ThresholdTopic(
            value: .nan, base: .infinity, lowest: -.infinity, highest: .nan, pinned: true,
            stuck: false, signalRate: .nan, expectedSignalRate: .infinity, candlesSinceSignal: .min)
        snapshot.entries?[0].policy = PolicyTopic(
            mode: evil, action: evil, actions: [PolicyActionTopic(action: evil, probability: .nan)],
            at: .max)
        snapshot.models = ModelsTopic(
            name: evil, digest: evil, note: evil, schema: evil, degraded: true,
            members: [
                ModelMemberTopic(
                    id: evil, kind: evil, role: evil, weight: .nan, state: "absent", why: evil)
            ],
            drift: [
                DriftTopic(
                    role: evil, word: "alarm", rows: .min, neededRows: .max,
                    worst: [DriftFeatureTopic(name: evil, psi: .nan)], outputPsi: .infinity),
                DriftTopic(
                    role: evil, word: evil, rows: .max, neededRows: .min, worst: [], outputPsi: nil),
            ], changedAt: .min, changedBy: evil, problem: evil)
        snapshot.exitSeries?[1].times = [.min, .max]
        snapshot.exitSeries?[0].symbol = evil
        snapshot.exitSeries?[0].values = [.nan, .infinity, -1, 2]
        for (columns, rows) in [(80, 24), (120, 40), (40, 12), (20, 5)] {
            let state = Sample.cockpit(snapshot, columns: columns, rows: rows)
            _ = CockpitScreen.draw(state.pressing("x"), glyphs: .braille)
            for one in [state, state.pressing("3")] {
                let grid = CockpitScreen.draw(one, glyphs: .braille)
                #expect(grid.text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
                #expect(!grid.text.unicodeScalars.contains("\u{202E}"))
            }
            let plain = PlainText.lines(state).joined(separator: "\n")
            #expect(plain.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        }
    }

    @Test
    func `the plain text says what the screen says`() {
        let lines = PlainText.lines(Sample.cockpit(Sample.flying))
        #expect(
            lines == [
                "PAPER  btc-1@fra1  RUNNING  model scorecard  profile bracket  up 6d03h  link 41ms  feeds 9/9  clock +4ms"
                    + "  14:07:34Z",
                "SAFE  stops 2/2 at exchange, seen 1s ago  naked 0  unknown 0  reconciled 12s ago  foreign orders 0",
                "DAY +59.52 = closed +61.20 open +5.17 fees -6.44 fund -0.41  EQUITY 10,450.75  cash 10,445.58",
                "ROOM 371 to day halt at -311  loss run 1/5  trades 4/20  DD -1.8/-20%  margin 9%",
                "POSITIONS 2",
                "POSITION BTCUSDT long 3x qty 0.015 entry 97,210.0 mark 97,464.3 PnL +3.81 (+0.50R) stop 96,704.5"
                    + " at exchange liquidation 65,120.0 (-33.2%) target 100,671.0 close now +2.90 net",
                "POSITION ETHUSDT short 3x qty 0.4 entry 3,412.50 mark 3,409.10 PnL +1.36 (+0.19R) stop 3,430.30"
                    + " at exchange liquidation 4,527.00 (+32.8%) close now +0.60 net",
                "close all now: +3.50 net  every stop hit: -21.30 = -0.2% of equity",
                "EXIT BTCUSDT p .63 over .603  WANTS OUT, HELD 48m more  (exit p)  margin +.027"
                    + "  seen .02-.66 since entry  acts at the first close after the hold"
                    + "  why  +.19 whales sell  +.12 magnet near  -.05 trend",
                "ENTRY BTCUSDT next in 2m27s  LONG .61 needs .630  -.020  base .686  SHORT .48 needs .500"
                    + "  -.020  base .505  signals 5.6% of 6.1%"
                    + "  if LONG fired now: whale-intent 49 > 30 refuses  if SHORT: nothing refuses"
                    + "  LONG  why  +.14 taker buys  -.11 whale flow  +.08 momentum",
                "FLOW BTCUSDT 15m  WHALE sell 4.31M buy 1.49M net -2.82M one-sided 49/100"
                    + "  RETAIL sell 2.10M buy 2.71M net +610k one-sided 13/100",
                "FLOW BTCUSDT DIVERGE whales sell, retail buys 6m  taker buy/sell 5m 0.73",
                "MAP BTCUSDT mark 97,464.3  SHORT 99,510.0 +2.1% 41M strongest  SHORT 98,240.0 +0.8% 12M nearest"
                    + "  LONG 96,590.0 -0.9% 22M  LONG 95,900.0 -1.6% 38M",
                "GUARDS BTCUSDT 6 pass  BLOCK whale-intent L  NO DATA fear-greed  24h 11 refused",
                "EXIT ETHUSDT p .21 under .603  stays  margin -.393  seen .18-.30 since entry"
                    + "  acts at the close in 2m27s",
                "ENTRY ETHUSDT next in 2m27s  LONG .22 needs .630  -.410  base .686  SHORT  -"
                    + "  signals 4.0% of 6.1%  if LONG fired now: nothing refuses",
                "LAST TRADE last  BTC LONG closed 13:58 by exit p .66  +8.15 net  +0.41R  held 58m",
                "WHY NO TRADE 24h  288 closes  17 signals  -11 guards  (whale-intent 6 taker-aggression 3 long-trap 2)"
                    + "  -3 risk  = 3 orders",
                "SESSION 2h14m  4 trades 3W 1L  win 75% [30-95]  hold 38m  L3 S1  PF 2.1  net +54.35",
                "LOG 13:58:12Z OUT BTCUSDT LONG by exit p .66, +8.15, held 58m",
                "LOG 14:05:00Z NO BTC LONG .71 whale-intent",
                "LOG 14:07:02Z FILL ETH S .4 slip +0.3bp",
            ])
    }

    @Test
    func `every plain line of an engine that is not heard says that it is old`() {
        let lines = PlainText.lines(GoldenTests.noLink(Sample.cockpit(Sample.flying)))
        #expect(
            lines.first
                == "NO LINK 12s - last data 14:07:33Z - retry 3 in 2s - ENGINE STATE UNKNOWN")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("OLD ") })
    }
}
