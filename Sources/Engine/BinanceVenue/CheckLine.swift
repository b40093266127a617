/// One thing that was looked at before orders are sent, with what was found and what to do about it.
package struct CheckLine: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable {
        case ok
        /// Trading is possible; somebody should know.
        case warning
        /// Trading is refused.
        case failure
    }

    /// Short and unique within one list; does not change.
    package let name: String
    package let verdict: Verdict
    package let text: String
    /// What to do; `nil` when nothing is to be done.
    package let advice: String?

    package init(_ name: String, _ verdict: Verdict, _ text: String, advice: String? = nil) {
        self.name = name
        self.verdict = verdict
        self.text = text
        self.advice = advice
    }

    /// In one line.
    package var description: String {
        let word =
            switch verdict {
            case .ok: "ok  "
            case .warning: "warn"
            case .failure: "FAIL"
            }
        return "\(word)  \(name): \(text)" + (advice.map { " -> \($0)" } ?? "")
    }
}
