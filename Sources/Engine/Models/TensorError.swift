package import Text

/// Why the tensors of a network file were refused.
package enum TensorError: Error, Hashable, Sendable {
    // The file:
    /// More bytes than a model file may have.
    case fileTooLarge(bytes: Int)
    /// Not even the eight bytes of the header's length.
    case fileTooShort(bytes: Int)
    /// The header says that it is longer than a header may be.
    case headerTooLong(claimed: UInt64)
    /// The header says that it is longer than the file.
    case headerBeyondFile(claimed: UInt64, available: Int)
    /// The header does not begin with `{`.
    case headerIsNoObject
    /// The header is not the JSON that is expected.
    case headerMalformed(JSONError)
    case tooManyTensors
    case duplicateName(String)
    /// A tensor's entry has a key that the format does not know, or one twice.
    case unexpectedKey(tensor: String, key: String)
    case missingKey(tensor: String, key: String)
    /// A type that the format knows but the engine does not read, or one that nobody knows.
    case unsupportedType(tensor: String, type: String)
    /// Too many dimensions, or a product of them beyond any file.
    case shapeTooLarge(tensor: String)
    /// The range of bytes does not have the length of the shape.
    case lengthMismatch(tensor: String)
    /// The range of bytes leaves the file, or its end is before its begin.
    case rangeOutside(tensor: String)
    /// The range of bytes overlaps the one before, or leaves bytes between them that belong to nobody.
    case rangeNotAdjoining(tensor: String)
    /// Bytes behind the last tensor.
    case bytesLeftOver(Int)
    case notFinite(tensor: String)

    // The network in it:
    case missingTensor(String)
    case unexpectedTensor(String)
    case wrongShape(tensor: String, expected: [Int], found: [Int])
    /// A kind of network that the engine does not run.
    case unsupportedNetwork(Unsupported)
    /// A size of the network beyond what the engine runs.
    case sizeOutOfRange(what: String, found: Int, largest: Int)
    /// Metadata that does not agree with the tensors or is not understood.
    case badMetadata(key: String)
    /// A number of the normalization that cannot be meant: a variance below zero, a scale of zero.
    case badNormalization(tensor: String)

    package enum Unsupported: Hashable, Sendable {
        case bidirectional
        case projections
        case continuousActions
        case activation(String)

        var text: String {
            switch self {
            case .bidirectional: "a bidirectional LSTM"
            case .projections: "an LSTM with projections"
            case .continuousActions: "a policy with continuous actions"
            case .activation(let name):
                "a network with the activation '\(SafeText.clean(name, maxLength: 20))'"
            }
        }
    }

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .fileTooLarge(let bytes):
            "the network file has \(bytes) bytes and may have \(SafeTensors.maxBytes)"
        case .fileTooShort(let bytes):
            "the network file has \(bytes) bytes: it is cut off or no safetensors file"
        case .headerTooLong(let claimed):
            "the network file claims a header of \(claimed) bytes and may have"
                + " \(SafeTensors.maxHeaderBytes): it is damaged or no safetensors file"
        case .headerBeyondFile(let claimed, let available):
            "the network file claims a header of \(claimed) bytes but only \(available) follow:"
                + " it is cut off"
        case .headerIsNoObject: "the header of the network file does not begin with a brace"
        case .headerMalformed(let error):
            "the header of the network file is not the JSON that is expected at byte"
                + " \(error.offset)"
        case .tooManyTensors:
            "the network file has more than \(SafeTensors.maxTensors) tensors"
        case .duplicateName(let name): "the network file has '\(clean(name))' twice"
        case .unexpectedKey(let tensor, let key):
            "tensor '\(clean(tensor))' of the network file has an unexpected key '\(clean(key))'"
        case .missingKey(let tensor, let key):
            "tensor '\(clean(tensor))' of the network file has no '\(key)'"
        case .unsupportedType(let tensor, let type):
            "tensor '\(clean(tensor))' of the network file has the type '\(clean(type))', only F32"
                + " is read: convert it"
        case .shapeTooLarge(let tensor):
            "tensor '\(clean(tensor))' of the network file has a shape beyond any file"
        case .lengthMismatch(let tensor):
            "tensor '\(clean(tensor))' of the network file has not as many bytes as its shape"
        case .rangeOutside(let tensor):
            "tensor '\(clean(tensor))' of the network file reaches outside of the file"
        case .rangeNotAdjoining(let tensor):
            "tensor '\(clean(tensor))' of the network file overlaps another or leaves a gap"
        case .bytesLeftOver(let count):
            "the network file has \(count) bytes behind its last tensor"
        case .notFinite(let tensor):
            "tensor '\(clean(tensor))' of the network file has a number that is not finite"
        case .missingTensor(let name): "the network file has no tensor '\(clean(name))'"
        case .unexpectedTensor(let name):
            "the network file has a tensor '\(clean(name))' that this kind of network has not"
        case .wrongShape(let tensor, let expected, let found):
            "tensor '\(clean(tensor))' of the network file has the shape \(found), not \(expected)"
        case .unsupportedNetwork(let kind):
            "the network file is \(kind.text), which the engine does not run"
        case .sizeOutOfRange(let what, let found, let largest):
            "the network file has \(found) \(what), the engine runs 1 to \(largest)"
        case .badMetadata(let key):
            "the metadata '\(clean(key))' of the network file does not agree with its tensors"
        case .badNormalization(let tensor):
            "tensor '\(clean(tensor))' of the network file has a number outside its range"
        }
    }

    private func clean(_ name: String) -> String { SafeText.clean(name, maxLength: 60) }
}
