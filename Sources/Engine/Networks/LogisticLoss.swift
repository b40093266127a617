import CMath

/// What a logit costs when the truth is a probability: −y ln p − (1 − y) ln (1 − p), in nats.
enum LogisticLoss {
    /// Written so that no logit overflows.
    static func value(logit: Double, label: Double) -> Double {
        max(logit, 0) - logit * label + narwhal_log(1 + narwhal_exp(-abs(logit)))
    }

    /// Its derivative by the logit: p − y.
    static func slope(logit: Double, label: Double) -> Double {
        1 / (1 + narwhal_exp(-logit)) - label
    }
}
