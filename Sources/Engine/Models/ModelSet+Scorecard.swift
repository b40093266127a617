extension ModelSet {
    /// The bytes of `models/scorecard.json`, so that the engine runs without files.
    package static let scorecardJSON: String = #"""
        {
          "name": "scorecard",
          "note": "Weights set by hand from flow, momentum and position features. Not trained on any data; it has no measured edge and claims none.",
          "thresholds": { "long": 0.62, "short": 0.62, "exit": 0.60 },
          "expectedSignalRate": { "long": 0.0306, "short": 0.0306 },
          "entryLong": {
            "intercept": -1.0,
            "weights": {
              "whale_net_1m": 0.3,
              "whale_net_5m": 0.8,
              "whale_net_15m": 0.5,
              "taker_imbalance_1m": 0.5,
              "taker_imbalance_5m": 1.0,
              "momentum_3": 0.2,
              "momentum_15": 0.15,
              "range_position_15": -0.3,
              "divergence_5m": 0.4,
              "spread": -0.1
            }
          },
          "entryShort": {
            "intercept": -1.0,
            "weights": {
              "whale_net_1m": -0.3,
              "whale_net_5m": -0.8,
              "whale_net_15m": -0.5,
              "taker_imbalance_1m": -0.5,
              "taker_imbalance_5m": -1.0,
              "momentum_3": -0.2,
              "momentum_15": -0.15,
              "range_position_15": 0.3,
              "divergence_5m": -0.4,
              "spread": -0.1
            }
          },
          "exitLong": {
            "intercept": -2.2,
            "weights": {
              "held_fraction": 1.8,
              "unrealized_r": -0.4,
              "drawdown_r": 1.0,
              "whale_against_1m": 0.5,
              "whale_against_5m": 1.0,
              "taker_against_1m": 0.8,
              "momentum_against_1": 0.6,
              "momentum_against_3": 0.5
            }
          },
          "exitShort": {
            "intercept": -2.2,
            "weights": {
              "held_fraction": 1.8,
              "unrealized_r": -0.4,
              "drawdown_r": 1.0,
              "whale_against_1m": 0.5,
              "whale_against_5m": 1.0,
              "taker_against_1m": 0.8,
              "momentum_against_1": 0.6,
              "momentum_against_3": 0.5
            }
          }
        }

        """#

    /// The built-in scorecard: set by hand, not trained.
    package static func scorecard() throws(ModelError) -> ModelSet {
        try ModelSet(json: Array(scorecardJSON.utf8))
    }
}
