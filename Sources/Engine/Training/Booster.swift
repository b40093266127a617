import CXGBoost
import Glibc

/// Rows of features for training: one flat array, row by row; NaN is a missing value.
package struct FeatureMatrix: Sendable {
    package let names: [String]
    package private(set) var values: [Float] = []
    package private(set) var rowCount = 0

    package init(names: [String]) { self.names = names }

    /// Adds one row, in the order of `names`.
    package mutating func append(_ row: some Collection<Float>) {
        precondition(row.count == names.count, "a row has a value for each name")
        values.append(contentsOf: row)
        rowCount += 1
    }

    package mutating func reserve(rows: Int) { values.reserveCapacity(rows * names.count) }

    package subscript(row row: Int, column column: Int) -> Float {
        values[row * names.count + column]
    }

    /// The values of one row, in the order of `names`.
    package func row(_ index: Int) -> ArraySlice<Float> {
        values[index * names.count..<(index + 1) * names.count]
    }

    /// These rows, in the order given.
    package func rows(_ indices: [Int]) -> FeatureMatrix {
        var result = FeatureMatrix(names: names)
        result.reserve(rows: indices.count)
        for index in indices { result.append(row(index)) }
        return result
    }
}

/// The loaded libxgboost.
package enum XGBoostLibrary {
    /// Opens it, once a process; `path` names a file, otherwise its usual names are tried.
    ///
    /// - Returns: its version in words.
    /// - Throws: `libraryAbsent` or `libraryUnfit`.
    @discardableResult
    package static func open(path: String? = nil) throws(TrainingError) -> String {
        let status = path.map { narwhal_xgboost_open($0) } ?? narwhal_xgboost_open(nil)
        switch status {
        case NARWHAL_XGBOOST_OPEN:
            var (major, minor, patch) = (Int32(0), Int32(0), Int32(0))
            narwhal_xgboost_version(&major, &minor, &patch)
            return "\(major).\(minor).\(patch)"
        case NARWHAL_XGBOOST_UNFIT: throw .libraryUnfit(String(cString: narwhal_xgboost_error()))
        default: throw .libraryAbsent(String(cString: narwhal_xgboost_error()))
        }
    }

    static func check(_ status: Int32, _ call: String) throws(TrainingError) {
        guard status != 0 else { return }
        let reason = String(cString: narwhal_xgboost_error())
        throw .library(call: call, reason: String(reason.prefix(200)))
    }
}

/// Rows and labels as the library holds them.
package final class BoosterMatrix {
    let handle: UnsafeMutableRawPointer
    package let rowCount: Int

    /// - Parameter labels: empty when the rows are only predicted.
    package init(_ matrix: FeatureMatrix, labels: [Bool]) throws(TrainingError) {
        var created: UnsafeMutableRawPointer?
        try XGBoostLibrary.check(
            narwhal_xgboost_matrix(
                matrix.values, UInt64(matrix.rowCount), UInt64(matrix.names.count), .nan, &created),
            "XGDMatrixCreateFromMat")
        guard let created else {
            throw .library(call: "XGDMatrixCreateFromMat", reason: "no matrix came")
        }
        handle = created
        rowCount = matrix.rowCount
        guard !labels.isEmpty else { return }
        precondition(labels.count == matrix.rowCount, "each row has its label")
        let floats = labels.map { $0 ? Float(1) : 0 }
        try XGBoostLibrary.check(
            narwhal_xgboost_matrix_set_floats(created, "label", floats, UInt64(floats.count)),
            "XGDMatrixSetFloatInfo")
    }

    deinit { narwhal_xgboost_matrix_free(handle) }
}

/// How trees are grown.
package struct BoosterParameters: Hashable, Sendable {
    package var maxDepth = 3
    package var learningRate = 0.03
    /// Sum of the Hessian that a leaf needs: in a binary problem near one half, four samples count one.
    package var minChildWeight = 1_000.0
    /// Share of rows that each tree sees.
    package var rowShare = 0.5
    /// Share of features that each tree sees.
    package var columnShare = 0.5
    package var lambda = 20.0
    package var maxRounds = 200
    package var threads = 2
    package var seed: UInt64 = 1

    package init() {}

    /// Names and values as the library wants them. `scale_pos_weight` stays 1: classes here are near balance, and
    /// reweighting would make the raw probabilities lie before calibration mends them.
    var settings: [(String, String)] {
        [
            ("objective", "binary:logistic"), ("eval_metric", "logloss"), ("tree_method", "hist"),
            ("max_bin", "128"), ("max_depth", "\(maxDepth)"), ("eta", "\(learningRate)"),
            ("min_child_weight", "\(minChildWeight)"), ("subsample", "\(rowShare)"),
            ("colsample_bytree", "\(columnShare)"), ("lambda", "\(lambda)"),
            ("scale_pos_weight", "1"), ("nthread", "\(threads)"),
            ("seed", "\(seed % 2_147_483_647)"),
            ("verbosity", "0"),
        ]
    }
}

/// Boosted trees while they are being trained.
package final class Booster {
    private let handle: UnsafeMutableRawPointer
    private let training: BoosterMatrix
    private let validation: BoosterMatrix?
    package private(set) var rounds = 0

    package init(
        training: BoosterMatrix, validation: BoosterMatrix? = nil, names: [String],
        parameters: BoosterParameters
    ) throws(TrainingError) {
        let matrices: [UnsafeMutableRawPointer?] =
            [training.handle] + (validation.map { [$0.handle] } ?? [])
        var created: UnsafeMutableRawPointer?
        try XGBoostLibrary.check(
            narwhal_xgboost_create(matrices, UInt64(matrices.count), &created), "XGBoosterCreate")
        guard let created else {
            throw .library(call: "XGBoosterCreate", reason: "no booster came")
        }
        handle = created
        self.training = training
        self.validation = validation
        for (name, value) in parameters.settings {
            try XGBoostLibrary.check(
                narwhal_xgboost_set_parameter(created, name, value), "XGBoosterSetParam(\(name))")
        }
        try setNames(names)
    }

    deinit { narwhal_xgboost_free(handle) }

    private func setNames(_ names: [String]) throws(TrainingError) {
        // The library wants an array of C strings; it copies them.
        let copies = names.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var pointers = copies.map { UnsafePointer($0) }
        let status = narwhal_xgboost_set_feature_names(handle, &pointers, UInt64(names.count))
        try XGBoostLibrary.check(status, "XGBoosterSetStrFeatureInfo")
    }

    /// Adds one tree.
    package func update() throws(TrainingError) {
        try XGBoostLibrary.check(
            narwhal_xgboost_update(handle, Int32(rounds), training.handle), "XGBoosterUpdateOneIter"
        )
        rounds += 1
    }

    /// The log loss on the validation part with all trees so far; `nil` without one.
    package func validationLoss() throws(TrainingError) -> Double? {
        guard let validation else { return nil }
        var matrices: [UnsafeMutableRawPointer?] = [validation.handle]
        let name = strdup("validation")
        defer { free(name) }
        var names: [UnsafePointer<CChar>?] = [UnsafePointer(name)]
        var text: UnsafePointer<CChar>?
        try XGBoostLibrary.check(
            narwhal_xgboost_evaluate(handle, Int32(rounds), &matrices, &names, 1, &text),
            "XGBoosterEvalOneIter")
        // "[7]\tvalidation-logloss:0.69"
        guard let text, let value = String(cString: text).split(separator: ":").last,
            let loss = Double(value)
        else { throw .library(call: "XGBoosterEvalOneIter", reason: "no number came") }
        return loss
    }

    /// Probabilities of the rows by the first `trees` trees, all when 0.
    package func probabilities(_ matrix: BoosterMatrix, trees: Int = 0) throws(TrainingError)
        -> [Double]
    {
        var count: UInt64 = 0
        var values: UnsafePointer<Float>?
        try XGBoostLibrary.check(
            narwhal_xgboost_predict(handle, matrix.handle, 0, UInt32(trees), &count, &values),
            "XGBoosterPredict")
        guard let values, count == UInt64(matrix.rowCount) else {
            throw .library(call: "XGBoosterPredict", reason: "\(count) values came")
        }
        return (0..<Int(count)).map { Double(values[$0]) }
    }

    /// The features in use with their share of all gain, largest first.
    package func gains() throws(TrainingError) -> [FeatureShare] {
        var count: UInt64 = 0
        var names: UnsafePointer<UnsafePointer<CChar>?>?
        var values: UnsafePointer<Float>?
        try XGBoostLibrary.check(
            narwhal_xgboost_gains(handle, &count, &names, &values), "XGBoosterFeatureScore")
        guard let names, let values else { return [] }
        var result: [FeatureShare] = []
        for index in 0..<Int(count) {
            guard let name = names[index] else { continue }
            result.append(FeatureShare(name: String(cString: name), share: Double(values[index])))
        }
        return FeatureShare.normalized(result)
    }

    /// The model file.
    package func json() throws(TrainingError) -> [UInt8] {
        var length: UInt64 = 0
        var bytes: UnsafePointer<CChar>?
        try XGBoostLibrary.check(
            narwhal_xgboost_save_json(handle, &length, &bytes), "XGBoosterSaveModelToBuffer")
        guard let bytes, length > 0, length < 1 << 28 else {
            throw .library(call: "XGBoosterSaveModelToBuffer", reason: "no model came")
        }
        return UnsafeRawBufferPointer(start: bytes, count: Int(length)).map { $0 }
    }
}

/// How much of something is one feature's.
package struct FeatureShare: Hashable, Sendable, Codable {
    package let name: String
    /// 0...1, all together 1.
    package let share: Double

    package init(name: String, share: Double) {
        self.name = name
        self.share = share
    }

    /// The same, summing to 1, largest first, equal ones by name.
    package static func normalized(_ shares: [FeatureShare]) -> [FeatureShare] {
        let total = shares.reduce(0) { $0 + $1.share }
        guard total > 0 else { return [] }
        return shares.map { FeatureShare(name: $0.name, share: $0.share / total) }
            .sorted { $0.share != $1.share ? $0.share > $1.share : $0.name < $1.name }
    }
}
