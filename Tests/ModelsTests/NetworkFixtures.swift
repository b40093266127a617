import Foundation
import TestSupport
import Testing

@testable import Models

/// The reference files of networks, from the folder that the environment names.
enum NetworkFixtures {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = try #require(MarketDataFolder.path)
        return [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: "\(folder)/fixtures/models/\(name)")))
    }

    /// What the reference put in and got out.
    static func values(_ name: String) throws -> [String: Any] {
        let read = try JSONSerialization.jsonObject(with: Data(try bytes(name)))
        return try #require(read as? [String: Any])
    }

    /// All numbers of a nested list, in order.
    static func flat(_ value: Any?) -> [Float] {
        if let list = value as? [Any] { return list.flatMap { flat($0) } }
        if let number = value as? NSNumber { return [number.floatValue] }
        return []
    }
}

/// A file that can be spoiled before it is read.
struct Tensors {
    var tensors: [SafeTensors.Tensor]
    var metadata: [(key: String, value: String)] = []

    subscript(name: String) -> SafeTensors.Tensor? {
        get { tensors.first { $0.name == name } }
        set {
            tensors.removeAll { $0.name == name }
            if let newValue { tensors.append(newValue) }
        }
    }

    mutating func set(_ name: String, _ shape: [Int], _ value: Float = 0.5) {
        self[name] = .init(
            name: name, shape: shape,
            values: Array(repeating: value, count: shape.reduce(1, *)))
    }

    func file() throws -> SafeTensors {
        try SafeTensors(SafeTensors.encode(tensors, metadata: metadata))
    }
}

func tensorFault(_ body: () throws -> Void) -> TensorError? {
    do {
        try body()
        return nil
    } catch ModelError.tensors(let fault) {
        return fault
    } catch {
        return nil
    }
}
