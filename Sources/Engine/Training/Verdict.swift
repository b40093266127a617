/// Says in plain words what a figure after costs means.
package enum Verdict {
    /// Of the mean return of a signal.
    package static func edge(_ walkForward: SignalFigures, heldOut: SignalFigures) -> String {
        switch (sign(walkForward.net), sign(heldOut.net)) {
        case (.above, .above):
            "Signals made money after costs in the walk-forward parts and in the held-out stretch, by intervals that "
                + "exclude zero. Two months are little: this is a hint, not a proof."
        case (_, .below), (.below, _):
            "**Signals lost money after costs.** The model ranks candles a little better than chance, and that is not "
                + "enough to pay fees and slippage. It has no edge."
        case (.above, .zero):
            "Signals made money after costs in the walk-forward parts; in the held-out stretch the interval includes "
                + "zero. **No edge after costs is shown.**"
        case (.zero, .above):
            "Signals made money after costs in the held-out stretch, but not in the walk-forward parts, which are "
                + "longer. **No edge after costs is shown**; one good stretch is not one."
        case (.zero, .zero):
            "**No edge after costs is shown**: both intervals of the mean return include zero."
        }
    }

    /// Of the mean gain of leaving early.
    package static func exit(
        _ walkForward: ThresholdChoice.ExitFigures, heldOut: ThresholdChoice.ExitFigures
    ) -> String {
        switch (sign(walkForward.gain), sign(heldOut.gain)) {
        case (.above, .above):
            "Leaving by this model was better than holding to the bracket's end, in the walk-forward parts and in the "
                + "held-out stretch, by intervals that exclude zero."
        case (_, .below), (.below, _):
            "**Leaving by this model was worse than holding to the bracket's end.** It tells which way a position "
                + "tends to end, which is mostly geometry: how near stop and target are."
        case (.above, .zero), (.zero, .above), (.zero, .zero):
            "**It is not shown that leaving by this model is better than holding to the bracket's end**: an interval of "
                + "the mean gain includes zero. A high AUC is mostly geometry: how near stop and target are."
        }
    }

    private enum Sign { case above, zero, below }

    /// On which side of zero the whole interval lies; NaN bounds count as zero: nothing is known.
    private static func sign(_ interval: Interval) -> Sign {
        interval.low > 0 ? .above : interval.high < 0 ? .below : .zero
    }
}
