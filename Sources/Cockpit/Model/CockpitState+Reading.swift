package import Wire

extension CockpitState {
    /// What the panes show: the engine's data, or what they were frozen at.
    package var shown: Snapshot { frozen?.data ?? engine.data }

    /// How far the engine's data can be trusted.
    package var freshness: Freshness {
        let age = engine.lastDataAt.map { max(0, now - $0) }
        if !engine.link.isConnected {
            guard let age else { return .nothing }
            return .disconnected(age: age)
        }
        guard let age else { return .nothing }
        if age > CockpitState.staleAge { return .stale(age: age) }
        return age > CockpitState.lateAge ? .late(age: age) : .fresh
    }

    /// The engine publishes at least once a second: one and a half of those are late.
    package static let lateAge: Int64 = 1_500
    package static let staleAge: Int64 = 3_000

    /// Whether this cockpit may send commands, as far as is known.
    package var isReadOnly: Bool {
        setup.isReadOnly || engine.hello.map { !$0.mayCommand } ?? false
    }

    /// The engine's name; `nil` before anything was heard.
    package var engineName: String? { engine.data.engine?.name ?? engine.hello?.engine }
    package var mode: String? { engine.data.engine?.mode ?? engine.hello?.mode }
    package var gate: String? { engine.data.engine?.gate ?? engine.hello?.gate }
    package var timeScale: Double {
        let scale = engine.data.engine?.timeScale ?? engine.hello?.timeScale ?? 1
        return scale.isFinite && scale > 0 ? scale : 1
    }

    /// Symbols in the order of selection: those with positions, then the engine's others.
    package var symbols: [String] {
        var all: [String] = []
        let known =
            (shown.positions ?? []).map(\.symbol) + (shown.engine?.symbols ?? [])
            + (shown.entries ?? []).map(\.symbol)
        for symbol in known where !all.contains(symbol) { all.append(symbol) }
        return all
    }

    /// The symbol that the lower panes show; `nil` when none is known.
    package var selectedSymbol: String? {
        let all = symbols
        if let chosen = view.symbol, all.contains(chosen) { return chosen }
        return all.first
    }

    /// The same state with another symbol selected, for whoever writes all of them down.
    package func selecting(_ symbol: String) -> CockpitState {
        var copy = self
        copy.view.symbol = symbol
        return copy
    }

    package var selectedPosition: PositionTopic? {
        shown.positions?.first { $0.symbol == selectedSymbol }
    }
    package var selectedExit: ExitTopic? { shown.exits?.first { $0.symbol == selectedSymbol } }
    package var selectedEntry: EntryTopic? { shown.entries?.first { $0.symbol == selectedSymbol } }
    package var selectedFlow: FlowTopic? { shown.flow?.first { $0.symbol == selectedSymbol } }
    package var selectedMap: MapTopic? { shown.map?.first { $0.symbol == selectedSymbol } }

    /// The window that the flow pane shows of `flow`: the chosen one, else the longest.
    package func shownWindow(of flow: FlowTopic) -> FlowWindowTopic? {
        flow.windows.first { $0.window == view.window } ?? flow.windows.last
    }

    /// A series of the selected symbol with the number of its newest point; `kind` as in `SeriesTopic`.
    package func series(_ kind: String) -> (points: SeriesTopic, newestNumber: Int)? {
        guard let symbol = selectedSymbol,
            let points = shown.exitSeries?.first(where: { $0.symbol == symbol && $0.kind == kind }),
            !points.values.isEmpty
        else { return nil }
        let counter = engine.counters.first { $0.symbol == symbol && $0.kind == kind }
        return (points, counter?.newestNumber ?? points.values.count - 1)
    }

    /// The command whose ladder is shown.
    package var ladder: SentCommand? { commands.last { $0.request.id == ladderID } }

    /// The pause that the guard bar stands on.
    package var guardPause: SentCommand? {
        guard let id = guardBar?.pauseID else { return nil }
        return commands.last { $0.request.id == id }
    }

    /// Where keys go now.
    package var keyContext: KeyContext {
        if prompt != nil { return .prompt }
        if guardBar != nil { return .guardBar }
        if closeBar != nil { return .closeBar }
        if view.isHelpOpen { return .help }
        return view.kind == .exit ? .exit : .flight
    }

    /// The position that the close bar is about, as it is now; `nil` while no bar is open or it is not known.
    package var closingPosition: PositionTopic? {
        guard let bar = closeBar else { return nil }
        return engine.data.positions?.first { $0.symbol == bar.symbol && $0.side == bar.side }
    }

    /// The engine's symbols that the operator has paused by themselves, in the engine's order.
    package var pausedSymbols: [String] {
        (engine.data.entries ?? []).filter { $0.paused == true }.map(\.symbol)
    }

    /// The engine's symbols in which the venue takes exits only, in the engine's order.
    package var exitOnlySymbols: [String] {
        (engine.data.entries ?? []).filter { $0.tradable == false }.map(\.symbol)
    }

    /// The shell line that does the same without this cockpit.
    package func fallbackLine(_ request: CommandRequest) -> String {
        var words = ["narwhal", request.verb == .breakEven ? "break-even" : request.verb.rawValue]
        switch request.verb {
        case .kill, .flatten: words.append("--yes")
        case .arm: words.append("NAME")
        case .close, .reduce, .breakEven: words.append(request.symbol ?? "SYMBOL")
        case .pause, .resume: words += request.symbol.map { [$0] } ?? []
        case .halt: break
        }
        if let percent = request.percent { words.append("--percent \(percent)") }
        return (words + ["--socket", setup.endpoint]).joined(separator: " ")
    }
}
