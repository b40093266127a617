import CPosix
import Glibc

/// What the process was given.
enum Environment {
    /// The value of a variable; `nil` if it is unset or empty.
    static func value(_ name: String) -> String? {
        guard let pointer = getenv(name) else { return nil }
        let text = String(cString: pointer)
        return text.isEmpty ? nil : text
    }

    /// `$XDG_STATE_HOME/narwhal`, where engines keep their state directories.
    static var stateHome: String {
        (value("XDG_STATE_HOME") ?? (value("HOME") ?? "/") + "/.local/state") + "/narwhal"
    }

    /// Where the cockpit keeps what it remembers; made if it is not there.
    static var cockpitFolder: String {
        let folder = stateHome + "-cockpit"
        // Whether that worked shows when a file is written into it.
        for path in [value("XDG_STATE_HOME") ?? (value("HOME") ?? "/") + "/.local/state", folder] {
            mkdir(path, 0o700)
        }
        return folder
    }

    /// Where a person's own themes are.
    static var themeFolder: String {
        (value("XDG_CONFIG_HOME") ?? (value("HOME") ?? "/") + "/.config") + "/narwhal/themes"
    }
}

/// Wall time that never steps: the wall clock at the start, plus what has passed since.
///
/// A wall clock that is set back must not keep a kill command from being sent again.
struct SteadyClock {
    private let start = narwhal_wall_nanoseconds()
    private let monotonicStart = narwhal_monotonic_nanoseconds()

    /// Milliseconds since 1970.
    var now: Int64 { (start + narwhal_monotonic_nanoseconds() - monotonicStart) / 1_000_000 }
}

/// Files and folders, read whole and within bounds.
enum Files {
    /// The content of a file of at most `limit` bytes; `nil` with `errno` if it cannot be read, or is longer (`EFBIG`).
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            bytes += buffer[..<count]
            if bytes.count > limit {
                errno = EFBIG
                return nil
            }
        }
    }

    /// The names in a folder without hidden ones, sorted; at most 1,000, none if there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < 1_000, let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The folder of the running program, without a slash at its end.
    static func programFolder() -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return "." }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
