package import Messages
package import Risk
package import Trading

/// Whether risk may be raised, and whether everything must be closed.
package struct Gate: Hashable, Sendable {
    package private(set) var state: GateState
    /// Raised by every closing of the gate: what was approved before cannot leave any more.
    package private(set) var epoch: GateEpoch
    /// Every position is to be closed for this reason, those too that appear later; `nil` when positions are kept.
    package private(set) var flatReason: ExitReason?
    /// The operator wants it flat, so that what others have opened is closed too, whatever the policy.
    package private(set) var closesObserved = false

    package init(state: GateState = .open, epoch: GateEpoch = GateEpoch(0)) {
        self.state = state
        self.epoch = epoch
        flatReason = nil
    }

    /// Closes the gate for entries. Latched and flattening are stronger and stay.
    mutating func pause() {
        switch state {
        case .open:
            state = .paused
            epoch = epoch.next
        case .paused, .flattening, .latched: break
        }
    }

    /// Orders everything closed; a latch stays.
    mutating func flatten(_ reason: ExitReason, byOperator: Bool) {
        if byOperator { closesObserved = true }
        switch state {
        case .open, .paused, .flattening: state = .flattening
        case .latched: break
        }
        epoch = epoch.next
        strengthen(reason)
    }

    /// Disarms, and orders everything closed.
    mutating func kill(byOperator: Bool) {
        if byOperator { closesObserved = true }
        state = .latched
        epoch = epoch.next
        strengthen(.kill)
    }

    /// Disarms; positions and their stops are kept unless a flatten runs already.
    mutating func halt() {
        state = .latched
        epoch = epoch.next
    }

    /// Takes up a flatten that an earlier run began; the state is what was recorded.
    mutating func resumeFlat(_ reason: ExitReason, byOperator: Bool) {
        if byOperator { closesObserved = true }
        strengthen(reason)
    }

    /// Releases the latch; entries stay paused.
    mutating func arm() {
        state = .paused
        epoch = epoch.next
        flatReason = nil
        closesObserved = false
    }

    /// What the operator wanted flat is flat: what others open from now on is left alone again.
    mutating func keepObserved() { closesObserved = false }

    mutating func resume() { state = .open }

    /// Everything is closed and confirmed: a flatten ends paused, a latch stays.
    mutating func endFlat() {
        flatReason = nil
        closesObserved = false
        if state == .flattening { state = .paused }
    }

    private mutating func strengthen(_ reason: ExitReason) {
        if let flatReason, flatReason.strength <= reason.strength { return }
        flatReason = reason
    }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(state.rawValue)
        hasher.combine(epoch.value)
        hasher.combine(flatReason?.rawValue ?? "")
        hasher.combine(closesObserved)
    }
}

extension ExitReason {
    /// The place in the order of strength, 0 strongest.
    var strength: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}
