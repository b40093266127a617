package import Foundation

/// Keeps the results of finished stages, so that a run that was stopped goes on where it was.
package struct StageStore: Sendable {
    private let folder: String

    /// - Throws: `file` when the folder cannot be made.
    package init(folder: String) throws(TrainingError) {
        self.folder = folder
        try Files.makeFolder(folder)
    }

    private struct Entry<Result: Codable>: Codable {
        var fingerprint: String
        var result: Result
    }

    /// The result of `stage` with this fingerprint, if it is kept; otherwise what `make` gives, which is then kept.
    ///
    /// A fingerprint covers everything that the result depends on. A file that cannot be read is made anew.
    package func result<Result: Codable>(
        _ stage: String, fingerprint: String, make: () throws(TrainingError) -> Result
    ) throws(TrainingError) -> Result {
        let path = folder + "/" + stage + ".json"
        if let bytes = FileManager.default.contents(atPath: path) {
            do {
                let entry = try JSONDecoder().decode(Entry<Result>.self, from: bytes)
                if entry.fingerprint == fingerprint { return entry.result }
            } catch {
                // Damaged or of another version: nothing is lost but time.
            }
        }
        let result = try make()
        do {
            let bytes = try JSONEncoder().encode(Entry(fingerprint: fingerprint, result: result))
            try Files.write(bytes, to: path)
        } catch let error as TrainingError {
            throw error
        } catch {
            throw .file(path: path, reason: "the stage's result cannot be encoded")
        }
        return result
    }
}

/// Files of the output folder.
package enum Files {
    package static func makeFolder(_ path: String) throws(TrainingError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .file(
                path: path, reason: "the folder cannot be made: \(error.localizedDescription)")
        }
    }

    /// Whole or not at all.
    package static func write(_ data: Data, to path: String) throws(TrainingError) {
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .file(path: path, reason: "cannot be written: \(error.localizedDescription)")
        }
    }

    package static func write(_ bytes: [UInt8], to path: String) throws(TrainingError) {
        try write(Data(bytes), to: path)
    }
}
