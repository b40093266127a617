import Text

// What files of boosted trees are made of, with this module's errors and limits.

extension JSONCursor {
    /// The next key of the object, or `nil` behind its end; none twice.
    @_lifetime(self: copy self)
    mutating func key(_ seen: inout Set<String>) throws(ModelError) -> String? {
        guard let key = try key() else { return nil }
        // No known key is as long; the refusal is to stay a line.
        guard key.utf8.count <= 100 else {
            throw .unknownKey(SafeText.clean(key, maxLength: 40))
        }
        guard seen.insert(key).inserted else { throw .duplicateKey(key) }
        return key
    }

    @_lifetime(self: copy self)
    mutating func openArray() throws(ModelError) {
        do { try beginArray() } catch { throw .malformed(error) }
    }

    @_lifetime(self: copy self)
    mutating func next() throws(ModelError) -> Bool {
        do { return try nextElement() } catch { throw .malformed(error) }
    }

    @_lifetime(self: copy self)
    mutating func skip() throws(ModelError) {
        do { try skipValue() } catch { throw .malformed(error) }
    }

    /// An array of at most `limit` whole numbers of 32 bits.
    @_lifetime(self: copy self)
    mutating func integers(_ key: String, limit: Int) throws(ModelError) -> [Int32] {
        var values: [Int32] = []
        do throws(JSONError) {
            try beginArray()
            while try nextElement() {
                guard values.count < limit else { throw JSONError(.tooLong, at: position) }
                guard let value = Int32(exactly: try integer()) else {
                    throw JSONError(.badInteger, at: position)
                }
                values.append(value)
            }
        } catch {
            throw Self.refusal(error, key: key, tree: 0, node: values.count)
        }
        return values
    }

    /// An array of at most `limit` numbers of tree number `tree`.
    @_lifetime(self: copy self)
    mutating func floats(_ key: String, tree: Int, limit: Int) throws(ModelError) -> [Float] {
        var values: [Float] = []
        do throws(JSONError) {
            try beginArray()
            while try nextElement() {
                guard values.count < limit else { throw JSONError(.tooLong, at: position) }
                values.append(try float())
            }
        } catch {
            throw Self.refusal(error, key: key, tree: tree, node: values.count)
        }
        return values
    }

    private static func refusal(
        _ error: JSONError, key: String, tree: Int, node: Int
    ) -> ModelError {
        if error.kind == .tooLong {
            return .trees(key == "tree_info" ? .tooManyTrees : .tooManyNodes)
        }
        guard error.kind == .outOfRange else { return .malformed(error) }
        return .trees(.notFinite(key: key, BoostedTreesError.Place(tree: tree, node: node)))
    }

    /// An array of at most `limit` strings.
    @_lifetime(self: copy self)
    mutating func texts(limit: Int) throws(ModelError) -> [String] {
        var values: [String] = []
        try openArray()
        while try next() {
            guard values.count < limit else { throw .trees(.tooManyFeatures(values.count + 1)) }
            values.append(try text())
        }
        return values
    }

    /// Whether the object `cats` of XGBoost 3.1 and later has only empty arrays.
    @_lifetime(self: copy self)
    mutating func hasNoCategories() throws(ModelError) -> Bool {
        var seen = Set<String>()
        try open()
        while try key(&seen) != nil {
            try openArray()
            while try next() { return false }
        }
        return true
    }
}
