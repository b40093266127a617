import NIOCore
import NIOPosix
import NIOSSL

/// Why there is no connection. Nothing that could execute has left.
package enum ConnectFailure: Error, Hashable, Sendable {
    case timeout
    /// No address, nobody there, or the line broke before it was of use.
    case unreachable
    /// The certificate is not believed, or is for another name.
    case certificate
    /// TLS failed otherwise, for example for want of a common version.
    case tls
    /// The server answered the upgrade with something that is not the protocol.
    case notAnUpgrade
    /// We stopped it ourselves.
    case canceled

    init(_ error: any Error) {
        switch error {
        case let failure as ConnectFailure: self = failure
        case ChannelError.connectTimeout: self = .timeout
        case NIOSSLError.handshakeFailed(let cause):
            self = "\(cause)".contains("CERTIFICATE_VERIFY_FAILED") ? .certificate : .tls
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate,
            NIOSSLError.cannotMatchULabel:
            self = .certificate
        case NIOSSLError.uncleanShutdown: self = .unreachable
        case is NIOSSLExtraError: self = .certificate
        case is NIOSSLError, is BoringSSLError: self = .tls
        default: self = .unreachable
        }
    }
}
