/// Says in plain words what a figure after costs means.
package enum Verdict {
    /// Days with a signal below which nothing is said about signals.
    static let minDays = 15

    /// Of the mean return of a signal.
    package static func edge(_ walkForward: SignalFigures, heldOut: SignalFigures) -> String {
        guard heldOut.signalDays >= minDays else {
            return
                "**No edge after costs is shown**: in the held-out stretch it signaled on \(heldOut.signalDays) days only, too few to say anything."
        }
        return switch (sign(walkForward.net), sign(heldOut.net)) {
        case (.above, .above):
            "Signals made money after costs in the walk-forward parts and in the held-out stretch, by intervals that "
                + "exclude zero. Two months are little: this is a hint, not a proof."
        case (_, .below):
            "**Signals lost money after costs in the held-out stretch**, by an interval that excludes zero. It has no edge."
        case (.below, _):
            "**Signals lost money after costs in the walk-forward parts**, by an interval that excludes zero although "
                + "the threshold was chosen there; in the held-out stretch nothing better is shown. It has no edge."
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
            "**Leaving by this model was worse than holding to the bracket's end.** What it tells of how "
                + "positions end pays nothing, and where the interval of its AUC includes 0.5 it tells nothing."
        case (.above, .zero), (.zero, .above), (.zero, .zero):
            "**It is not shown that leaving by this model is better than holding to the bracket's end**: an interval of "
                + "the mean gain includes zero. Where the interval of its AUC includes 0.5 it tells nothing of how positions end."
        }
    }

    private enum Sign { case above, zero, below }

    /// On which side of zero the whole interval lies; NaN bounds count as zero: nothing is known.
    private static func sign(_ interval: Interval) -> Sign {
        interval.low > 0 ? .above : interval.high < 0 ? .below : .zero
    }
}
