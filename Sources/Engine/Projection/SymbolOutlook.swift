import DecisionCore
import Market
import Messages
import Models
import Trading

/// What the models would say of one symbol now, and over time, as the screen remembers it.
///
/// Asking them costs, and the decision thread does it: the probabilities are asked four times a wall second, what moves
/// them once.
struct SymbolOutlook: Sendable {
    private static let capacity = 1_200
    private static let lookEvery = Duration.milliseconds(250)
    private static let explainEvery = Duration.seconds(1)

    /// `nil` before the first look.
    private(set) var entry: EntryReading?
    /// What moves the stronger side's entry probability, strongest first.
    private(set) var entryContributors: [Contribution] = []
    /// What the exit models say of the open position; `nil` while flat.
    private(set) var exit: EnsembleReading?
    private(set) var exitContributors: [Contribution] = []
    /// Engine milliseconds, oldest first, about one a second.
    private(set) var times: [Int64] = []
    private(set) var longValues: [Double] = []
    private(set) var shortValues: [Double] = []
    private(set) var divergingSince: Timestamp?
    private var nextLook = Timestamp.distantPast
    private var nextExplanation = Timestamp.distantPast
    /// Of whose set all this is, and since when that position is open: of another nothing is kept.
    private var set: ModelSet?
    private var opened: Timestamp?

    /// The entry probability of `direction`; NaN when nobody can say.
    func probability(_ direction: Direction) -> Double { entry?[direction].probability ?? .nan }

    mutating func look(_ engine: borrowing Engine, _ index: Int, wall: Timestamp) {
        let position = engine.symbols[index].position?.record.openedTime
        let isNew = set !== engine.models.set || opened != position
        set = engine.models.set
        opened = position
        if isNew || wall >= nextLook {
            // Not all symbols in the same picture.
            let part = isNew ? Int64(index % 10) : 10
            nextLook = wall + .milliseconds(Self.lookEvery.milliseconds * part / 10)
            let explains = isNew || wall >= nextExplanation
            if explains {
                nextExplanation = wall + .milliseconds(Self.explainEvery.milliseconds * part / 10)
            }
            ask(engine, index, explains: explains)
        }
        remember(at: engine.now.milliseconds)
        let sums = engine.symbols[index].market.flow.window(.fifteenMinutes)
        let isDiverging =
            sums.whaleNet.units.signum() * sums.retailNet.units.signum() < 0
        if isDiverging {
            if divergingSince == nil { divergingSince = engine.now }
        } else {
            divergingSince = nil
        }
    }

    private mutating func ask(_ engine: borrowing Engine, _ index: Int, explains: Bool) {
        let outlook = engine.entryOutlook(index)
        entry = outlook.reading
        exit = engine.exitReading(index)
        guard explains else { return }
        let long = probability(.long) - engine.symbols[index].longThreshold.value
        let short = probability(.short) - engine.symbols[index].shortThreshold.value
        let stronger: Direction = short > long || long.isNaN ? .short : .long
        entryContributors = engine.entryContributors(stronger, row: outlook.row)
        exitContributors = engine.exitContributors(index)
    }

    private mutating func remember(at now: Int64) {
        let long = probability(.long)
        let short = probability(.short)
        guard now - (times.last ?? 0) >= 1_000, long.isFinite, short.isFinite else { return }
        if times.count == Self.capacity {
            times.removeFirst(Self.capacity / 4)
            longValues.removeFirst(Self.capacity / 4)
            shortValues.removeFirst(Self.capacity / 4)
        }
        times.append(now)
        longValues.append(long)
        shortValues.append(short)
    }
}
