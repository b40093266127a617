import Wire

// Closing one position: `x` shows what it is and arms `X` for it, for as long as `K` arms it for everything.

extension CockpitState {
    /// Opens the bar for the selected position. Sends nothing; again while it is open, only its time starts over.
    mutating func openCloseBar() {
        // While the guard bar is open `X` means kill, and goes on meaning it.
        guard guardBar == nil else { return }
        if isReadOnly {
            say("read-only: this cockpit may look, and touch nothing", isWarning: true)
            return
        }
        if closeBar != nil {
            closeBar?.closesAt = now + CockpitState.guardBarTime
            lastCloseTime = now
            return
        }
        guard let symbol = selectedSymbol, let positions = engine.data.positions else {
            say("no position is known yet; :close SYMBOL closes unseen", isWarning: true)
            return
        }
        guard let position = positions.first(where: { $0.symbol == symbol }) else {
            let others = positions.isEmpty ? "" : "; Tab selects one that is open"
            say("\(symbol) has no open position\(others)", isWarning: true)
            return
        }
        view.isHelpOpen = false
        frozen = nil
        ladderID = nil
        // The pointer stays on it, whatever the engine lists first by then.
        view.symbol = symbol
        // An `X` too many, or too late, is meant for this position: it must not become a kill.
        lastGuardTime = nil
        lastCloseTime = now
        closeBar = CloseBar(
            openedAt: now, closesAt: now + CockpitState.guardBarTime, symbol: symbol,
            side: position.side, quantity: position.quantity)
    }

    /// Closes the position that the bar shows.
    mutating func closePosition() -> [CockpitEffect] {
        guard let bar = closeBar else { return [] }
        dropCloseBar()
        let (id, effects) = order(.close, symbol: bar.symbol)
        if let id { ladderID = id }
        return effects
    }

    /// The operator has turned to something else.
    mutating func dropCloseBar() {
        closeBar = nil
        lastCloseTime = nil
    }

    mutating func expireCloseBar() {
        guard let bar = closeBar, now >= bar.closesAt else { return }
        closeBar = nil
        say("no X came: \(bar.symbol) was not closed, nothing was sent")
    }

    /// Closes the bar when its position is gone or has turned round: `X` must never close another one.
    mutating func checkCloseBar() {
        guard let bar = closeBar, engine.data.positions != nil, closingPosition == nil else {
            return
        }
        closeBar = nil
        say("\(bar.symbol) is not open \(bar.side) any more: nothing was sent", isWarning: true)
    }

    /// Says that an `X` found its bar closed; `false` when it was not meant for one position.
    ///
    /// Unlike the bar of `K` this one does not open again: a key that repeats would answer its own question.
    mutating func saysLateClose() -> Bool {
        guard let pressed = lastCloseTime, now - pressed <= CockpitState.lateKillTime else {
            return false
        }
        say("this X closed nothing: press x again, then X", isWarning: true)
        return true
    }
}
