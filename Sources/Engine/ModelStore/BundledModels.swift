import Models

/// Model sets that are part of the program.
package struct BundledModels: Sendable {
    /// One file by its path, such as `starter/set.json`, and what gives its bytes.
    package struct File: Sendable {
        package let path: String
        package let bytes: @Sendable () -> [UInt8]

        package init(path: String, bytes: @escaping @Sendable () -> [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    private let files: [File]

    /// - Parameter files: of all sets; the first part of a path is the name by which its set is asked for.
    package init(_ files: [File]) { self.files = files }

    /// The names by which sets are asked for, in the order of their files; the first is the usual one.
    package var names: [String] {
        var names: [String] = []
        for file in files where file.path.hasSuffix("/" + ModelFiles.manifestName) {
            names.append(String(file.path.dropLast(ModelFiles.manifestName.utf8.count + 1)))
        }
        return names
    }

    /// The set called `name`, compared with its digests like any other.
    package func files(named name: String) throws(ModelStoreError) -> ModelFiles {
        guard names.contains(name) else {
            let known = names.isEmpty ? "none is" : names.joined(separator: ", ")
            throw ModelStoreError(
                "no model set called '\(ModelRegistry.clean(name, 64))' is built in (built in: \(known))"
            )
        }
        return try ModelFiles(source: "built-in \(name)") {
            (file: String, limit: Int) throws(ModelStoreError) in
            guard let found = files.first(where: { $0.path == "\(name)/\(file)" }) else {
                throw ModelStoreError("built-in \(name)/\(file) is missing in this program")
            }
            let bytes = found.bytes()
            guard bytes.count <= limit else {
                throw ModelStoreError("built-in \(name)/\(file) is larger than \(limit) bytes")
            }
            return bytes
        }
    }

    /// What lies beside the models of `name`, such as cards.
    package func others(named name: String) -> [(name: String, bytes: [UInt8])] {
        guard let set = manifest(named: name) else { return [] }
        let known = Set([ModelFiles.manifestName] + set.members.map(\.file))
        return files.compactMap { file in
            guard file.path.hasPrefix(name + "/") else { return nil }
            let rest = String(file.path.dropFirst(name.utf8.count + 1))
            return known.contains(rest) ? nil : (rest, file.bytes())
        }
    }

    private func manifest(named name: String) -> SetManifest? {
        do throws(ModelStoreError) { return try files(named: name).manifest } catch { return nil }
    }
}
