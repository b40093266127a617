import Archive
package import Trading

/// A recorded market, datum by datum: a raw capture or the exchange's dump of trades, told from its first line.
package final class MarketTape {
    /// The preset of the symbol, or on the grid that its first prints show.
    package let instrument: Instrument
    /// Whether best bid and ask are recorded too; a dump has prints alone.
    package let hasBook: Bool
    /// The time of the first datum.
    package let startTime: Timestamp

    private enum Source {
        case capture(CaptureReader)
        case dump(AggTradesCSVReader)
    }

    private let source: Source
    /// What was read ahead to learn the grid.
    private var ahead: [(data: MarketData, time: Timestamp)] = []
    private var place = 0
    private var batch: [Print] = []
    private var failure: ArchiveError?

    /// Data that may be read before the grid is known, when few of them are prints.
    private static let maxAhead = 100_000

    /// Opens the file at `path`, plain, gzip or zip, for what it has of `symbol`.
    ///
    /// - Throws: `ImportError` when it is neither kind, or has nothing of the symbol.
    package init(path: String, symbol: SymbolName) throws(ImportError) {
        do throws(ArchiveError) {
            source = try Self.open(path, symbol)
            let known = Instrument.known(symbol, id: InstrumentID(0))
            var grid = GridInference()
            var failure: ArchiveError?
            let wanted = known == nil ? GridInference.enough : 1
            while grid.count < wanted, ahead.count < Self.maxAhead {
                do throws(ArchiveError) {
                    guard let next = try Self.read(source, &batch) else { break }
                    ahead.append(contentsOf: next)
                    for case (.print(let print), _) in next { grid.see(print) }
                } catch {
                    failure = error
                    break
                }
            }
            self.failure = failure
            instrument = known ?? .inferred(symbol, id: InstrumentID(0), from: grid)
        } catch { throw .archive(error) }
        switch source {
        case .capture: hasBook = true
        case .dump: hasBook = false
        }
        guard let first = ahead.first else {
            if let failure { throw .archive(failure) }
            throw .noSuchSymbol(path: path, symbol: symbol.description)
        }
        startTime = first.time
    }

    /// The next datum with the tape's time: the largest event time so far of a capture, the transact time of a dump;
    /// `nil` at the end.
    ///
    /// - Throws: what stopped the file, after all that could be read.
    package func next() throws(ImportError) -> (data: MarketData, time: Timestamp)? {
        while place == ahead.count {
            if let failure { throw .archive(failure) }
            ahead.removeAll(keepingCapacity: true)
            place = 0
            do throws(ArchiveError) {
                guard let next = try Self.read(source, &batch) else { return nil }
                ahead.append(contentsOf: next)
            } catch { throw .archive(error) }
        }
        place += 1
        return ahead[place - 1]
    }

    /// What was odd in what has been read so far: one plain line a kind, with the first lines of the file.
    package var reportLines: [String] {
        switch source {
        case .dump(let reader): return reader.report.lines
        case .capture(let reader):
            guard reader.counts.rejected > 0 else { return [] }
            let first = reader.rejections.prefix(3).map { "line \($0.line): \(words($0.reason))" }
            let more = reader.counts.rejected > first.count ? ", …" : ""
            let count = reader.counts.rejected == 1 ? "1 line" : "\(reader.counts.rejected) lines"
            return ["\(count) left out: \(first.joined(separator: ", "))\(more)"]
        }
    }

    private func words(_ rejection: CaptureRejection) -> String {
        switch rejection {
        case .tooLong: "is longer than 1 MiB"
        case .noLocalTime: "does not begin with a time and a blank"
        case .frame: "is no frame that can be read"
        }
    }

    private static func open(_ path: String, _ symbol: SymbolName) throws(ArchiveError) -> Source {
        let lines = try LineReader(path: path)
        if let range = try lines.next()?.range, lines.buffer[range].contains(123) {
            return .capture(
                try CaptureReader(path: path, symbol: symbol, instrument: InstrumentID(0)))
        }
        return .dump(try AggTradesCSVReader(path: path))
    }

    /// The next few; empty when a line held nothing for us, `nil` at the end.
    private static func read(
        _ source: Source, _ batch: inout [Print]
    ) throws(ArchiveError) -> [(data: MarketData, time: Timestamp)]? {
        switch source {
        case .capture(let reader):
            guard let line = try reader.next() else { return nil }
            guard let data = line.data else { return [] }
            return [(data, line.time)]
        case .dump(let reader):
            guard try reader.next(into: &batch, maxCount: 1_024) else { return nil }
            return batch.map { (.print($0), $0.venueTime) }
        }
    }
}

extension SymbolName {
    /// The symbol that a file's name begins with, as those of the exchange's dumps do: BTCUSDT-5m-2025-01.csv;
    /// `nil` when it begins with none.
    package static func guessed(fromPath path: String) -> SymbolName? {
        let name = path.split(separator: "/").last ?? ""
        let word = name.prefix { $0 != "-" && $0 != "_" && $0 != "." }
        return word.count >= 5 ? SymbolName(word.uppercased()) : nil
    }
}
