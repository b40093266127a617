package import Messages
package import Trading

/// Everything that can happen to an order, as its state machine sees it.
package enum OrderInput: Hashable, Sendable {
    /// The approved order was handed to the performer.
    case handedOver
    case accepted
    case rejected(RejectReason)
    /// A fill was counted; a rest is left.
    case filledInPart
    /// A fill was counted; nothing is left.
    case filledWhole
    /// Our cancel was handed to the performer.
    case cancelSent
    case canceled
    case expired
    /// A conditional order fired: its market order is on its way under the same id.
    case triggered
    /// The cancel did not find the order.
    case cancelRejected
    case outcomeUnknown
    /// Our own performer did not send it.
    case withheld
    /// A complete reading of the account lists it as open.
    case seenOpen
    /// Readings of the account prove that it is not open at the venue.
    case provenGone
}

/// What the state machine answers.
package enum OrderStep: Hashable, Sendable {
    /// The state changed.
    case moved
    /// The input is legal and tells nothing new: a repeat, or a report that came late.
    case kept
    /// The input contradicts what is known. The state stays; the contradiction is reported once.
    case refused
}

extension OrderState {
    /// Takes one input and says what it did. Terminal states are final.
    ///
    /// Reports come late, twice and in another order than they happened, and that is normal: a fill before its
    /// acceptance, an acceptance after the last fill, a fill that crosses our cancel. `hasFills` says whether any
    /// fill
    /// of the order has been counted, so that an order seen open is known to be whole or partly filled.
    package mutating func receive(_ input: OrderInput, hasFills: Bool) -> OrderStep {
        let next = successor(of: input, hasFills: hasFills)
        guard let next else { return .refused }
        guard next != self else { return .kept }
        self = next
        return .moved
    }

    /// The state after `input`; the same one when it tells nothing new; `nil` when it contradicts.
    private func successor(of input: OrderInput, hasFills: Bool) -> OrderState? {
        switch self {
        case .intended, .submitting: beforeAnswer(input, hasFills: hasFills)
        case .resting, .partiallyFilled: whileOpen(input, hasFills: hasFills)
        case .canceling: whileCanceling(input)
        case .outcomeUnknown: whileUnknown(input, hasFills: hasFills)
        case .filled, .canceled, .expired, .rejected, .denied, .withheld, .abandoned: atEnd(input)
        }
    }

    private func beforeAnswer(_ input: OrderInput, hasFills: Bool) -> OrderState? {
        switch input {
        case .handedOver: .submitting
        case .accepted, .seenOpen, .triggered: hasFills ? .partiallyFilled : .resting
        case .rejected(let reason): .rejected(reason)
        case .filledInPart: .partiallyFilled
        case .filledWhole: .filled
        case .cancelSent: .canceling
        case .canceled: .canceled
        case .expired: .expired
        case .cancelRejected: self
        case .outcomeUnknown: .outcomeUnknown
        case .withheld: .withheld
        case .provenGone: hasFills ? .expired : .abandoned
        }
    }

    private func whileOpen(_ input: OrderInput, hasFills: Bool) -> OrderState? {
        switch input {
        case .handedOver, .accepted, .seenOpen, .triggered: self
        // A conditional order may be refused when it fires.
        case .rejected(let reason): .rejected(reason)
        case .filledInPart: .partiallyFilled
        case .filledWhole: .filled
        case .cancelSent: .canceling
        case .canceled: .canceled
        case .expired, .provenGone: .expired
        case .cancelRejected: .outcomeUnknown
        case .outcomeUnknown: self  // The venue's own word outranks our missing answer.
        case .withheld: nil  // The venue has it, so it was sent.
        }
    }

    private func whileCanceling(_ input: OrderInput) -> OrderState? {
        switch input {
        case .handedOver, .accepted, .seenOpen, .triggered, .filledInPart, .cancelSent: self
        case .rejected(let reason): .rejected(reason)
        case .filledWhole: .filled
        case .canceled: .canceled
        case .expired, .provenGone: .expired
        // Filled or gone: evidence will say which.
        case .cancelRejected, .outcomeUnknown: .outcomeUnknown
        case .withheld: .withheld
        }
    }

    private func whileUnknown(_ input: OrderInput, hasFills: Bool) -> OrderState? {
        switch input {
        case .handedOver, .outcomeUnknown, .cancelSent, .cancelRejected: self
        case .accepted, .seenOpen, .triggered: hasFills ? .partiallyFilled : .resting
        case .rejected(let reason): .rejected(reason)
        case .filledInPart: .partiallyFilled
        case .filledWhole: .filled
        case .canceled: .canceled
        case .expired: .expired
        case .withheld: .withheld
        case .provenGone: hasFills ? .expired : .abandoned
        }
    }

    private func atEnd(_ input: OrderInput) -> OrderState? {
        switch (self, input) {
        case (.filled, .accepted), (.filled, .triggered), (.filled, .outcomeUnknown),
            (.filled, .cancelSent), (.filled, .cancelRejected), (.filled, .filledWhole),
            (.filled, .provenGone), (.filled, .seenOpen):
            self
        case (.canceled, .accepted), (.canceled, .triggered), (.canceled, .outcomeUnknown),
            (.canceled, .cancelSent), (.canceled, .cancelRejected), (.canceled, .canceled),
            (.canceled, .expired), (.canceled, .filledInPart), (.canceled, .filledWhole),
            (.canceled, .provenGone), (.canceled, .seenOpen):
            self
        case (.expired, .accepted), (.expired, .triggered), (.expired, .outcomeUnknown),
            (.expired, .cancelSent), (.expired, .cancelRejected), (.expired, .canceled),
            (.expired, .expired), (.expired, .filledInPart), (.expired, .filledWhole),
            (.expired, .provenGone), (.expired, .seenOpen):
            self
        case (.rejected, .outcomeUnknown), (.rejected, .cancelSent), (.rejected, .cancelRejected),
            (.rejected, .rejected), (.rejected, .provenGone):
            self
        case (.withheld, .withheld), (.withheld, .cancelSent), (.withheld, .cancelRejected),
            (.withheld, .provenGone):
            self
        case (.abandoned, .cancelSent), (.abandoned, .cancelRejected),
            (.abandoned, .outcomeUnknown),
            (.abandoned, .provenGone):
            self
        case (_, _):
            nil
        }
    }
}
