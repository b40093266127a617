import Wire

extension CockpitState {
    mutating func press(_ key: CockpitKey) -> [CockpitEffect] {
        if key == .paste {
            say("pasted text is ignored")
            return []
        }
        if prompt != nil, let effects = type(key) { return effects }
        guard let binding = KeyTable.binding(for: key, in: keyContext) else {
            // An `X` whose bar has closed must not fall silent: somebody wants out.
            return key == .character("X") ? lateStop() : []
        }
        if binding.action == .sayAbsent {
            say("there is no view \(key.name) yet: 1 is Flight, 3 is Exit")
            return []
        }
        return perform(binding.action)
    }

    private mutating func perform(_ action: KeyAction) -> [CockpitEffect] {
        switch action {
        case .openGuardBar: return openGuardBar()
        case .kill: return act(.kill)
        case .flatten: return act(.flatten)
        case .halt: return act(.halt)
        case .openCloseBar: openCloseBar()
        case .closePosition: return closePosition()
        case .pause: return pause()
        case .openPrompt:
            prompt = Prompt()
            guardBar = nil
            dropCloseBar()
        case .runPrompt: return runPrompt()
        case .completePrompt:
            let known = symbols
            prompt?.complete(themes: setup.themes, symbols: known)
        case .erasePrompt:
            if prompt?.text.isEmpty ?? true { prompt = nil } else { prompt?.text.removeLast() }
        case .toggleHelp:
            view.isHelpOpen.toggle()
            view.helpLine = 0
        case .leave: leave()
        case .showFlight: show(.flight)
        case .showExit: show(.exit)
        // Answered by the key itself.
        case .sayAbsent: return []
        case .selectNext: select(by: 1)
        case .selectPrevious: select(by: -1)
        case .nextSymbol: selectNextSymbol()
        case .nextWindow: selectNextWindow()
        case .nextSpan: view.showsWholeHistory.toggle()
        case .toOldest: scroll(to: .max)
        case .toNewest: scroll(to: 0)
        case .pageBack: scroll(by: 10)
        case .pageForward: scroll(by: -10)
        case .lineBack: scroll(by: 1)
        case .lineForward: scroll(by: -1)
        case .nextTheme: return nextTheme()
        case .freeze: toggleFreeze()
        case .repaint: return [.repaint]
        case .quit: return [.quit(farewell)]
        }
        return []
    }

    // MARK: The stop

    /// The first key: pauses at once and opens the bar. Again while it is open: only its time starts over.
    private mutating func openGuardBar() -> [CockpitEffect] {
        prompt = nil
        dropCloseBar()
        view.isHelpOpen = false
        frozen = nil
        lastGuardTime = now
        ladderID = nil
        if guardBar != nil {
            guardBar?.closesAt = now + CockpitState.guardBarTime
            return []
        }
        let (id, effects) = order(.pause)
        guard !isReadOnly else { return effects }
        guardBar = GuardBar(
            openedAt: now, closesAt: now + CockpitState.guardBarTime, pauseID: id, lateBy: nil)
        return effects
    }

    private mutating func act(_ verb: CommandVerb) -> [CockpitEffect] {
        let (id, effects) = order(verb)
        guard let id else { return effects }
        guardBar = nil
        lastGuardTime = nil
        ladderID = id
        return effects
    }

    /// An `X` without a bar: soon after a `K` the line was slow, and the bar opens again; otherwise it only says how.
    private mutating func lateStop() -> [CockpitEffect] {
        guard keyContext != .prompt else { return [] }
        if saysLateClose() { return [] }
        guard let pressed = lastGuardTime, now - pressed <= CockpitState.lateKillTime else {
            say("X kills only after K: press K, then X", isWarning: true)
            return []
        }
        let effects = openGuardBar()
        guardBar?.lateBy = now - pressed
        return effects
    }

    /// An `X` later than this after its `K` means nothing any more.
    static let lateKillTime: Int64 = 120_000

    private mutating func pause() -> [CockpitEffect] {
        let (id, effects) = order(.pause)
        if let id { ladderID = id }
        return effects
    }

    // MARK: The command line

    /// A key for the command line; `nil` when it is not for it.
    private mutating func type(_ key: CockpitKey) -> [CockpitEffect]? {
        guard case .character(let scalar) = key else { return nil }
        // No command begins with a capital: a `K` there is the stop key of somebody in a hurry.
        if scalar == "K", (prompt?.words.count ?? 0) < 2, !(prompt?.text.hasSuffix(" ") ?? false) {
            return openGuardBar()
        }
        let isPlain = scalar.value >= 0x20 && scalar.value < 0x7F
        if isPlain, (prompt?.text.utf8.count ?? 0) < Prompt.maxLength {
            prompt?.text.unicodeScalars.append(scalar)
        }
        return []
    }

    private mutating func runPrompt() -> [CockpitEffect] {
        let parsed = prompt?.parsed ?? .nothing
        prompt = nil
        switch parsed {
        case .nothing: return []
        case .wrong(let why):
            say(why, isWarning: true)
            return []
        case .order(let order): return run(order)
        case .theme(let name):
            guard setup.themes.contains(name) else {
                say("there is no theme '\(name)'", isWarning: true)
                return []
            }
            return [.useTheme(name)]
        case .help:
            view.isHelpOpen = true
            view.helpLine = 0
            return []
        case .quit: return [.quit(farewell)]
        }
    }

    private mutating func run(_ typed: Prompt.Order) -> [CockpitEffect] {
        let (id, effects) = order(
            typed.verb, name: typed.name, symbol: typed.symbol, percent: typed.percent)
        if let id { ladderID = id }
        return effects
    }

    // MARK: Looking around

    private mutating func show(_ kind: ViewKind) {
        view.isHelpOpen = false
        view.kind = kind
    }

    /// Closes what lies on top.
    private mutating func leave() {
        if prompt != nil {
            prompt = nil
        } else if guardBar != nil {
            guardBar = nil
        } else if closeBar != nil {
            dropCloseBar()
        } else if ladderID != nil {
            ladderID = nil
        } else if view.isHelpOpen {
            view.isHelpOpen = false
        } else if frozen != nil {
            frozen = nil
        } else if notice != nil {
            notice = nil
        } else if sinceLeft != nil {
            sinceLeft = nil
        } else {
            view.logOffset = 0
        }
    }

    private mutating func select(by step: Int) {
        let all = symbols
        guard let current = selectedSymbol, let index = all.firstIndex(of: current) else { return }
        view.symbol = all[(index + step + all.count) % all.count]
    }

    /// Goes through the engine's symbols in the engine's order, positions or not.
    private mutating func selectNextSymbol() {
        let all = shown.engine?.symbols ?? symbols
        guard !all.isEmpty else { return }
        let index = all.firstIndex { $0 == selectedSymbol } ?? -1
        view.symbol = all[(index + 1) % all.count]
    }

    private mutating func selectNextWindow() {
        guard let windows = selectedFlow?.windows, !windows.isEmpty else { return }
        let index = windows.firstIndex { $0.window == view.window } ?? -1
        view.window = windows[(index + 1) % windows.count].window
    }

    /// Back is towards older lines of the log, or upwards in help.
    private mutating func scroll(by lines: Int) {
        if view.isHelpOpen {
            scrollHelp(to: view.helpLine - lines)
        } else {
            scroll(to: max(0, view.logOffset + lines))
        }
    }

    private mutating func scroll(to offset: Int) {
        if view.isHelpOpen {
            scrollHelp(to: offset == .max ? 0 : .max)
        } else {
            view.logOffset = min(offset, max(0, (shown.events?.count ?? 0) - 1))
        }
    }

    private mutating func scrollHelp(to line: Int) {
        let count = KeyTable.all.count + Prompt.commands.count
        view.helpLine = min(max(0, line), count - 1)
    }

    private mutating func toggleFreeze() {
        if frozen != nil {
            frozen = nil
        } else {
            frozen = Frozen(data: engine.data, since: now, until: now + CockpitState.freezeTime)
        }
    }

    private mutating func nextTheme() -> [CockpitEffect] {
        guard !setup.themes.isEmpty else {
            say("there are no other themes")
            return []
        }
        let index = setup.themes.firstIndex(of: view.theme) ?? -1
        return [.useTheme(setup.themes[(index + 1) % setup.themes.count])]
    }

    /// The shell has loaded this theme.
    package mutating func themeIsUsed(_ name: String) {
        view.theme = name
        say("theme \(name)")
    }

    /// The shell could not do what an effect asked.
    package mutating func report(_ problem: String) { say(problem, isWarning: true) }

    /// What is printed when the cockpit is left: leaving never stops the engine.
    var farewell: String {
        let name = engineName ?? "the engine"
        var text = "The cockpit is closed; \(name) keeps running"
        if freshness.isTrusted, let data = engine.data.engine {
            let count = engine.data.positions?.count ?? 0
            text +=
                ": \(data.mode), gate \(data.gate), \(count) position\(count == 1 ? "" : "s") open."
        } else {
            text += " as far as is known: its present state is not."
        }
        if let lost = commands.last(where: { $0.isOpen && $0.request.verb.stops }) {
            text += " Your \(lost.request.words) was NOT DELIVERED; run: "
            text += fallbackLine(lost.request)
        }
        return text
    }
}
