package import Text

/// Why the bytes of a model set were refused.
package enum ModelError: Error, Hashable, Sendable {
    /// Not the JSON that is expected, or too much of it.
    case malformed(JSONError)
    case unknownKey(String)
    case duplicateKey(String)
    case missingKey(String)
    case unknownFeature(String)
    /// A number outside what its key allows.
    case numberOutOfRange(String)
    /// The parts of a set do not fit together; what is wrong with it, as the end of a sentence.
    case badSet(String)
    /// A file of boosted trees that is not read.
    case trees(BoostedTreesError)
    /// The file of a network.
    case tensors(TensorError)

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .malformed(let error):
            "the model file is not the JSON that is expected at byte \(error.offset)"
        case .unknownKey(let key): "the model file has an unknown key '\(key)'"
        case .duplicateKey(let key): "the model file has the key '\(key)' twice"
        case .missingKey(let key): "the model file has no key '\(key)'"
        case .unknownFeature(let name): "the model file has an unknown feature '\(name)'"
        case .numberOutOfRange(let key):
            "the number of '\(key)' in the model file is not in its range"
        case .badSet(let why): "the model set cannot be used: \(why)"
        case .trees(let error): error.text
        case .tensors(let error): error.text
        }
    }
}
