import Foundation
package import Research
package import Trading

/// One symbol as training sees it.
package struct SymbolData: Sendable {
    package let symbol: SymbolName
    package let path: PricePath
    /// Features at the close of each candle after the warm-up, computed by the code that runs live.
    package let table: FeatureTable

    package init(symbol: SymbolName, path: PricePath, table: FeatureTable) {
        self.symbol = symbol
        self.path = path
        self.table = table
    }
}

/// The candles of the data folder with their features.
package struct TrainingData: Sendable {
    /// By name.
    package let symbols: [SymbolData]

    package init(symbols: [SymbolData]) { self.symbols = symbols }

    /// Reads `candles-5m/SYMBOL-….csv[.gz|.zip]`.
    ///
    /// - Parameter until: nothing from this time on is looked at.
    /// - Throws: `data` in plain words for a missing folder or a refused file.
    package static func load(
        folder: String, until: Timestamp, progress: (String, Double) -> Void
    ) throws(TrainingError) -> TrainingData {
        let candles = folder + "/candles-5m"
        let files = try names(candles).filter {
            $0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz") || $0.hasSuffix(".zip")
        }
        guard !files.isEmpty else { throw .data("\(candles) has no candle file") }
        var symbols: [SymbolData] = []
        for file in files {
            let word = String(file.prefix { $0 != "-" && $0 != "." })
            guard let symbol = SymbolName(word) else {
                throw .data("\(candles)/\(file): its name does not begin with a symbol")
            }
            guard !symbols.contains(where: { $0.symbol == symbol }) else {
                throw .data("\(candles): \(symbol) has two files; join them")
            }
            let table = try read(candles + "/" + file, symbol, until) { share in
                progress(word, share)
            }
            symbols.append(table)
        }
        return TrainingData(symbols: symbols)
    }

    private static func read(
        _ path: String, _ symbol: SymbolName, _ until: Timestamp,
        progress: (Double) -> Void
    ) throws(TrainingError) -> SymbolData {
        do throws(ImportError) {
            let all = try KlineFile.read(path, symbol: symbol)
            let candles = all.selecting(from: nil, to: until)
            let table = FeatureTable.make(
                candles: candles, features: TrainingFeatures.market,
                progress: progress)
            return SymbolData(symbol: symbol, path: PricePath(candles), table: table)
        } catch {
            throw .data(error.description)
        }
    }

    private static func names(_ folder: String) throws(TrainingError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw .data("\(folder) cannot be listed; --data names a folder with candles-5m in it")
        }
    }
}

extension PricePath {
    /// The prices of a candle table.
    package init(_ candles: CandleTable) {
        func prices(_ units: [Int64]) -> [Double] { units.map { Double($0) / 1e8 } }
        self.init(
            interval: candles.interval,
            openTimes: candles.openTimes.map { Timestamp(milliseconds: $0) },
            opens: prices(candles.opens), highs: prices(candles.highs), lows: prices(candles.lows),
            closes: prices(candles.closes))
    }
}
