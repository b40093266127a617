import CellGrid
import Glibc

/// Remembers the last event that was seen of each engine, for 'since you left'.
///
/// One small file per control socket under `$XDG_STATE_HOME/narwhal-cockpit`; losing it loses nothing else.
struct SeenEvents {
    private let path: String?

    init(endpoint: EngineEndpoint) {
        let name = endpoint.controlSocket.utf8.map { byte -> Character in
            let isPlain =
                byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39
                || byte >= 0x41 && byte <= 0x5A
            return isPlain ? Character(Unicode.Scalar(byte)) : "_"
        }
        path = name.count <= 200 ? Environment.cockpitFolder + "/seen" + String(name) : nil
    }

    /// The number of the last event; `nil` when this engine was never seen.
    func read() -> UInt64? {
        guard let path, let bytes = Files.read(path, limit: 64) else { return nil }
        return UInt64(String(decoding: bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
    }

    func write(_ number: UInt64?) {
        guard let path, let number else { return }
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        writeAll(Array("\(number)\n".utf8), to: descriptor)
        if close(descriptor) == 0 { rename(temporary, path) }
    }
}
