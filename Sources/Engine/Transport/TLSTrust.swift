import NIOCore
import NIOSSL

/// Whose certificates are believed: the system's authorities, and at most one file more.
///
/// A certificate is always verified, its chain and its name; there is no way to turn that off.
package struct TLSTrust: Sendable {
    package struct LoadError: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    let context: NIOSSLContext

    /// - Parameter extraAuthorities: Path of a PEM file of authorities to believe as well.
    package init(extraAuthorities: String? = nil) throws(LoadError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        do {
            if let extraAuthorities {
                let certificates = try NIOSSLCertificate.fromPEMFile(extraAuthorities)
                guard !certificates.isEmpty else {
                    throw LoadError(description: "\(extraAuthorities) holds no certificate")
                }
                configuration.additionalTrustRoots = [.certificates(certificates)]
            }
            context = try NIOSSLContext(configuration: configuration)
        } catch let error as LoadError {
            throw error
        } catch {
            throw LoadError(description: "certificates cannot be loaded: \(error)")
        }
    }
}
