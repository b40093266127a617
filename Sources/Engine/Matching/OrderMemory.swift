package import Trading

/// What a query of the account answers: what the venue knows of the orders asked for, then the reading.
package struct AccountAnswer: Hashable, Sendable {
    /// Everything that the venue has said of the orders it knows, in its order; told before the reading.
    package var found: [OrderReport]
    package var snapshot: AccountSnapshot
}

/// What a simulated venue has said about our orders, so that it can be asked for one of them by its client id.
///
/// Bounded: the newest `capacity` reports are kept. Of an order whose acceptance is forgotten, it says that it does
/// not know it, as a venue does with orders of long ago.
struct OrderMemory: Sendable {
    private var reports: [OrderReport] = []
    private let capacity: Int

    init(capacity: Int = 4_096) { self.capacity = capacity }

    mutating func add(_ report: OrderReport) {
        switch report.kind {
        case .accepted, .rejected, .filled, .canceled, .expired, .triggered: break
        // Not about what became of the order.
        case .cancelRejected, .outcomeUnknown, .withheld: return
        }
        // By halves, so that it is cheap.
        if reports.count >= capacity * 2 { reports.removeFirst(capacity) }
        reports.append(report)
    }

    /// What was said of the order; `nil` when it was never accepted, since a venue does not keep what it refused.
    private func answer(_ question: OrderQuestion) -> [OrderReport]? {
        let said = reports.suffix(capacity).filter {
            $0.clientOrderID == question.clientOrderID && $0.instrument == question.instrument
        }
        guard
            let first = said.firstIndex(where: {
                if case .accepted = $0.kind { true } else { false }
            })
        else { return nil }
        return Array(said[first...])
    }

    /// Answers `questions`; an open order is known from the list of `snapshot` even when its reports are forgotten.
    func answer(_ questions: [OrderQuestion], _ snapshot: AccountSnapshot) -> AccountAnswer {
        var answer = AccountAnswer(found: [], snapshot: snapshot)
        for question in questions {
            if let said = self.answer(question) {
                answer.found += said
            } else if !snapshot.openOrders.contains(where: {
                $0.request.clientOrderID == question.clientOrderID
                    && $0.request.instrument == question.instrument
            }) {
                answer.snapshot.missing.append(question.clientOrderID)
            }
        }
        return answer
    }
}
