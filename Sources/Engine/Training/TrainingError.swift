/// Why training did not finish.
package enum TrainingError: Error, Hashable, Sendable {
    /// libxgboost could not be opened; holds what the loader said.
    case libraryAbsent(String)
    /// A library was opened that lacks a function.
    case libraryUnfit(String)
    /// A call of libxgboost failed; holds its name and what the library said.
    case library(call: String, reason: String)
    /// There are too few samples, or all of one class, for what is to be done.
    case tooFewSamples(String)
    /// The data folder lacks something, or a file in it was refused.
    case data(String)
    /// A model that was just written was refused by the engine's own reader.
    case ownModelRefused(String)
    /// Nothing could be read or written at a path.
    case file(path: String, reason: String)

    /// One plain sentence for the operator, with what to do.
    package var text: String {
        switch self {
        case .libraryAbsent(let reason):
            "libxgboost is not here (\(reason)); install Debian's package libxgboost0, or name the file with --xgboost"
        case .libraryUnfit(let reason):
            "this libxgboost does not fit: \(reason); version 1.7 is what was tried"
        case .library(let call, let reason): "libxgboost refused \(call): \(reason)"
        case .tooFewSamples(let reason): "too little to learn from: \(reason)"
        case .data(let reason): reason
        case .ownModelRefused(let reason): "the new model cannot be read back: \(reason)"
        case .file(let path, let reason): "\(path): \(reason)"
        }
    }
}
