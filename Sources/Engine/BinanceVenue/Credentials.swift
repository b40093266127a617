import CCrypto
import Text

/// An API key and its secret. Printing shows neither.
package struct Credentials: Sendable {
    package enum Problem: Error, Hashable, Sendable {
        /// The key is not 1 to 128 letters and digits.
        case key
        /// The secret is not 1 to 512 printable characters without blanks.
        case secret
        /// The system's cryptography does not sign as it must.
        case cryptography
    }

    /// Sent with every request that needs it; not a secret by itself, but shown to nobody.
    let apiKey: String
    private let secret: [UInt8]

    /// Checks the form of both, and that signing works here.
    package init(apiKey: String, secret: String) throws(Problem) {
        let isWord = apiKey.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        }
        guard isWord, (1...128).contains(apiKey.utf8.count) else { throw .key }
        guard (1...512).contains(secret.utf8.count),
            secret.utf8.allSatisfy({ (33...126).contains($0) })
        else { throw .secret }
        self.apiKey = apiKey
        self.secret = Array(secret.utf8)
        // RFC 4231, test case 2.
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        let probe = Self.hmac("what do ya want for nothing?", key: Array("Jefe".utf8))
        guard probe == known else { throw .cryptography }
    }

    /// The lower-case hexadecimal HMAC-SHA256 of `text` with the secret.
    func sign(_ text: String) -> String {
        guard let signature = Self.hmac(text, key: secret) else {
            preconditionFailure("HMAC worked when the credentials were made")
        }
        return signature
    }

    private static func hmac(_ text: String, key: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: 32)
        let bytes = Array(text.utf8)
        guard narwhal_hmac_sha256(key, key.count, bytes, bytes.count, &digest) == 0 else {
            return nil
        }
        return String(hexadecimal: digest)
    }
}

extension Credentials: CustomStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
