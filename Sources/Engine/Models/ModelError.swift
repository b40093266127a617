/// Why the bytes of a model set were refused; positions are byte offsets.
package enum ModelError: Error, Hashable, Sendable {
    case tooLarge(bytes: Int, limit: Int)
    case malformed(at: Int)
    case unknownKey(String, at: Int)
    case duplicateKey(String, at: Int)
    case missingKey(String)
    case unknownFeature(String, at: Int)
    /// A number that is infinite, not a number, or outside what its key allows.
    case numberOutOfRange(String)

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .tooLarge(let bytes, let limit): "the model file has \(bytes) bytes, at most \(limit)"
        case .malformed(let at): "the model file is not the JSON that is expected at byte \(at)"
        case .unknownKey(let key, let at): "unknown key '\(key)' at byte \(at)"
        case .duplicateKey(let key, let at): "key '\(key)' a second time at byte \(at)"
        case .missingKey(let key): "key '\(key)' is missing"
        case .unknownFeature(let name, let at): "unknown feature '\(name)' at byte \(at)"
        case .numberOutOfRange(let key): "the number of '\(key)' is not in its range"
        }
    }
}
