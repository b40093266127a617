import Foundation
import NIOSSL

/// A certificate that signed itself, for the name `localhost` only, good until 2120. Known to everybody: it protects nothing.
enum TestIdentity {
    static func serverContext() throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: decode(certificateBase64), format: .der)
        let key = try NIOSSLPrivateKey(bytes: decode(keyBase64), format: .der)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
    }

    /// Calls `body` with the path of a PEM file that holds the certificate.
    static func withAuthorityFile<Result>(_ body: (String) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("narwhal-\(UUID().uuidString).pem")
        let text =
            "-----BEGIN CERTIFICATE-----\n\(certificateBase64)\n-----END CERTIFICATE-----\n"
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    private static func decode(_ base64: String) throws -> [UInt8] {
        guard let data = Data(base64Encoded: base64) else { throw CocoaError(.coderInvalidValue) }
        return Array(data)
    }

    private static let certificateBase64 = """
        MIIBZjCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxuYXJ3aGFsIHRlc3QwIBcNMjAwMTAx\
        MDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDG5hcndoYWwgdGVzdDBZMBMGByqGSM49AgEG\
        CCqGSM49AwEHA0IABDdeaomnGVSztMLPS56sSgkx7deAMJNitHMShB8sDg2HfcXjI5Ce+xBedEyUiIcEQcgS\
        kTamEKed2rrXdIrc2qWjSDBGMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAPBgNVHRMBAf8EBTADAQH/MB0GA1Ud\
        DgQWBBSCAwAg+LKphARrLfWpMhnmbW6qLzAKBggqhkjOPQQDAgNHADBEAiAB8izYRHUNA71KZJtHJ5OdcIkQ\
        k0DWRcClMGIgOeUMPgIgdePzpecXCqdBedjMPONQ+2jkLrPhiUOgO9zLAEfyyPg=
        """

    private static let keyBase64 = """
        MHcCAQEEINklzGkRefgoJLTNYb5MnA6xc/pHoil2YOfxvehap0BuoAoGCCqGSM49AwEHoUQDQgAEN15qiacZ\
        VLO0ws9LnqxKCTHt14Awk2K0cxKEHywODYd9xeMjkJ77EF50TJSIhwRByBKRNqYQp53autd0itzapQ==
        """
}
