extension ModelSet {
    /// The bytes of `models/scorecard.json`, so that the engine runs without files.
    package static let scorecardJSON: String = #"""
        {
          "name": "scorecard",
          "note": "Weights set by hand from flow, momentum and position features. Not trained on any data: it has no measured edge and claims none. The signal rates are chosen so that replays and demonstrations trade several times an hour.",
          "thresholds": {
            "long": 0.62,
            "short": 0.62,
            "exit": 0.6
          },
          "expectedSignalRate": {
            "long": 0.22,
            "short": 0.22
          },
          "entryLong": {
            "intercept": -0.3,
            "weights": {
              "whale_net_1m": 0.1,
              "whale_net_5m": 0.2,
              "whale_net_15m": 0.15,
              "taker_imbalance_1m": 0.4,
              "taker_imbalance_5m": 7.0,
              "momentum_3": 0.08,
              "momentum_15": 0.08,
              "range_position_15": -0.1,
              "divergence_5m": 0.1,
              "spread": -0.1
            }
          },
          "entryShort": {
            "intercept": -0.3,
            "weights": {
              "whale_net_1m": -0.1,
              "whale_net_5m": -0.2,
              "whale_net_15m": -0.15,
              "taker_imbalance_1m": -0.4,
              "taker_imbalance_5m": -7.0,
              "momentum_3": -0.08,
              "momentum_15": -0.08,
              "range_position_15": 0.1,
              "divergence_5m": -0.1,
              "spread": -0.1
            }
          },
          "exitLong": {
            "intercept": -1.0,
            "weights": {
              "held_fraction": 2.4,
              "unrealized_r": -1.0,
              "drawdown_r": 1.0,
              "whale_against_1m": 0.5,
              "whale_against_5m": 0.6,
              "taker_against_1m": 1.8,
              "momentum_against_1": 0.8,
              "momentum_against_3": 0.4
            }
          },
          "exitShort": {
            "intercept": -1.0,
            "weights": {
              "held_fraction": 2.4,
              "unrealized_r": -1.0,
              "drawdown_r": 1.0,
              "whale_against_1m": 0.5,
              "whale_against_5m": 0.6,
              "taker_against_1m": 1.8,
              "momentum_against_1": 0.8,
              "momentum_against_3": 0.4
            }
          }
        }

        """#

    /// The built-in scorecard: set by hand, not trained.
    package static func scorecard() throws(ModelError) -> ModelSet {
        try ModelSet(json: Array(scorecardJSON.utf8))
    }
}
