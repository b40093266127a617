import Trading

@testable import Models

/// A set small enough to be reckoned by hand.
enum SmallSet {
    /// Two features, one split: below 0.5 of the first feature the margin is `low`, else `high`; base ½.
    static func stump(
        low: String = "-1.0", high: String = "1.0", names: String = "\"rsi_14\",\"return_1\"",
        features: Int = 2
    ) -> String {
        """
        {"version":[1,7,4],"learner":{"attributes":{},"feature_names":[\(names)],"feature_types":[],
        "gradient_booster":{"name":"gbtree","model":{
        "gbtree_model_param":{"num_trees":"1","num_parallel_tree":"1","size_leaf_vector":"0"},
        "tree_info":[0],"trees":[{"id":0,
        "left_children":[1,-1,-1],"right_children":[2,-1,-1],"parents":[2147483647,0,0],
        "split_indices":[0,0,0],"split_conditions":[0.5,\(low),\(high)],"default_left":[1,0,0],
        "split_type":[0,0,0],"categories":[],"categories_nodes":[],"categories_segments":[],
        "categories_sizes":[],"base_weights":[0,0,0],"loss_changes":[1,0,0],
        "sum_hessian":[4,2,2],
        "tree_param":{"num_nodes":"3","num_feature":"\(features)","num_deleted":"0","size_leaf_vector":"0"}}]}},
        "learner_model_param":{"base_score":"5E-1","boost_from_average":"1","num_class":"0",
        "num_feature":"\(features)","num_target":"1"},
        "objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}}}
        """
    }

    static let sha = String(repeating: "0", count: 64)

    static func member(
        _ id: String, _ role: String, kind: String = "trees", file: String = "a.json",
        features: String = "\"rsi_14\",\"return_1\"", extra: String = ""
    ) -> String {
        """
        {"id":"\(id)","kind":"\(kind)","role":"\(role)","file":"\(file)","sha256":"\(sha)",
        "weight":1,"features":[\(features)],"calibration":{"kind":"none"}\(extra)}
        """
    }

    static func manifest(members: [String], extra: String = "") -> String {
        """
        {"format":"narwhal-model-set-1","name":"small","note":"by hand","schema":"\(FeatureSchema.hash)",
        "thresholds":{"long":0.6,"short":0.55,"exit":0.7,"lowest":0.3,"highest":0.9,"maxOffset":0.1},
        "expectedSignalRate":{"long":3e-2,"short":0.02},
        "members":[\(members.joined(separator: ","))]\(extra)}
        """
    }

    static func set(
        _ manifest: String, files: [String: String] = ["a.json": stump()]
    ) throws -> ModelSet {
        try ModelSet(
            manifest: SetManifest(json: Array(manifest.utf8)), digest: "d",
            bytes: { Array((files[$0] ?? "").utf8) })
    }
}
