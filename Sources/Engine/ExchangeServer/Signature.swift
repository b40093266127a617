import CCrypto

/// HMAC-SHA256 as the venue signs requests.
enum Signature {
    /// The 32 bytes for `text`; `nil` only when libcrypto fails.
    static func hmac(of text: String, secret: String) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 32)
        let key = Array(secret.utf8)
        let data = Array(text.utf8)
        let status = narwhal_hmac_sha256(key, key.count, data, data.count, &output)
        return status == 0 ? output : nil
    }

    /// Whether `hex` (either case) is the signature of `text`.
    static func isValid(_ hex: String, of text: String, secret: String) -> Bool {
        guard let given = bytes(hex: hex), given.count == 32,
            let own = hmac(of: text, secret: secret)
        else { return false }
        return narwhal_compare_constant_time(given, own, 32) == 0
    }

    private static func bytes(hex: String) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 65...70: digit - 55
        case 97...102: digit - 87
        default: nil
        }
    }
}

/// Random names that cannot be guessed: keys, secrets and listen keys.
enum Token {
    /// 64 characters A-Z, a-z, 0-9 from the system's randomness.
    static func make() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        var text: [UInt8] = []
        for _ in 0..<64 {
            text.append(letters[Int.random(in: 0..<letters.count, using: &generator)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
