import CZlib
import Foundation
import TestSupport
import Testing

@testable import Models

/// Model files, rows and answers in the folder of real data.
enum ModelFixtures {
    static func url(_ path: String) throws -> URL {
        let folder = try #require(MarketDataFolder.path)
        return URL(fileURLWithPath: folder).appendingPathComponent(path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: url(path)))
    }

    /// Unpacked, of a file that is gzip.
    static func unpacked(_ path: String) throws -> [UInt8] {
        let file = try #require(gzopen(url(path).path, "r"))
        defer { gzclose(file) }
        var whole: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = gzread(file, &block, UInt32(block.count))
            try #require(count >= 0)
            if count == 0 { return whole }
            whole += block[..<Int(count)]
        }
    }

    /// The lists of numbers of a JSON object.
    static func numbers(_ path: String) throws -> [String: [Double]] {
        let object = try JSONSerialization.jsonObject(with: Data(bytes(path)))
        let lists = try #require(object as? [String: Any])
        return lists.compactMapValues { $0 as? [Double] }
    }

    static func model(_ path: String) throws -> BoostedTrees {
        try BoostedTrees(json: path.hasSuffix(".gz") ? unpacked(path) : bytes(path))
    }

    static func rows(_ bytes: [UInt8], for model: BoostedTrees) throws -> ModelRows {
        try ModelRows(
            csv: bytes, featureNames: model.featureNames, featureCount: model.featureCount)
    }
}

extension ModelRows {
    /// Each row as an array.
    var all: [[Float]] { (0..<count).map { Array(row($0)) } }
}
