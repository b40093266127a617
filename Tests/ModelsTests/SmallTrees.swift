/// Two trees on three features that XGBoost 3.2.0 trained, with what it answers for four rows: the references that are
/// always there.
enum SmallTrees {
    /// As saved, without what only training needs.
    static let json = """
        {"learner":{"attributes":{},"feature_names":["a","b","c"],"feature_types":[],
        "gradient_booster":{"model":{"cats":{"enc":[],"feature_segments":[],"sorted_idx":[]},
        "gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2"},"iteration_indptr":[0,1,2],
        "tree_info":[0,0],"trees":[{"default_left":[0,0,0,0,1,0,0,0,0,0,0],"id":0,
        "left_children":[1,3,5,-1,7,-1,9,-1,-1,-1,-1],"parents":[2147483647,0,0,1,1,2,2,4,4,6,6],
        "right_children":[2,4,6,-1,8,-1,10,-1,-1,-1,-1],
        "split_conditions":[3E-2,-4.1E-1,-8.1E-1,2.642752E-1,1.5E-1,-3.8671923E-1,1.3E0,-9.158771E-1,-4.5621502E-1,7.2333854E-1,6.5731155E-3],
        "split_indices":[0,1,1,0,2,0,0,0,0,0,0],"split_type":[0,0,0,0,0,0,0,0,0,0,0],
        "sum_hessian":[9.94375E1,4.499547E1,5.444203E1,1.5412812E1,2.9582657E1,9.1979685E0,4.524406E1,1.7650156E1,1.19325E1,3.0079844E1,1.5164219E1],
        "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"11",
        "size_leaf_vector":"1"}},{"default_left":[1,1,0,0,1,0,1,0,0,0,0,0,0,0,0],"id":1,
        "left_children":[1,3,5,7,9,11,13,-1,-1,-1,-1,-1,-1,-1,-1],
        "parents":[2147483647,0,0,1,1,2,2,3,3,4,4,5,5,6,6],
        "right_children":[2,4,6,8,10,12,14,-1,-1,-1,-1,-1,-1,-1,-1],
        "split_conditions":[-6E-2,5E-2,-1E-1,-9.6E-1,-1.1E-1,1.2E-1,6.7E-1,7.5180605E-2,-7.4142635E-1,-4.4194102E-1,5.4789644E-1,3.3488032E-1,-5.47414E-1,6.4192605E-1,1.9477698E-1],
        "split_indices":[2,0,0,0,1,1,0,0,0,0,0,0,0,0,0],
        "split_type":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],
        "sum_hessian":[9.137843E1,4.8793655E1,4.258478E1,2.61315E1,2.2662153E1,1.7113752E1,2.5471027E1,8.40589E0,1.772561E1,1.1279763E1,1.1382391E1,9.081391E0,8.032361E0,1.7190844E1,8.280186E0],
        "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"15",
        "size_leaf_vector":"1"}}]},"name":"gbtree"},
        "learner_model_param":{"base_score":"[5.375E-1]","boost_from_average":"1","num_class":"0",
        "num_feature":"3","num_target":"1"},"objective":{"name":"binary:logistic",
        "reg_loss_param":{"scale_pos_weight":"1"}}},"version":[3,2,0]}
        """

    static let rows: [[Float]] = [
        [0.5, -1, 0.2], [.nan, 0.3, .nan], [-1.2, .nan, 1.5], [2, 0.8, -0.4],
    ]

    /// The bits of `predict(output_margin=True)` and of `predict`.
    static let margins: [UInt32] = [0x3ecf_9c44, 0xbf15_a671, 0xbf5a_74ef, 0x3f34_6a9e]
    static let probabilities: [UInt32] = [0x3f19_99fa, 0x3eb7_3c3f, 0x3e98_f34e, 0x3f2b_5358]

    /// `predict(pred_contribs=True)`; the bias is last.
    static let contributions: [[Double]] = [
        [0.3635883927345276, -0.556527853012085, 0.4400925040245056, 0.15833613276481628],
        [-0.3462384343147278, 0.041208043694496155, -0.4378766119480133, 0.15833613276481628],
        [-0.7297333478927612, -0.46294790506362915, 0.18099839985370636, 0.15833613276481628],
        [0.368658185005188, 0.24927997589111328, -0.07152246683835983, 0.15833613276481628],
    ]
}
