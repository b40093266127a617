/// Why a file could not be read, or not to its end. Each says itself in one plain line.
package enum ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(path: String)
    case isDirectory(path: String)
    case notPermitted(path: String)
    /// The system refused; `code` is its error number.
    case unreadable(path: String, code: Int32)
    /// The compressed data stop before their end; everything readable has been delivered.
    case truncatedGzip(path: String)
    /// The compressed data contradict themselves; everything before has been delivered.
    case damagedGzip(path: String)
    /// The zip archive ends too early; everything readable has been delivered.
    case truncatedZip(path: String)
    /// The zip archive contradicts itself; what was delivered may be damaged too.
    case damagedZip(path: String)
    /// More than one file, none, a password, or a packing other than deflate.
    case unusableZip(path: String, why: String)
    /// The first rows are of no dump format that we know.
    case unknownFormat(path: String)

    package var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file"
        case .isDirectory(let path): "\(path): is a directory, a file is needed"
        case .notPermitted(let path): "\(path): may not be read by this user"
        case .unreadable(let path, let code): "\(path): cannot be read (system error \(code))"
        case .truncatedGzip(let path):
            "\(path): the gzip data end too early; what could be read was read, fetch the file again"
        case .damagedGzip(let path):
            "\(path): the gzip data are damaged; what stands before was read, fetch the file again"
        case .truncatedZip(let path):
            "\(path): the zip archive ends too early, fetch the file again"
        case .damagedZip(let path):
            "\(path): the zip archive is damaged, fetch the file again"
        case .unusableZip(let path, let why):
            "\(path): the zip archive \(why); one packed file without a password is needed"
        case .unknownFormat(let path):
            "\(path): is no aggTrades or trades dump of the exchange"
        }
    }
}
