package import DecisionCore
import Market
import Messages
import Models
import Risk
package import Trading
package import Wire

/// Makes the picture for the screens out of the core, topic by topic.
///
/// Keeps only what the core does not: the entry probabilities over time, and since when flows diverge. Called about ten
/// times a wall second on the decision thread.
package struct Projector: Sendable {
    /// What one picture is made from, beside the core.
    package struct Surroundings: Sendable {
        package var shell: ShellIdentity
        package var wallTime: Timestamp
        package var health: HealthTopic
        package var commands: [CommandTimes.Entry]
        /// The last event whose facts are on disk.
        package var durable: UInt64
        /// Oldest first.
        package var events: [EventTopic]

        package init(
            shell: ShellIdentity, wallTime: Timestamp, health: HealthTopic,
            commands: [CommandTimes.Entry],
            durable: UInt64, events: [EventTopic]
        ) {
            self.shell = shell
            self.wallTime = wallTime
            self.health = health
            self.commands = commands
            self.durable = durable
            self.events = events
        }
    }

    var outlooks: [SymbolOutlook] = []
    private var commandCounts: [String: CommandCounts] = [:]
    /// What the last picture showed: what a command that is new in this one found.
    private var lastCounts: (orders: Int, positions: Int)?

    /// Orders and positions when a command came and when it ended, or now while it has not.
    private struct CommandCounts {
        var before: (orders: Int, positions: Int)
        var now: (orders: Int, positions: Int)
        var isFinished = false
    }

    package init() {}

    package mutating func snapshot(of engine: borrowing Engine, _ around: Surroundings) -> Snapshot
    {
        var snapshot = Snapshot()
        let indices = engine.symbols.indices
        if outlooks.isEmpty { outlooks = indices.map { _ in SymbolOutlook() } }
        for index in indices { outlooks[index].look(engine, index, wall: around.wallTime) }
        snapshot.engine = Self.engineTopic(engine, around)
        snapshot.safety = Self.safety(engine)
        snapshot.account = Self.account(engine)
        snapshot.positions = indices.compactMap { position(engine, $0) }
        snapshot.exits = indices.compactMap { exit(engine, $0) }
        snapshot.exitSeries = indices.flatMap { series(engine, $0) }
        snapshot.entries = indices.map { entry(engine, $0) }
        snapshot.flow = indices.map { flow(engine, $0) }
        snapshot.map = indices.map { Self.map(engine, $0, source: around.shell.clusterSource) }
        snapshot.guards = indices.flatMap { guards(engine, $0) }
        snapshot.session = Self.session(engine)
        snapshot.funnel = Self.funnel(engine)
        snapshot.events = around.events
        snapshot.commands = commands(engine, around)
        snapshot.health = around.health
        snapshot.models = models(engine)
        return snapshot
    }

    private static func engineTopic(_ engine: borrowing Engine, _ around: Surroundings)
        -> EngineTopic
    {
        EngineTopic(
            name: engine.configuration.engineName, host: around.shell.host,
            mode: engine.configuration.mode.rawValue, gate: engine.gate.state.rawValue,
            isLatched: engine.gate.state == .latched,
            notReady: engine.whyNotReady(
                engine.symbols.firstIndex { !$0.isPaused } ?? 0)?.rawValue,
            modelSet: engine.models.set.name,
            profile: engine.configuration.profile.name,
            build: around.shell.build, startedAt: around.shell.startedAt.milliseconds,
            engineTime: engine.now.milliseconds, wallTime: around.wallTime.milliseconds,
            timeScale: around.shell.timeScale, clockOffsetMs: nil,
            symbols: engine.symbols.map { $0.instrument.symbol.description })
    }

    /// How many of each kind are shown: the latest, those on their way, and those that close or disarm.
    private static let shownCommands = 20

    /// The ladders of the latest commands, of those that are not through, and of those that close or disarm, so that
    /// no flood of others hides a kill or the last rungs of one; with the wall times of their rungs.
    private mutating func commands(_ engine: borrowing Engine, _ around: Surroundings)
        -> [CommandTopic]
    {
        let current = (orders: engine.orders.live.count, positions: engine.openPositions)
        var topics: [CommandTopic] = []
        let records = engine.commands.records
        let latest = records.count - Self.shownCommands
        let open = records.indices.filter { $0 < latest && !records[$0].isFinished }
        let weighty = records.indices.filter {
            $0 < latest && records[$0].isFinished && records[$0].envelope.command.closesOrDisarms
        }
        let shown =
            (weighty.suffix(Self.shownCommands) + open.prefix(Self.shownCommands)).sorted()
            + records.indices.suffix(Self.shownCommands)
        for record in shown.map({ records[$0] }) {
            let id = record.envelope.id
            let times = around.commands.last { $0.id == id }
            var counts =
                commandCounts[id.description]
                ?? CommandCounts(before: lastCounts ?? current, now: current)
            // What happens after its end is not its doing.
            if !counts.isFinished { counts.now = current }
            counts.isFinished = record.isFinished
            commandCounts[id.description] = counts
            let start = record.rungs.first?.time ?? engine.now
            topics.append(
                CommandTopic(
                    id: id.description, name: record.envelope.command.name,
                    origin: record.envelope.origin.text,
                    acceptedAtWall: (times?.acceptedWall ?? start).milliseconds,
                    rungs: record.rungs.map { rung in
                        let timed = times?.rungs.first { $0.step == rung.step }
                        let after =
                            timed.map { Double($0.after) / 1e6 } ?? (rung.time - start).seconds
                            * 1e3
                        return LadderRungTopic(
                            step: rung.step.rawValue, afterMs: after,
                            durable: timed.map { $0.sequence <= around.durable } ?? true)
                    },
                    ordersBefore: counts.before.orders, ordersNow: counts.now.orders,
                    positionsBefore: counts.before.positions,
                    positionsNow: counts.now.positions, refusal: record.refusal?.text,
                    symbol: record.envelope.command.symbol?.description))
        }
        lastCounts = current
        if commandCounts.count > 256 {
            commandCounts = commandCounts.filter { key, _ in topics.contains { $0.id == key } }
        }
        return topics
    }
}

extension Command {
    fileprivate var closesOrDisarms: Bool {
        switch self {
        case .flatten, .kill, .halt, .close: true
        case .pause, .resume, .arm, .reduce, .breakEven, .pauseSymbol, .resumeSymbol: false
        }
    }
}

extension CommandOrigin {
    /// For people: `uid 1000 pid 4711`, `signal SIGUSR1`, `kill file`, `breaker drawdown`.
    package var text: String {
        switch self {
        case .socket(let uid, let pid): "uid \(uid) pid \(pid)"
        case .signal(let name): "signal \(name)"
        case .killFile: "kill file"
        case .breaker(let id): "breaker \(id.rawValue)"
        }
    }
}
