import Foundation

/// A bar on standard error for work that takes longer than a moment; nothing when that is no terminal.
struct ProgressBar {
    private let title: String
    private let isShown: Bool
    private var percent = -1

    private static let width = 40

    init(_ title: String) {
        self.title = title
        isShown = isatty(STDERR_FILENO) == 1
    }

    /// Shows the share that is done, 0...1.
    mutating func show(_ share: Double) {
        let now = Int(max(0, min(1, share)) * 100)
        guard isShown, now != percent else { return }
        percent = now
        let full = now * Self.width / 100
        let bar =
            String(repeating: "#", count: full) + String(repeating: "-", count: Self.width - full)
        write("\r\(title) [\(bar)] \(now) %")
    }

    /// Takes the bar away.
    func clear() {
        if isShown && percent >= 0 { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
