/// A file as a whole, for formats that are small enough.
package enum WholeFile {
    /// The bytes of the file at `path`, unpacked when it is gzip; of a larger one, `maxBytes` and one more, so that the
    /// reader of the format can say that it is too large.
    ///
    /// - Throws: what stopped the file.
    package static func read(path: String, maxBytes: Int) throws(ArchiveError) -> [UInt8] {
        let source = try ByteSource(path: path)
        var whole: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while whole.count <= maxBytes {
            let room = min(block.count, maxBytes + 1 - whole.count)
            let result = block.withUnsafeMutableBufferPointer {
                bytes -> Result<Int, ArchiveError> in
                guard let base = bytes.baseAddress else { return .success(0) }
                do throws(ArchiveError) {
                    return .success(try source.read(into: base, room: room))
                } catch {
                    return .failure(error)
                }
            }
            let count = try result.get()
            if count == 0 { break }
            whole.append(contentsOf: block[..<count])
        }
        return whole
    }
}
