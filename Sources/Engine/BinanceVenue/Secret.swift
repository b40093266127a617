import Glibc

/// Bytes that must be seen by nobody: it prints `***`, cannot be encoded, and is overwritten when its last user is gone.
package final class Secret: Sendable {
    /// Written in `init` and `deinit` only.
    nonisolated(unsafe) private let bytes: UnsafeMutableRawBufferPointer

    package init(_ source: some Collection<UInt8>) {
        bytes = .allocate(byteCount: source.count, alignment: 1)
        bytes.copyBytes(from: source)
    }

    deinit {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        bytes.deallocate()
    }

    package var count: Int { bytes.count }

    /// Lends the bytes; they must not be kept.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(bytes))
    }

    /// Whether there are bytes, all of them printable ASCII without blanks.
    var isWord: Bool { count > 0 && withBytes { $0.allSatisfy { (33...126).contains($0) } } }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
