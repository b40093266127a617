/// The features by name; the raw value is the slot in a `FeatureRow`.
///
/// The first 26 are those that hand-set scorecards use; the names and slots are stable. Signed market features are
/// positive when buyers press or prices rise. `…Against` features are positive when what they look at goes against the
/// open position. Numbers without a unit in a name are decision candles of five minutes, those of `momentum…` and
/// `rangePosition15` one-minute candles. Formulas: docs/features.md.
package enum FeatureID: UInt8, Hashable, Sendable, CaseIterable, Codable {
    case whaleNet1m, whaleNet5m, whaleNet15m
    case retailNet1m, retailNet5m, retailNet15m
    case takerImbalance1m, takerImbalance5m
    case momentum1, momentum3, momentum5, momentum15
    case volatility15m
    case rangePosition15
    case divergence5m
    case spread
    case heldFraction
    case unrealizedR, drawdownR
    case stopDistanceR, targetDistanceR
    case whaleAgainst1m, whaleAgainst5m
    case takerAgainst1m
    case momentumAgainst1, momentumAgainst3

    case return1, return3, return5, return12, return20, return72, return288

    case volatility12, volatility72, volatility288, atr14, natr14, volatilityRatio
    case volatilityPercentile

    case rsi14, macd, macdSignal, macdHistogram, adx14, directionalBalance14, stochasticK14
    case stochasticD14

    case bollingerPosition, bollingerWidth, smaDistance20, smaDistance50, smaDistance200
    case rangePosition72, rangePosition288

    case candleBody, upperWick, lowerWick, candleRange

    case volumeRatio, volumeZ, volumeChange

    case takerBuyRatio1, takerBuyRatio3, takerBuyRatio12

    case hurst100

    case timeOfDaySine, timeOfDayCosine, dayOfWeekSine, dayOfWeekCosine

    case whaleNet1h, whaleNet4h, retailNet1h, retailNet4h, takerImbalance15m, takerImbalance1h
    case takerImbalance4h, intensity1m, intensity5m, intensity15m, intensity1h, intensity4h
    case divergence1m, divergence15m, divergence1h, divergence4h, whaleShare15m, whaleShare1h
    case sweepCount5m, largestSweep5m, largestSweep15m

    case openInterestChange1, openInterestChange5, openInterestChange20, openInterestVelocity
    case openInterestAcceleration, openInterestZ, openInterestDivergence

    case fundingRate, fundingChange, fundingSum8, fundingZ, fundingPredicted

    case basis

    case forcedImbalance5m, forcedImbalance1h

    case magnetDistanceUp, magnetStrengthUp, magnetDistanceDown, magnetStrengthDown

    case bookImbalance

    case heldHours, unrealizedReturn, peakReturn, troughReturn, drawdownReturn, stopWidth
    case cvdSinceEntry, entryPersistence, entryVolatility, entryDayTrend

    /// What the schema says of this feature.
    package var definition: FeatureDefinition {
        switch self {
        case .whaleNet1m:
            FeatureDefinition(name: "whale_net_1m", unit: .fraction, group: .flow)
        case .whaleNet5m:
            FeatureDefinition(name: "whale_net_5m", unit: .fraction, group: .flow)
        case .whaleNet15m:
            FeatureDefinition(name: "whale_net_15m", unit: .fraction, group: .flow)
        case .retailNet1m:
            FeatureDefinition(name: "retail_net_1m", unit: .fraction, group: .flow)
        case .retailNet5m:
            FeatureDefinition(name: "retail_net_5m", unit: .fraction, group: .flow)
        case .retailNet15m:
            FeatureDefinition(name: "retail_net_15m", unit: .fraction, group: .flow)
        case .takerImbalance1m:
            FeatureDefinition(name: "taker_imbalance_1m", unit: .fraction, group: .flow)
        case .takerImbalance5m:
            FeatureDefinition(name: "taker_imbalance_5m", unit: .fraction, group: .flow)
        case .momentum1:
            FeatureDefinition(name: "momentum_1", unit: .sigma, group: .minutes)
        case .momentum3:
            FeatureDefinition(name: "momentum_3", unit: .sigma, group: .minutes)
        case .momentum5:
            FeatureDefinition(name: "momentum_5", unit: .sigma, group: .minutes)
        case .momentum15:
            FeatureDefinition(name: "momentum_15", unit: .sigma, group: .minutes)
        case .volatility15m:
            FeatureDefinition(name: "volatility_15m", unit: .basisPoints, group: .minutes)
        case .rangePosition15:
            FeatureDefinition(name: "range_position_15", unit: .fraction, group: .minutes)
        case .divergence5m:
            FeatureDefinition(name: "divergence_5m", unit: .fraction, group: .flow)
        case .spread:
            FeatureDefinition(name: "spread", unit: .basisPoints, group: .book)
        case .heldFraction:
            FeatureDefinition(name: "held_fraction", unit: .fraction, group: .position)
        case .unrealizedR:
            FeatureDefinition(name: "unrealized_r", unit: .r, group: .position)
        case .drawdownR:
            FeatureDefinition(name: "drawdown_r", unit: .r, group: .position)
        case .stopDistanceR:
            FeatureDefinition(name: "stop_distance_r", unit: .r, group: .position)
        case .targetDistanceR:
            FeatureDefinition(name: "target_distance_r", unit: .r, group: .position)
        case .whaleAgainst1m:
            FeatureDefinition(name: "whale_against_1m", unit: .fraction, group: .position)
        case .whaleAgainst5m:
            FeatureDefinition(name: "whale_against_5m", unit: .fraction, group: .position)
        case .takerAgainst1m:
            FeatureDefinition(name: "taker_against_1m", unit: .fraction, group: .position)
        case .momentumAgainst1:
            FeatureDefinition(name: "momentum_against_1", unit: .r, group: .position)
        case .momentumAgainst3:
            FeatureDefinition(name: "momentum_against_3", unit: .r, group: .position)
        case .return1:
            FeatureDefinition(name: "return_1", unit: .relative, group: .returns)
        case .return3:
            FeatureDefinition(name: "return_3", unit: .relative, group: .returns)
        case .return5:
            FeatureDefinition(name: "return_5", unit: .relative, group: .returns)
        case .return12:
            FeatureDefinition(name: "return_12", unit: .relative, group: .returns)
        case .return20:
            FeatureDefinition(name: "return_20", unit: .relative, group: .returns)
        case .return72:
            FeatureDefinition(name: "return_72", unit: .relative, group: .returns)
        case .return288:
            FeatureDefinition(name: "return_288", unit: .relative, group: .returns)
        case .volatility12:
            FeatureDefinition(name: "volatility_12", unit: .relative, group: .volatility)
        case .volatility72:
            FeatureDefinition(name: "volatility_72", unit: .relative, group: .volatility)
        case .volatility288:
            FeatureDefinition(name: "volatility_288", unit: .relative, group: .volatility)
        case .atr14:
            FeatureDefinition(name: "atr_14", unit: .quote, group: .volatility)
        case .natr14:
            FeatureDefinition(name: "natr_14", unit: .relative, group: .volatility)
        case .volatilityRatio:
            FeatureDefinition(name: "volatility_ratio", unit: .ratio, group: .volatility)
        case .volatilityPercentile:
            FeatureDefinition(name: "volatility_percentile", unit: .fraction, group: .volatility)
        case .rsi14:
            FeatureDefinition(name: "rsi_14", unit: .percent, group: .oscillators)
        case .macd:
            FeatureDefinition(name: "macd", unit: .relative, group: .oscillators)
        case .macdSignal:
            FeatureDefinition(name: "macd_signal", unit: .relative, group: .oscillators)
        case .macdHistogram:
            FeatureDefinition(name: "macd_histogram", unit: .relative, group: .oscillators)
        case .adx14:
            FeatureDefinition(name: "adx_14", unit: .percent, group: .oscillators)
        case .directionalBalance14:
            FeatureDefinition(name: "directional_balance_14", unit: .fraction, group: .oscillators)
        case .stochasticK14:
            FeatureDefinition(name: "stochastic_k_14", unit: .percent, group: .oscillators)
        case .stochasticD14:
            FeatureDefinition(name: "stochastic_d_14", unit: .percent, group: .oscillators)
        case .bollingerPosition:
            FeatureDefinition(name: "bollinger_position", unit: .ratio, group: .levels)
        case .bollingerWidth:
            FeatureDefinition(name: "bollinger_width", unit: .relative, group: .levels)
        case .smaDistance20:
            FeatureDefinition(name: "sma_distance_20", unit: .relative, group: .levels)
        case .smaDistance50:
            FeatureDefinition(name: "sma_distance_50", unit: .relative, group: .levels)
        case .smaDistance200:
            FeatureDefinition(name: "sma_distance_200", unit: .relative, group: .levels)
        case .rangePosition72:
            FeatureDefinition(name: "range_position_72", unit: .fraction, group: .levels)
        case .rangePosition288:
            FeatureDefinition(name: "range_position_288", unit: .fraction, group: .levels)
        case .candleBody:
            FeatureDefinition(name: "candle_body", unit: .fraction, group: .shape)
        case .upperWick:
            FeatureDefinition(name: "upper_wick", unit: .fraction, group: .shape)
        case .lowerWick:
            FeatureDefinition(name: "lower_wick", unit: .fraction, group: .shape)
        case .candleRange:
            FeatureDefinition(name: "candle_range", unit: .relative, group: .shape)
        case .volumeRatio:
            FeatureDefinition(name: "volume_ratio", unit: .ratio, group: .volume)
        case .volumeZ:
            FeatureDefinition(name: "volume_z", unit: .sigma, group: .volume)
        case .volumeChange:
            FeatureDefinition(name: "volume_change", unit: .relative, group: .volume)
        case .takerBuyRatio1:
            FeatureDefinition(name: "taker_buy_ratio_1", unit: .fraction, group: .takerVolume)
        case .takerBuyRatio3:
            FeatureDefinition(name: "taker_buy_ratio_3", unit: .fraction, group: .takerVolume)
        case .takerBuyRatio12:
            FeatureDefinition(name: "taker_buy_ratio_12", unit: .fraction, group: .takerVolume)
        case .hurst100:
            FeatureDefinition(name: "hurst_100", unit: .exponent, group: .regime)
        case .timeOfDaySine:
            FeatureDefinition(name: "time_of_day_sine", unit: .fraction, group: .calendar)
        case .timeOfDayCosine:
            FeatureDefinition(name: "time_of_day_cosine", unit: .fraction, group: .calendar)
        case .dayOfWeekSine:
            FeatureDefinition(name: "day_of_week_sine", unit: .fraction, group: .calendar)
        case .dayOfWeekCosine:
            FeatureDefinition(name: "day_of_week_cosine", unit: .fraction, group: .calendar)
        case .whaleNet1h:
            FeatureDefinition(name: "whale_net_1h", unit: .fraction, group: .flow)
        case .whaleNet4h:
            FeatureDefinition(name: "whale_net_4h", unit: .fraction, group: .flow)
        case .retailNet1h:
            FeatureDefinition(name: "retail_net_1h", unit: .fraction, group: .flow)
        case .retailNet4h:
            FeatureDefinition(name: "retail_net_4h", unit: .fraction, group: .flow)
        case .takerImbalance15m:
            FeatureDefinition(name: "taker_imbalance_15m", unit: .fraction, group: .flow)
        case .takerImbalance1h:
            FeatureDefinition(name: "taker_imbalance_1h", unit: .fraction, group: .flow)
        case .takerImbalance4h:
            FeatureDefinition(name: "taker_imbalance_4h", unit: .fraction, group: .flow)
        case .intensity1m:
            FeatureDefinition(name: "intensity_1m", unit: .percent, group: .flow)
        case .intensity5m:
            FeatureDefinition(name: "intensity_5m", unit: .percent, group: .flow)
        case .intensity15m:
            FeatureDefinition(name: "intensity_15m", unit: .percent, group: .flow)
        case .intensity1h:
            FeatureDefinition(name: "intensity_1h", unit: .percent, group: .flow)
        case .intensity4h:
            FeatureDefinition(name: "intensity_4h", unit: .percent, group: .flow)
        case .divergence1m:
            FeatureDefinition(name: "divergence_1m", unit: .fraction, group: .flow)
        case .divergence15m:
            FeatureDefinition(name: "divergence_15m", unit: .fraction, group: .flow)
        case .divergence1h:
            FeatureDefinition(name: "divergence_1h", unit: .fraction, group: .flow)
        case .divergence4h:
            FeatureDefinition(name: "divergence_4h", unit: .fraction, group: .flow)
        case .whaleShare15m:
            FeatureDefinition(name: "whale_share_15m", unit: .fraction, group: .flow)
        case .whaleShare1h:
            FeatureDefinition(name: "whale_share_1h", unit: .fraction, group: .flow)
        case .sweepCount5m:
            FeatureDefinition(name: "sweep_count_5m", unit: .ratio, group: .flow)
        case .largestSweep5m:
            FeatureDefinition(name: "largest_sweep_5m", unit: .fraction, group: .flow)
        case .largestSweep15m:
            FeatureDefinition(name: "largest_sweep_15m", unit: .fraction, group: .flow)
        case .openInterestChange1:
            FeatureDefinition(name: "open_interest_change_1", unit: .relative, group: .openInterest)
        case .openInterestChange5:
            FeatureDefinition(name: "open_interest_change_5", unit: .relative, group: .openInterest)
        case .openInterestChange20:
            FeatureDefinition(
                name: "open_interest_change_20", unit: .relative, group: .openInterest)
        case .openInterestVelocity:
            FeatureDefinition(name: "open_interest_velocity", unit: .relative, group: .openInterest)
        case .openInterestAcceleration:
            FeatureDefinition(
                name: "open_interest_acceleration", unit: .relative, group: .openInterest)
        case .openInterestZ:
            FeatureDefinition(name: "open_interest_z", unit: .sigma, group: .openInterest)
        case .openInterestDivergence:
            FeatureDefinition(name: "open_interest_divergence", unit: .sigma, group: .openInterest)
        case .fundingRate:
            FeatureDefinition(name: "funding_rate", unit: .basisPoints, group: .funding)
        case .fundingChange:
            FeatureDefinition(name: "funding_change", unit: .basisPoints, group: .funding)
        case .fundingSum8:
            FeatureDefinition(name: "funding_sum_8", unit: .basisPoints, group: .funding)
        case .fundingZ:
            FeatureDefinition(name: "funding_z", unit: .sigma, group: .funding)
        case .fundingPredicted:
            FeatureDefinition(name: "funding_predicted", unit: .basisPoints, group: .funding)
        case .basis:
            FeatureDefinition(name: "basis", unit: .basisPoints, group: .basis)
        case .forcedImbalance5m:
            FeatureDefinition(name: "forced_imbalance_5m", unit: .fraction, group: .forcedOrders)
        case .forcedImbalance1h:
            FeatureDefinition(name: "forced_imbalance_1h", unit: .fraction, group: .forcedOrders)
        case .magnetDistanceUp:
            FeatureDefinition(name: "magnet_distance_up", unit: .relative, group: .magnets)
        case .magnetStrengthUp:
            FeatureDefinition(name: "magnet_strength_up", unit: .fraction, group: .magnets)
        case .magnetDistanceDown:
            FeatureDefinition(name: "magnet_distance_down", unit: .relative, group: .magnets)
        case .magnetStrengthDown:
            FeatureDefinition(name: "magnet_strength_down", unit: .fraction, group: .magnets)
        case .bookImbalance:
            FeatureDefinition(name: "book_imbalance", unit: .fraction, group: .book)
        case .heldHours:
            FeatureDefinition(name: "held_hours", unit: .hours, group: .position)
        case .unrealizedReturn:
            FeatureDefinition(name: "unrealized_return", unit: .relative, group: .position)
        case .peakReturn:
            FeatureDefinition(name: "peak_return", unit: .relative, group: .position)
        case .troughReturn:
            FeatureDefinition(name: "trough_return", unit: .relative, group: .position)
        case .drawdownReturn:
            FeatureDefinition(name: "drawdown_return", unit: .relative, group: .position)
        case .stopWidth:
            FeatureDefinition(name: "stop_width", unit: .relative, group: .position)
        case .cvdSinceEntry:
            FeatureDefinition(name: "cvd_since_entry", unit: .fraction, group: .position)
        case .entryPersistence:
            FeatureDefinition(name: "entry_persistence", unit: .code, group: .position)
        case .entryVolatility:
            FeatureDefinition(name: "entry_volatility", unit: .code, group: .position)
        case .entryDayTrend:
            FeatureDefinition(name: "entry_day_trend", unit: .code, group: .position)
        }
    }
}
