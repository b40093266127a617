import Glibc
import Text

/// Why a key file was refused, in one plain line; nothing of its content is in it.
package struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// An API key and its secret, read from a file that only its owner may read.
///
/// The file holds one JSON object, `{"apiKey": "…", "secret": "…"}`. The line that `narwhald exchange` prints is such an
/// object too: its other keys are allowed and not looked at; any further key is refused.
package struct KeyFile: Sendable {
    package let apiKey: Secret
    package let secret: Secret

    /// What a key file may hold at most.
    package static let maxBytes = 4096
    private static let maxWordBytes = 512

    /// Where a key file lies.
    package enum Place: Hashable, Sendable {
        /// An absolute path.
        case path(String)
        /// A name in the directory that the service manager names in `CREDENTIALS_DIRECTORY`.
        case credential(String)

        /// `nil` unless `text` is an absolute path, or `credential:` and a plain file name.
        package init?(_ text: String) {
            let prefix = "credential:"
            guard text.hasPrefix(prefix) else {
                guard text.hasPrefix("/"), !text.utf8.contains(0) else { return nil }
                self = .path(text)
                return
            }
            let name = String(text.dropFirst(prefix.count))
            let isPlain = name.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45, 46, 95: true
                default: false
                }
            }
            guard isPlain, (1...64).contains(name.utf8.count), name != ".", name != ".." else {
                return nil
            }
            self = .credential(name)
        }
    }

    /// Reads the file at `place`; `environment` is asked for `CREDENTIALS_DIRECTORY`.
    package init(_ place: Place, environment: [String: String]) throws(KeyFileError) {
        switch place {
        case .path(let path): try self.init(path: path, modes: [0o400])
        case .credential(let name):
            guard let directory = environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/")
            else {
                throw KeyFileError(
                    description:
                        "venue.keyFile names the credential \(name), but CREDENTIALS_DIRECTORY is not set; "
                        + "start the engine under systemd with LoadCredential=\(name):FILE")
            }
            // systemd gives its group the right to read, in a directory that nobody else may enter.
            try self.init(path: directory + "/" + name, modes: [0o400, 0o440])
        }
    }

    private init(path: String, modes: Set<mode_t>) throws(KeyFileError) {
        // O_NONBLOCK: a pipe of this name must not hold up the start.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ELOOP: throw Self.refusal(path, "is a symbolic link; name the file itself")
            case ENOENT:
                throw Self.refusal(
                    path, "does not exist; write the key and the secret into it and chmod 400 it")
            default:
                throw Self.refusal(path, "cannot be opened: \(String(cString: strerror(errno)))")
            }
        }
        defer { close(descriptor) }
        try Self.check(descriptor, path, modes)
        var buffer = [UInt8](repeating: 0, count: Self.maxBytes + 1)
        defer { buffer.withUnsafeMutableBytes { Self.wipe($0) } }
        let count = try Self.read(descriptor, path, into: &buffer)
        let words: Words
        do throws(JSONError) {
            words = try Self.parse(buffer.span.extracting(0..<count))
        } catch {
            throw Self.refusal(
                path,
                "is not one JSON object {\"apiKey\": \"…\", \"secret\": \"…\"} (at byte \(error.offset))"
            )
        }
        guard let keyRange = words.apiKey, let secretRange = words.secret else {
            throw Self.refusal(path, "holds no apiKey, or no secret")
        }
        let apiKey = Secret(buffer[keyRange])
        let secret = Secret(buffer[secretRange])
        guard apiKey.isWord, secret.isWord else {
            throw Self.refusal(
                path, "holds an apiKey or secret that is empty, or not printable ASCII")
        }
        self.apiKey = apiKey
        self.secret = secret
    }

    private static func refusal(_ path: String, _ problem: String) -> KeyFileError {
        KeyFileError(description: "the key file \(SafeText.clean(path)) \(problem)")
    }

    /// The key and the secret as the venue's requests need them.
    package func credentials() throws(KeyFileError) -> Credentials {
        do throws(Credentials.Problem) {
            return try Credentials(apiKey: Self.string(apiKey), secret: Self.string(secret))
        } catch {
            switch error {
            case .key:
                throw KeyFileError(
                    description:
                        "the key file's apiKey is not 1 to 128 letters and digits; copy it again")
            case .secret:
                throw KeyFileError(description: "the key file's secret is no secret of the venue")
            case .cryptography:
                throw KeyFileError(
                    description: "the system's libcrypto does not sign as it must; reinstall it")
            }
        }
    }

    private static func string(_ secret: Secret) -> String {
        secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
    }

    private static func check(
        _ descriptor: Int32, _ path: String, _ modes: Set<mode_t>
    ) throws(KeyFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw refusal(path, "cannot be looked at: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal(path, "is no regular file") }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw refusal(path, "belongs to another user; chown it to the user of the engine")
        }
        let mode = status.st_mode & 0o7777
        guard modes.contains(mode) else {
            throw refusal(
                path, "has mode \(String(mode, radix: 8)); only its owner may read it: chmod 400")
        }
        guard status.st_size <= maxBytes else {
            throw refusal(path, "is larger than \(maxBytes) bytes: this is no key file")
        }
    }

    private static func read(
        _ descriptor: Int32, _ path: String, into buffer: inout [UInt8]
    ) throws(KeyFileError) -> Int {
        var count = 0
        while count < buffer.count {
            let result = buffer[count...].withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if result < 0 && errno == EINTR { continue }
            guard result >= 0 else {
                throw refusal(path, "cannot be read: \(String(cString: strerror(errno)))")
            }
            if result == 0 { break }
            count += result
        }
        guard count <= maxBytes else {
            throw refusal(path, "is larger than \(maxBytes) bytes: this is no key file")
        }
        return count
    }

    /// Where the bytes of both stand in the text.
    private struct Words {
        var apiKey: Range<Int>?
        var secret: Range<Int>?
    }

    private static func parse(_ bytes: Span<UInt8>) throws(JSONError) -> Words {
        var cursor = try JSONCursor(bytes, maxLength: maxBytes)
        var words = Words()
        var seen: [String] = []
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            let place = key.start
            let name = text(bytes, place, key.length)
            guard !seen.contains(name) else { throw JSONError(.duplicateKey, at: place) }
            seen.append(name)
            switch name {
            case "apiKey": words.apiKey = try word(&cursor, bytes)
            case "secret": words.secret = try word(&cursor, bytes)
            case "rest", "ws", "pid", "checksTimestamps": try cursor.skipValue()
            default: throw JSONError(.unexpectedByte, at: place)
            }
        }
        try cursor.end()
        return words
    }

    private static func text(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> String {
        var kept: [UInt8] = []
        for index in start..<(start + min(length, 64)) { kept.append(bytes[index]) }
        return String(decoding: kept, as: UTF8.self)
    }

    /// Where a string without escapes stands: no copy of it is left behind.
    private static func word(
        _ cursor: inout JSONCursor, _ bytes: Span<UInt8>
    ) throws(JSONError) -> Range<Int> {
        let start = cursor.position
        try cursor.skipValue()
        // Blanks and a colon come before the quote.
        var first = start
        while first < cursor.position, bytes[first] != 34 { first += 1 }
        let last = cursor.position - 1
        guard first < last, bytes[last] == 34, last - first - 1 <= maxWordBytes else {
            throw JSONError(.wrongType, at: start)
        }
        for index in (first + 1)..<last where bytes[index] == 92 {
            throw JSONError(.unexpectedByte, at: start)
        }
        return (first + 1)..<last
    }
}

extension KeyFile: CustomStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
