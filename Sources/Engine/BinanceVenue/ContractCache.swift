import CCrypto
import Foundation
import Text
package import Trading

/// The venue's contracts, kept on disk so that an engine can start while the venue does not answer.
///
/// What is younger than an hour is used at once. What is older is used only when the venue does not answer, and the
/// operator is told. Whoever owns the cache calls `refresh` every hour.
package final class ContractCache: Sendable {
    /// What an engine starts with.
    package struct Selection: Hashable, Sendable {
        package var instruments: [Instrument]
        /// For the operator, each one line.
        package var notes: [String]
        /// How old the reading is, in wall time; zero when it was just made.
        package var age: Duration
    }

    package static let freshness = Duration.hours(1)
    private static let fileName = "contracts.json"
    private static let header = "narwhal-contracts 1 "
    private static let maxBytes = 16 << 20

    private let path: String
    /// The server whose contracts these are; those of another are not used.
    private let venue: String

    /// Keeps `contracts.json` in `directory`.
    package init(directory: String, venue: String) {
        path = directory + "/" + Self.fileName
        self.venue = venue
    }

    /// The instruments of `symbols`: from the file while it is fresh, else from the venue, else from the old file.
    ///
    /// - Parameters:
    ///   - isSigned: Whether `rest` has a key, so that margin tables and fees can be read.
    ///   - held: Symbols with a position, accepted although they are not trading.
    ///   - time: Wall time.
    package func select(
        _ symbols: [SymbolName], from rest: BinanceREST, isSigned: Bool,
        keeping held: Set<SymbolName> = [], at time: Timestamp
    ) async throws(ContractError) -> Selection {
        let (stored, damage) = load()
        if let stored, isFresh(stored, symbols, isSigned: isSigned, at: time),
            case .success(let selection) = selection(stored, symbols, held, at: time)
        {
            return selection
        }
        do throws(ContractError) {
            return try await refresh(
                symbols, from: rest, isSigned: isSigned, keeping: held, at: time)
        } catch {
            guard case .noAnswer(let reason) = error else { throw error }
            guard let stored else {
                let also = damage.map { "; \($0)" } ?? ""
                throw .noAnswer(reason + also)
            }
            var old = try selection(stored, symbols, held, at: time).get()
            old.notes.insert(
                "the venue's contracts could not be read (\(reason)); those of \(Self.text(old.age)) ago are used",
                at: 0)
            return old
        }
    }

    /// Reads the contracts from the venue and stores them; the file stays as it was when the venue does not answer.
    package func refresh(
        _ symbols: [SymbolName], from rest: BinanceREST, isSigned: Bool,
        keeping held: Set<SymbolName> = [], at time: Timestamp
    ) async throws(ContractError) -> Selection {
        var book = try await ContractBook.read(
            from: rest, venue: venue, symbols: symbols, isSigned: isSigned, at: time)
        if let stored = load().book, stored.venue == venue { book.keep(stored) }
        var selection = try selection(book, symbols, held, at: time).get()
        if let problem = store(book) { selection.notes.append(problem) }
        return selection
    }

    private func isFresh(
        _ book: ContractBook, _ symbols: [SymbolName], isSigned: Bool, at time: Timestamp
    ) -> Bool {
        let age = time - book.readTime
        guard age >= .zero, age < Self.freshness else { return false }
        return !isSigned || symbols.allSatisfy { book.contract($0)?.tiers != nil }
    }

    private func selection(
        _ book: ContractBook, _ symbols: [SymbolName], _ held: Set<SymbolName>, at time: Timestamp
    ) -> Result<Selection, ContractError> {
        do throws(ContractError) {
            let (instruments, notes) = try book.instruments(for: symbols, keeping: held)
            return .success(
                Selection(
                    instruments: instruments, notes: notes, age: max(.zero, time - book.readTime)))
        } catch { return .failure(error) }
    }

    private static func text(_ age: Duration) -> String {
        let minutes = age.nanoseconds / 60_000_000_000
        return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h"
    }

    // MARK: File

    /// What is stored for this venue, or why what is there is not used.
    package func load() -> (book: ContractBook?, damage: String?) {
        guard FileManager.default.fileExists(atPath: path) else { return (nil, nil) }
        let damaged = "\(path) is damaged and is not used"
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid(), status.st_size <= Self.maxBytes,
            let data = FileManager.default.contents(atPath: path), data.count <= Self.maxBytes
        else { return (nil, damaged) }
        let bytes = [UInt8](data)
        guard let end = bytes.firstIndex(of: 10) else { return (nil, damaged) }
        let body = Array(bytes[(end + 1)...])
        guard let checksum = Self.checksum(body),
            Array(bytes[..<end]) == Array((Self.header + checksum).utf8)
        else { return (nil, damaged) }
        do {
            let book = try JSONDecoder().decode(ContractBook.self, from: Data(body))
            guard book.isSound else { return (nil, damaged) }
            guard book.venue == venue else {
                return (nil, "\(path) holds the contracts of \(book.venue)")
            }
            return (book, nil)
        } catch { return (nil, damaged) }
    }

    /// Replaces the file in one step; answers what went wrong.
    private func store(_ book: ContractBook) -> String? {
        let problem = "the venue's contracts could not be stored in \(path)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let body: [UInt8]
        do { body = [UInt8](try encoder.encode(book)) } catch { return problem }
        guard let checksum = Self.checksum(body) else { return problem }
        let bytes = Array((Self.header + checksum + "\n").utf8) + body
        let temporary = path + ".new"
        let descriptor = open(
            temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return problem + ": " + String(cString: strerror(errno)) }
        guard Self.write(bytes, to: descriptor), rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            return problem + ": " + reason
        }
        return nil
    }

    /// Writes, syncs and closes.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                close(descriptor)
                errno = code
                return false
            }
            rest = rest.dropFirst(count)
        }
        let isSynced = fsync(descriptor) == 0
        return close(descriptor) == 0 && isSynced
    }

    private static func checksum(_ bytes: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: 32)
        guard narwhal_sha256(bytes, bytes.count, &digest) == 0 else { return nil }
        return String(hexadecimal: digest)
    }
}

extension ContractBook {
    /// Fills what was not read this time with what `older` knew: margin tables and fees change rarely.
    fileprivate mutating func keep(_ older: ContractBook) {
        for index in contracts.indices {
            guard let known = older.contract(contracts[index].symbol) else { continue }
            contracts[index].tiers = contracts[index].tiers ?? known.tiers
            contracts[index].makerFee = contracts[index].makerFee ?? known.makerFee
            contracts[index].takerFee = contracts[index].takerFee ?? known.takerFee
        }
    }
}
