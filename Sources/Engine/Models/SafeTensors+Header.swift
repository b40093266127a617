import Text

extension SafeTensors {
    /// What the header says of one tensor, not yet believed.
    struct Entry {
        var name: String
        var shape: [UInt64]
        var begin: UInt64
        var end: UInt64

        /// The product of the shape.
        func count() throws(TensorError) -> Int {
            var product: UInt64 = 1
            for size in shape {
                let (next, overflow) = product.multipliedReportingOverflow(by: size)
                // Each size too: a zero among them hides the others from the product.
                guard !overflow, max(size, next) <= UInt64(SafeTensors.maxBytes) else {
                    throw .shapeTooLarge(tensor: name)
                }
                product = next
            }
            return Int(product)
        }
    }

    struct Header {
        var entries: [Entry] = []
        var metadata: [(key: String, value: String)] = []
        /// What is wrong with it although it is JSON; reading ended there.
        var fault: TensorError?
    }

    static func header(_ bytes: Span<UInt8>) throws(JSONError) -> Header {
        var cursor = try JSONCursor(bytes, maxLength: maxHeaderBytes)
        var header = Header()
        var names: Set<String> = []
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            let name = try cursor.text(of: key)
            guard names.insert(name).inserted else {
                header.fault = .duplicateName(name)
                return header
            }
            if name == "__metadata__" {
                try readMetadata(&cursor, &header)
            } else if header.entries.count == maxTensors {
                header.fault = .tooManyTensors
            } else {
                try readEntry(name, &cursor, &header)
            }
            if header.fault != nil { return header }
        }
        try cursor.end()
        return header
    }

    private static func readMetadata(
        _ cursor: inout JSONCursor, _ header: inout Header
    ) throws(JSONError) {
        var keys: Set<String> = []
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            let name = try cursor.text(of: key)
            guard keys.insert(name).inserted else {
                header.fault = .duplicateName(name)
                return
            }
            header.metadata.append((name, try cursor.string()))
        }
    }

    private static func readEntry(
        _ name: String, _ cursor: inout JSONCursor, _ header: inout Header
    ) throws(JSONError) {
        var type: String?
        var shape: [UInt64]?
        var offsets: [UInt64]?
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch try cursor.text(of: key) {
            case "dtype" where type == nil: type = try cursor.string()
            case "shape" where shape == nil:
                shape = try numbers(&cursor, atMost: maxDimensions + 1)
            case "data_offsets" where offsets == nil: offsets = try numbers(&cursor, atMost: 3)
            case let other:
                header.fault = .unexpectedKey(tensor: name, key: other)
                return
            }
        }
        guard let type else {
            header.fault = .missingKey(tensor: name, key: "dtype")
            return
        }
        guard type == "F32" else {
            header.fault = .unsupportedType(tensor: name, type: type)
            return
        }
        guard let shape else {
            header.fault = .missingKey(tensor: name, key: "shape")
            return
        }
        guard shape.count <= maxDimensions else {
            header.fault = .shapeTooLarge(tensor: name)
            return
        }
        guard let offsets, offsets.count == 2 else {
            header.fault = .missingKey(tensor: name, key: "data_offsets")
            return
        }
        header.entries.append(
            Entry(name: name, shape: shape, begin: offsets[0], end: offsets[1]))
    }

    private static func numbers(
        _ cursor: inout JSONCursor, atMost limit: Int
    ) throws(JSONError) -> [UInt64] {
        var numbers: [UInt64] = []
        try cursor.beginArray()
        while try cursor.nextElement() {
            guard numbers.count < limit else { throw JSONError(.tooLong, at: cursor.position) }
            numbers.append(try cursor.unsigned())
        }
        return numbers
    }
}
