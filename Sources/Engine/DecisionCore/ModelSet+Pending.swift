import Models
import Trading

extension ModelSet {
    var historyFeatures: [FeatureID] { [] }
    var historyLength: Int { 0 }
}
