import Messages
import Models
import Trading

@testable import DecisionCore

/// Small sets of models made by hand.
enum TestSets {
    /// A member that always has this log-odds, or follows the features of `terms`.
    static func card(
        _ role: ModelRole, _ logOdds: Double, _ terms: [Scorecard.Term] = [], id: String = "card",
        weight: Double = 1
    ) throws -> ModelMember {
        ModelMember(
            id: id, role: role,
            judge: .scorecard(try Scorecard(intercept: logOdds, terms: terms)), weight: weight,
            features: terms.map(\.feature), calibration: .none, file: "", digest: "")
    }

    /// A member that has an answer only where `feature` is known.
    static func tree(
        _ role: ModelRole, _ logOdds: Double, on feature: FeatureID, id: String = "tree",
        weight: Double = 1
    ) throws -> ModelMember {
        let json = """
            {"version":[1,7,4],"learner":{"attributes":{},"feature_names":[],"feature_types":[],
             "gradient_booster":{"name":"gbtree","model":{
              "gbtree_model_param":{"num_trees":"1","num_parallel_tree":"1","size_leaf_vector":"0"},
              "tree_info":[0],
              "trees":[{"tree_param":{"num_nodes":"1","num_feature":"1","num_deleted":"0",
                "size_leaf_vector":"0"},"id":0,"left_children":[-1],"right_children":[-1],
                "parents":[2147483647],"split_indices":[0],"split_conditions":[\(logOdds)],
                "split_type":[0],"default_left":[0],"base_weights":[0],"loss_changes":[0],
                "sum_hessian":[1],"categories":[],"categories_nodes":[],
                "categories_segments":[],"categories_sizes":[]}]}},
             "learner_model_param":{"base_score":"5E-1","boost_from_average":"1","num_class":"0",
              "num_feature":"1","num_target":"1"},
             "objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}}}
            """
        return ModelMember(
            id: id, role: role, judge: .trees(try BoostedTrees(json: Array(json.utf8))),
            weight: weight, features: [feature], calibration: .none, file: "t", digest: "d")
    }

    /// A member that looks back on `steps` returns of one candle and then has this log-odds.
    static func sequence(
        _ role: ModelRole, _ logOdds: Float, steps: Int, weight: Double = 1
    ) throws -> ModelMember {
        func tensor(_ name: String, _ shape: [Int], _ value: Float = 0) -> SafeTensors.Tensor {
            .init(
                name: name, shape: shape,
                values: Array(repeating: value, count: shape.reduce(1, *)))
        }
        let file = try SafeTensors(
            SafeTensors.encode([
                tensor("lstm.weight_ih_l0", [4, 1]), tensor("lstm.weight_hh_l0", [4, 1]),
                tensor("lstm.bias_ih_l0", [4]), tensor("lstm.bias_hh_l0", [4]),
                tensor("fc.weight", [1, 1]), tensor("fc.bias", [1], logOdds),
            ]))
        return ModelMember(
            id: "lstm", role: role, judge: .lstm(try LSTMNetwork(file), steps: steps, output: 0),
            weight: weight, features: [.return1], calibration: .none, file: "l", digest: "d")
    }

    /// LONG signals, SHORT does not, exits hold: unless other members are given for a role.
    static func set(
        _ members: [ModelMember] = [], name: String = "test", digest: String = "",
        change: (inout ModelSet.Parts) throws -> Void = { _ in }
    ) throws -> ModelSet {
        var parts = ModelSet.Parts()
        parts.name = name
        parts.note = "For tests."
        parts.digest = digest
        parts.entryThresholds = PerDirection(long: 0.6, short: 0.6)
        parts.exitThreshold = 0.6
        parts.expectedSignalRate = PerDirection(long: 0.05, short: 0.05)
        for role in ModelRole.allCases {
            let given = members.filter { $0.role == role }
            parts.members +=
                given.isEmpty ? [try card(role, role == .entryLong ? 3 : -3)] : given
        }
        try change(&parts)
        return try ModelSet(parts)
    }
}

extension [Fact] {
    /// The texts of the notices about models, with how loud they were.
    var modelNotices: [Notice] {
        compactMap {
            if case .notice(let notice) = $0, notice.tag == .models { notice } else { nil }
        }
    }
    var modelChanges: [ModelChangeRecord] {
        compactMap { if case .modelsChanged(let record) = $0 { record } else { nil } }
    }
}
