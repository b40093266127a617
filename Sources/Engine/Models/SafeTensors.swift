import Text

/// A file of named arrays of numbers in the safetensors format, read whole and strictly, and written.
///
/// Only 32-bit floats are read, and only finite ones. Nothing in such a file can be executed.
/// - Source: huggingface/safetensors, README and `safetensors/src/tensor.rs`.
package struct SafeTensors: Sendable {
    /// Bytes of the largest file that is read: 16 MiB.
    package static let maxBytes = 1 << 24
    /// Bytes of the longest header that is read: 1 MiB.
    package static let maxHeaderBytes = 1 << 20
    package static let maxTensors = 1_024
    static let maxDimensions = 8

    /// A named array.
    package struct Tensor: Hashable, Sendable {
        package var name: String
        /// Sizes, outermost first; empty for a single number.
        package var shape: [Int]
        /// Row-major: the last index runs fastest. As many as the product of `shape`.
        package var values: [Float]

        package init(name: String, shape: [Int], values: [Float]) {
            precondition(
                values.count == shape.reduce(1, *), "a tensor has as many values as its shape says")
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// In the order of their bytes; names differ.
    package let tensors: [Tensor]
    /// In the order of the file; keys differ.
    package let metadata: [(key: String, value: String)]

    /// The tensor of this name, or `nil`.
    package subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }

    /// The metadata of this key, or `nil`.
    package func note(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

    /// Reads a file.
    ///
    /// - Throws: `ModelError.tensors` unless the header is within its bounds, every tensor has the bytes of its shape, the
    ///   tensors cover the rest of the file without gap or overlap, and every number is finite.
    package init(_ bytes: [UInt8]) throws(ModelError) {
        do throws(TensorError) {
            let header = try Self.headerLength(bytes)
            let entries: Header
            do throws(JSONError) {
                entries = try Self.header(bytes.span.extracting(8..<(8 + header)))
            } catch {
                throw .headerMalformed(error)
            }
            if let fault = entries.fault { throw fault }
            metadata = entries.metadata
            tensors = try Self.tensors(entries.entries, bytes.span, from: 8 + header)
        } catch {
            throw .tensors(error)
        }
    }

    private static func headerLength(_ bytes: [UInt8]) throws(TensorError) -> Int {
        guard bytes.count <= maxBytes else { throw .fileTooLarge(bytes: bytes.count) }
        guard bytes.count > 8 else { throw .fileTooShort(bytes: bytes.count) }
        var claimed: UInt64 = 0
        for index in 0..<8 { claimed |= UInt64(bytes[index]) << UInt64(8 * index) }
        guard claimed <= UInt64(maxHeaderBytes) else { throw .headerTooLong(claimed: claimed) }
        guard claimed <= UInt64(bytes.count - 8) else {
            throw .headerBeyondFile(claimed: claimed, available: bytes.count - 8)
        }
        // The format forbids blanks before the brace.
        guard claimed > 0, bytes[8] == UInt8(ascii: "{") else { throw .headerIsNoObject }
        return Int(claimed)
    }

    private static func tensors(
        _ entries: [Entry], _ bytes: Span<UInt8>, from start: Int
    ) throws(TensorError) -> [Tensor] {
        // Empty tensors first among those that begin together: they leave room for the one that follows.
        let ordered = entries.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        let available = UInt64(bytes.count - start)
        var next: UInt64 = 0
        var tensors: [Tensor] = []
        tensors.reserveCapacity(entries.count)
        for entry in ordered {
            guard entry.begin <= entry.end, entry.end <= available else {
                throw .rangeOutside(tensor: entry.name)
            }
            guard entry.begin == next else { throw .rangeNotAdjoining(tensor: entry.name) }
            let count = try entry.count()
            guard entry.end - entry.begin == 4 * UInt64(count) else {
                throw .lengthMismatch(tensor: entry.name)
            }
            var values: [Float] = []
            values.reserveCapacity(count)
            for index in 0..<count {
                let pattern = bytes.bytes.unsafeLoadUnaligned(
                    fromByteOffset: start + Int(entry.begin) + 4 * index, as: UInt32.self)
                let value = Float(bitPattern: UInt32(littleEndian: pattern))
                guard value.isFinite else { throw .notFinite(tensor: entry.name) }
                values.append(value)
            }
            tensors.append(
                Tensor(name: entry.name, shape: entry.shape.map { Int($0) }, values: values))
            next = entry.end
        }
        guard next == available else { throw .bytesLeftOver(Int(available - next)) }
        return tensors
    }
}

// MARK: Writing

extension SafeTensors {
    /// The bytes of a file with these tensors, sorted by name, and this metadata, sorted by key.
    ///
    /// The same arguments give the same bytes. Names and keys must differ, and every value be finite; the file must not be
    /// larger than what is read.
    package static func encode(
        _ tensors: [Tensor], metadata: [(key: String, value: String)] = []
    ) -> [UInt8] {
        let ordered = tensors.sorted { isBefore($0.name, $1.name) }
        var writer = JSONWriter()
        writer.beginObject()
        if !metadata.isEmpty {
            writer.key("__metadata__")
            writer.beginObject()
            for (key, value) in metadata.sorted(by: { isBefore($0.key, $1.key) }) {
                writer.key(key)
                writer.string(value)
            }
            writer.endObject()
        }
        var offset = 0
        for tensor in ordered {
            precondition(
                tensor.values.count == tensor.shape.reduce(1, *)
                    && tensor.values.allSatisfy(\.isFinite),
                "a tensor is written whole and finite")
            writer.key(tensor.name)
            writer.beginObject()
            writer.key("dtype")
            writer.string("F32")
            writer.key("shape")
            writer.beginArray()
            for size in tensor.shape { writer.integer(size) }
            writer.endArray()
            writer.key("data_offsets")
            writer.beginArray()
            writer.integer(offset)
            offset += 4 * tensor.values.count
            writer.integer(offset)
            writer.endArray()
            writer.endObject()
        }
        writer.endObject()
        var header = writer.bytes
        // Blanks up to a multiple of 8, so that the numbers are aligned.
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + offset)
        for index in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * index)))
        }
        bytes.append(contentsOf: header)
        for tensor in ordered {
            for value in tensor.values {
                let pattern = value.bitPattern
                for index in 0..<4 {
                    bytes.append(UInt8(truncatingIfNeeded: pattern >> (8 * index)))
                }
            }
        }
        return bytes
    }

    /// By bytes: Swift's own order of strings is another one than that of the tools that write such files.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
