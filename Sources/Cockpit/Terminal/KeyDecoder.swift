/// Turns the bytes of a terminal into keys.
///
/// Reads what xterm and everything like it sends, in normal and application mode. Between the two marks of a bracketed
/// paste nothing becomes a key. It has no clock: when no byte has come for a while (``escapeMilliseconds``) while
/// ``isWaiting``, the owner calls ``expire()``.
package struct KeyDecoder: Sendable {
    private var state = State.ground

    /// How long the rest of a sequence may take; a lone Escape is known after this time.
    package static let escapeMilliseconds = 25
    /// How long a paste may pause; a terminal that never ends its paste must not swallow the kill keys.
    package static let pasteMilliseconds = 2_000

    private enum State: Hashable {
        case ground
        case escape
        case control([UInt8])
        /// After ESC O.
        case single
        /// The rest of an answer of the terminal (OSC, DCS), which ends with BEL or ESC \.
        case string(escaped: Bool)
        /// Bytes of an unfinished UTF-8 character, and how many are missing.
        case character([UInt8], missing: Int)
        /// How much of the end mark has been seen.
        case paste(matched: Int)
        /// ESC [ M of an old mouse report: three more bytes.
        case mouse(missing: Int)
    }

    package init() {}

    /// Whether a sequence has begun and not ended.
    package var isWaiting: Bool { state != .ground }
    /// Whether a paste has begun and not ended.
    package var isPasting: Bool {
        if case .paste = state { true } else { false }
    }

    /// Takes bytes and returns the keys that they complete.
    package mutating func decode(_ bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { decode(byte, into: &keys) }
        return keys
    }

    /// No byte has come for too long: what has begun ends here.
    package mutating func expire() -> [Key] {
        defer { state = .ground }
        switch state {
        case .ground, .string, .mouse: return []
        case .escape: return [.escape]
        case .control: return [.alt("[")]
        case .single: return [.alt("O")]
        case .character: return [.unrecognized]
        case .paste: return [.paste]
        }
    }

    private mutating func decode(_ byte: UInt8, into keys: inout [Key]) {
        switch state {
        case .ground: ground(byte, into: &keys)
        case .escape: afterEscape(byte, into: &keys)
        case .control(let parameters): control(byte, parameters, into: &keys)
        case .single:
            state = .ground
            keys.append(KeyDecoder.single(byte))
        case .string(let escaped):
            if byte == 0x07 || byte == 0x9C || escaped && byte == 0x5C {
                state = .ground
            } else {
                state = .string(escaped: byte == 0x1B)
            }
        case .character(let begun, let missing): character(byte, begun, missing, into: &keys)
        case .paste(let matched): paste(byte, matched, into: &keys)
        case .mouse(let missing): state = missing > 1 ? .mouse(missing: missing - 1) : .ground
        }
    }

    private mutating func ground(_ byte: UInt8, into keys: inout [Key]) {
        switch byte {
        case 0x1B: state = .escape
        case 0x0D, 0x0A: keys.append(.enter)
        case 0x09: keys.append(.tab)
        case 0x08, 0x7F: keys.append(.backspace)
        case 0x00: keys.append(.control(" "))
        case 0x01...0x1A: keys.append(.control(Unicode.Scalar(byte + 0x60)))
        case 0x1C...0x1F: keys.append(.control(Unicode.Scalar(byte + 0x40)))
        case 0x20..<0x7F: keys.append(.character(Unicode.Scalar(byte)))
        case 0xC2...0xDF: state = .character([byte], missing: 1)
        case 0xE0...0xEF: state = .character([byte], missing: 2)
        case 0xF0...0xF4: state = .character([byte], missing: 3)
        default: keys.append(.unrecognized)
        }
    }

    private mutating func afterEscape(_ byte: UInt8, into keys: inout [Key]) {
        switch byte {
        case 0x5B: state = .control([])
        case 0x4F: state = .single
        case 0x5D, 0x50, 0x58, 0x5E, 0x5F: state = .string(escaped: false)
        case 0x1B: keys.append(.escape)  // The second one may begin a sequence.
        case 0x20..<0x7F:
            state = .ground
            keys.append(.alt(Unicode.Scalar(byte)))
        default:
            state = .ground
            keys.append(.escape)
            ground(byte, into: &keys)
        }
    }

    private mutating func control(_ byte: UInt8, _ parameters: [UInt8], into keys: inout [Key]) {
        switch byte {
        case 0x20...0x3F:
            // What is longer than any real sequence is read to its end all the same, and means nothing.
            state = .control(parameters.count < 32 ? parameters + [byte] : parameters)
        case 0x40...0x7E:
            state = .ground
            if byte == 0x4D, parameters.isEmpty {
                state = .mouse(missing: 3)
            } else if byte == 0x7E, parameters == [0x32, 0x30, 0x30] {
                state = .paste(matched: 0)
            } else if let key = KeyDecoder.control(byte, parameters) {
                keys.append(key)
            }
        case 0x1B: state = .escape
        default:
            state = .ground
            keys.append(.unrecognized)
            ground(byte, into: &keys)
        }
    }

    private mutating func character(
        _ byte: UInt8, _ begun: [UInt8], _ missing: Int, into keys: inout [Key]
    ) {
        guard byte & 0xC0 == 0x80 else {
            state = .ground
            keys.append(.unrecognized)
            ground(byte, into: &keys)
            return
        }
        let bytes = begun + [byte]
        if missing > 1 {
            state = .character(bytes, missing: missing - 1)
            return
        }
        state = .ground
        let scalars = String(validating: bytes, as: UTF8.self)?.unicodeScalars
        if let scalar = scalars?.first, scalar.properties.generalCategory != .control {
            keys.append(.character(scalar))
        } else {
            keys.append(.unrecognized)
        }
    }

    private mutating func paste(_ byte: UInt8, _ matched: Int, into keys: inout [Key]) {
        let mark: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]
        if byte == mark[matched] {
            if matched + 1 == mark.count {
                state = .ground
                keys.append(.paste)
            } else {
                state = .paste(matched: matched + 1)
            }
        } else {
            state = .paste(matched: byte == mark[0] ? 1 : 0)
        }
    }

    private static func single(_ byte: UInt8) -> Key {
        switch byte {
        case 0x41: .up
        case 0x42: .down
        case 0x43: .right
        case 0x44: .left
        case 0x46: .end
        case 0x48: .home
        case 0x4D: .enter
        case 0x50...0x53: .function(Int(byte) - 0x4F)
        default: .unrecognized
        }
    }

    /// The key of a control sequence; `nil` for what is no key (mouse, focus, answers).
    private static func control(_ final: UInt8, _ parameters: [UInt8]) -> Key? {
        switch final {
        case 0x41: return .up
        case 0x42: return .down
        case 0x43: return .right
        case 0x44: return .left
        case 0x46: return .end
        case 0x48: return .home
        case 0x5A: return .backTab
        case 0x50...0x53 where parameters.first != 0x3F: return .function(Int(final) - 0x4F)
        case 0x49, 0x4F, 0x63, 0x52, 0x79: return nil
        case 0x4D, 0x6D: return nil
        case 0x7E: return tilde(parameters)
        default: return .unrecognized
        }
    }

    private static func tilde(_ parameters: [UInt8]) -> Key {
        var number = 0
        for byte in parameters {
            guard byte >= 0x30, byte <= 0x39, number < 1_000 else { break }
            number = number * 10 + Int(byte - 0x30)
        }
        switch number {
        case 1, 7: return .home
        case 2: return .insert
        case 3: return .delete
        case 4, 8: return .end
        case 5: return .pageUp
        case 6: return .pageDown
        case 11...15: return .function(number - 10)
        case 17...21: return .function(number - 11)
        case 23...24: return .function(number - 12)
        default: return .unrecognized
        }
    }
}
