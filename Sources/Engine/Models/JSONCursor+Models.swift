import Text

// The three things that model files are made of, with this module's errors.

extension JSONCursor {
    @_lifetime(self: copy self)
    mutating func open() throws(ModelError) {
        do { try beginObject() } catch { throw .malformed(error) }
    }

    /// The next key of the object, or `nil` behind its end.
    @_lifetime(self: copy self)
    mutating func key() throws(ModelError) -> String? {
        do {
            guard let key = try nextKey() else { return nil }
            return try text(of: key)
        } catch {
            throw .malformed(error)
        }
    }

    @_lifetime(self: copy self)
    mutating func text() throws(ModelError) -> String {
        do { return try string() } catch { throw .malformed(error) }
    }

    /// A bare plain decimal; exponents and quotes are refused. At most 8 digits after the point.
    @_lifetime(self: copy self)
    mutating func number() throws(ModelError) -> Double {
        do throws(JSONError) {
            guard try peek() != UInt8(ascii: "\"") else {
                throw JSONError(.wrongType, at: position)
            }
            return Double(try decimal().units) / 1e8
        } catch {
            throw .malformed(error)
        }
    }

    /// A bare number, exponents allowed.
    @_lifetime(self: copy self)
    mutating func real() throws(ModelError) -> Double {
        do { return try double() } catch { throw .malformed(error) }
    }

    @_lifetime(self: copy self)
    mutating func real(
        in range: ClosedRange<Double>, _ key: String
    ) throws(ModelError) -> Double {
        let value = try real()
        guard range.contains(value) else { throw .numberOutOfRange(key) }
        return value
    }

    /// An array of at most `limit` numbers.
    @_lifetime(self: copy self)
    mutating func reals(limit: Int, _ key: String) throws(ModelError) -> [Double] {
        var values: [Double] = []
        try openArray()
        while try next() {
            guard values.count < limit else { throw .numberOutOfRange(key) }
            values.append(try real())
        }
        return values
    }
}
