import Foundation
import Trading

/// A folder with a model set of one split a role, made by hand.
package struct SmallModelFolder {
    package var name = "small"
    package var note = "by hand"
    package var schema = FeatureSchema.hash
    /// Margin of the entry models on either side of the split.
    package var entryMargins = (low: "-1.0", high: "1.0")
    package var exitMargins = (low: "-3.0", high: "-3.0")
    package var files = ["entry.json", "exit.json"]
    /// A policy's mode and file; `nil` without one.
    package var policy: (mode: String, bytes: [UInt8])?

    package init(name: String = "small") { self.name = name }

    /// Below 0.5 of `rsi_14` the margin is `low`, else, and where it is missing, `high`.
    package static func stump(_ margins: (low: String, high: String)) -> String {
        """
        {"version":[1,7,4],"learner":{"attributes":{},"feature_names":["rsi_14","return_1"],"feature_types":[],
        "gradient_booster":{"name":"gbtree","model":{
        "gbtree_model_param":{"num_trees":"1","num_parallel_tree":"1","size_leaf_vector":"0"},
        "tree_info":[0],"trees":[{"id":0,
        "left_children":[1,-1,-1],"right_children":[2,-1,-1],"parents":[2147483647,0,0],
        "split_indices":[0,0,0],"split_conditions":[0.5,\(margins.low),\(margins.high)],"default_left":[0,0,0],
        "split_type":[0,0,0],"categories":[],"categories_nodes":[],"categories_segments":[],
        "categories_sizes":[],"base_weights":[0,0,0],"loss_changes":[1,0,0],
        "sum_hessian":[4,2,2],
        "tree_param":{"num_nodes":"3","num_feature":"2","num_deleted":"0","size_leaf_vector":"0"}}]}},
        "learner_model_param":{"base_score":"5E-1","boost_from_average":"1","num_class":"0",
        "num_feature":"2","num_target":"1"},
        "objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}}}
        """
    }

    /// Makes the folder with its manifest, its files and a card for each of them.
    ///
    /// - Parameter sha256: 64 hexadecimal digits of bytes.
    package func write(to path: String, sha256: ([UInt8]) -> String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/cards", withIntermediateDirectories: true)
        let contents = [Self.stump(entryMargins), Self.stump(exitMargins)]
        var digests: [String] = []
        for (file, content) in zip(files, contents) {
            if !file.contains("/") {
                try content.write(toFile: path + "/" + file, atomically: false, encoding: .utf8)
            }
            digests.append(sha256(Array(content.utf8)))
        }
        let roles = ["entryLong", "entryShort", "exitLong", "exitShort"]
        var members = roles.enumerated().map { index, role in
            """
            {"id":"m\(index)","kind":"trees","role":"\(role)","file":"\(files[index / 2])","sha256":"\(digests[index / 2])",
            "weight":1,"features":["rsi_14","return_1"],"calibration":{"kind":"none"}}
            """
        }
        if let policy {
            try Data(policy.bytes).write(to: URL(fileURLWithPath: path + "/policy.safetensors"))
            members.append(
                """
                {"id":"policy","kind":"policy","role":"policy","file":"policy.safetensors",
                "sha256":"\(sha256(policy.bytes))","mode":"\(policy.mode)"}
                """)
        }
        let manifest = """
            {"format":"narwhal-model-set-1","name":"\(name)","note":"\(note)","schema":"\(schema)",
            "thresholds":{"long":0.5,"short":0.5,"exit":0.9,"lowest":0.3,"highest":0.9,"maxOffset":0.1},
            "expectedSignalRate":{"long":0.5,"short":0.5},
            "members":[\(members.joined(separator: ","))]}
            """
        try manifest.write(toFile: path + "/set.json", atomically: false, encoding: .utf8)
        try "# \(name)\n".write(toFile: path + "/card.md", atomically: false, encoding: .utf8)
        try "# m0\n".write(toFile: path + "/cards/m0.md", atomically: false, encoding: .utf8)
    }
}
