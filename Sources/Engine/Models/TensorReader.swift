/// Takes the tensors of a network out of a file, one by one, with the shapes that they must have.
struct TensorReader {
    let file: SafeTensors
    /// Names that have been asked for, taken or not.
    private var asked: Set<String> = []

    init(_ file: SafeTensors) { self.file = file }

    func has(_ name: String) -> Bool { file[name] != nil }

    /// The sizes of a tensor that gives the network its size.
    func shape(_ name: String, dimensions: Int) throws(TensorError) -> [Int] {
        guard let tensor = file[name] else { throw .missingTensor(name) }
        guard tensor.shape.count == dimensions else {
            throw .wrongShape(
                tensor: name, expected: Array(repeating: 1, count: dimensions), found: tensor.shape)
        }
        return tensor.shape
    }

    /// The values of a tensor that must be there in this shape.
    mutating func take(_ name: String, _ shape: [Int]) throws(TensorError) -> [Float] {
        guard let values = try takeIfPresent(name, shape) else { throw .missingTensor(name) }
        return values
    }

    mutating func takeIfPresent(_ name: String, _ shape: [Int]) throws(TensorError) -> [Float]? {
        asked.insert(name)
        guard let tensor = file[name] else { return nil }
        guard tensor.shape == shape else {
            throw .wrongShape(tensor: name, expected: shape, found: tensor.shape)
        }
        return tensor.values
    }

    /// A single number, in the shape `[]` or `[1]`.
    mutating func numberIfPresent(_ name: String) throws(TensorError) -> Float? {
        let shape = file[name]?.shape == [] ? [] : [1]
        return try takeIfPresent(name, shape)?.first
    }

    /// Refuses what nobody asked for: a tensor that is not understood may change what the others mean.
    func end() throws(TensorError) {
        for tensor in file.tensors where !asked.contains(tensor.name) {
            throw .unexpectedTensor(tensor.name)
        }
    }

    /// The comma-separated names of a metadata key, or `nil`; they differ and are `count`.
    func names(_ key: String, count: Int) throws(TensorError) -> [String]? {
        guard let names = try names(key) else { return nil }
        guard names.count == count else { throw .badMetadata(key: key) }
        return names
    }

    /// The comma-separated names of a metadata key, or `nil`; they differ.
    func names(_ key: String) throws(TensorError) -> [String]? {
        guard let text = file.note(key), !text.isEmpty else { return nil }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard Set(names).count == names.count, !names.contains("") else {
            throw .badMetadata(key: key)
        }
        return names
    }

    static func check(_ what: String, _ found: Int, atMost largest: Int) throws(TensorError) {
        guard (1...largest).contains(found) else {
            throw .sizeOutOfRange(what: what, found: found, largest: largest)
        }
    }
}
