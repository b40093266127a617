import Foundation

/// Says on standard error how far a stage is: a bar that moves when that is a terminal, else one line a stage.
package final class Progress {
    private let isTerminal: Bool
    private let start = Date()
    private var stage = ""
    private var stageStart = Date()
    private var lastShown = -1

    package init(isTerminal: Bool) { self.isTerminal = isTerminal }

    /// Shows that `share` of `stage` is done, 0...1.
    package func show(_ stage: String, _ share: Double) {
        if stage != self.stage {
            finish()
            self.stage = stage
            stageStart = Date()
            if !isTerminal { write("\(stage) ...\n") }
        }
        let percent = Int((min(max(share, 0), 1) * 100).rounded(.down))
        guard isTerminal, percent != lastShown else { return }
        lastShown = percent
        let filled = percent * 30 / 100
        let bar =
            String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        write("\r\u{1B}[K\(stage) [\(bar)] \(percent) %")
    }

    /// Ends the stage that is shown, and says how long it took.
    package func finish() {
        guard !stage.isEmpty else { return }
        let seconds = Date().timeIntervalSince(stageStart)
        let took = "\(stage): \(Self.text(seconds)) s\n"
        write(isTerminal ? "\r\u{1B}[K" + took : took)
        stage = ""
        lastShown = -1
    }

    /// Says one line.
    package func say(_ line: String) {
        finish()
        write(line + "\n")
    }

    /// Seconds since it was made.
    package var elapsed: Double { Date().timeIntervalSince(start) }

    static func text(_ seconds: Double) -> String {
        "\(Double(Int((seconds * 10).rounded())) / 10)"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
