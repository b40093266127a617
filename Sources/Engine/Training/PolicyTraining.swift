import Models
import Networks
import Research
import Trading

/// How the policy is trained.
package struct PolicyParameters: Hashable, Sendable {
    package var hidden = 32
    package var iterations = 60
    package var rollout = 4_096
    /// Candles of an episode: a week.
    package var episode = 2_016

    package init() {}
}

/// A finished policy.
package struct TrainedPolicy: Sendable, Codable {
    /// The model file.
    package var model: [UInt8]
    /// Mean reward of an episode, by iteration; NaN is written as −1,000 where none ended.
    package var curve: [Double]
}

/// What one way of trading came to in the markets of one stretch.
package struct PolicyOutcome: Hashable, Sendable {
    /// By symbol, in the order of the data: change of equity over the stretch.
    package var returns: [Double]
    package var trades: Int
    package var meanReturn: Double { returns.reduce(0, +) / Double(max(1, returns.count)) }
}

/// Makes the markets that a policy trades in, from answers of models that had not seen them.
enum PolicyMarkets {
    /// The longest run of candles of a symbol in which both sides have answers and all `components` are known.
    static func make(
        _ symbol: SymbolData, long: [Int: Double], short: [Int: Double],
        components: [PolicyState.Component]
    ) throws(TrainingError) -> TradingMarket {
        var rows = [Int?](repeating: nil, count: symbol.path.count)
        for (row, candle) in symbol.table.candles.enumerated() { rows[candle] = row }
        var states: [PolicyState?] = []
        var last: PolicyState?
        for candle in 0..<symbol.path.count {
            guard let row = rows[candle] else {
                // Nothing was traded: what was known before still holds.
                states.append(last)
                continue
            }
            guard let p = long[candle], let q = short[candle] else {
                states.append(nil)
                last = nil
                continue
            }
            var state = PolicyState()
            state.takeMarket(symbol.table.row(row))
            state.takeSignals(long: p, short: q)
            last = state
            states.append(state)
        }
        let isWhole = states.map { state in
            state.map { state in components.allSatisfy { !state[$0].isNaN } } ?? false
        }
        let run = longestRun(isWhole)
        guard run.count > 500 else {
            throw .tooFewSamples(
                "\(run.count) candles of \(symbol.symbol) for a policy to trade in")
        }
        var columns: [PolicyState.Component: [Float]] = [:]
        for component in components {
            columns[component] = run.map { states[$0].map { $0[component] } ?? .nan }
        }
        do throws(MarketError) {
            return try TradingMarket(
                high: run.map { symbol.path.highs[$0] }, low: run.map { symbol.path.lows[$0] },
                close: run.map { symbol.path.closes[$0] },
                days: run.map { Int(symbol.path.openTimes[$0].milliseconds / 86_400_000) },
                columns: columns)
        } catch {
            throw .data("\(symbol.symbol): \(error.text)")
        }
    }

    /// The components that the rows of every symbol have at least once; the others have no data.
    static func components(_ data: TrainingData) -> [PolicyState.Component] {
        TradingMarket.components.filter { component in
            if component == .modelSignal || component == .confidence { return true }
            return data.symbols.allSatisfy { symbol in
                (0..<symbol.table.count).contains { row in
                    var state = PolicyState()
                    state.takeMarket(symbol.table.row(row))
                    return !state[component].isNaN
                }
            }
        }
    }

    static func longestRun(_ isWhole: [Bool]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...isWhole.count where index == isWhole.count || !isWhole[index] {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }
}

extension TrainingRun {
    static let policyFile = "policy.safetensors"

    /// Makes the policy alone, with what it rests on.
    func makePolicy(long: TrainedRole, short: TrainedRole) throws(TrainingError) {
        _ = try writePolicy(
            long: EntryJudgement(trees: long, lstm: nil, seed: plan.seed),
            short: EntryJudgement(trees: short, lstm: nil, seed: plan.seed))
    }

    /// Trains the policy on walk-forward answers, writes it with its card, and says its entry in the manifest; `nil`
    /// where the data is too short for one.
    func writePolicy(
        long: EntryJudgement, short: EntryJudgement
    ) throws(TrainingError) -> SetManifest.Member? {
        let training: [TradingMarket]
        let heldOut: [TradingMarket]
        do throws(TrainingError) {
            training = try markets(
                (long.walkForwardRows, long.walkForward),
                (short.walkForwardRows, short.walkForward))
            heldOut = try markets(
                (long.trees.heldOut, long.heldOut), (short.trees.heldOut, short.heldOut))
        } catch {
            progress.say("no policy: \(error.text)")
            return nil
        }
        let parameters = plan.policy
        let seed = plan.seed(of: "policy")
        let fingerprint = Digest.hex(of: [
            "policy 1", "\(parameters)", plan.text, "\(seed)", long.trees.rows.digest,
            Digest.hex(raw: long.walkForward), Digest.hex(raw: short.walkForward),
        ])
        let trained: TrainedPolicy = try store.result("policy", fingerprint: fingerprint) {
            () throws(TrainingError) in
            train(training, parameters, seed: seed) { share in progress.show("policy", share) }
        }
        progress.finish()
        try Files.write(trained.model, to: out + "/" + Self.policyFile)
        let network: PolicyNetwork
        do throws(ModelError) {
            network = try PolicyNetwork(try SafeTensors(trained.model))
        } catch {
            throw .ownModelRefused(error.text)
        }
        let baseline = TradingBaseline(
            longThreshold: Float(long.walkForwardSignals.threshold),
            shortThreshold: Float(short.walkForwardSignals.threshold))
        let pairs = [training, heldOut].map { markets in
            (
                policy: outcome(markets) { network.action($0.span) ?? 0 },
                rule: outcome(markets, choose: baseline.choose)
            )
        }
        try writePolicyCard(
            trained, parameters, walkForward: pairs[0], heldOut: pairs[1],
            absent: training[0].absent)
        var member = SetManifest.Member()
        member.id = "policy"
        member.kind = .policy
        member.role = .policy
        member.file = Self.policyFile
        member.sha256 = Digest.hex(trained.model)
        member.mode = .advise
        return member
    }

    private var rules: TradingRules {
        var rules = TradingRules()
        rules.stop = plan.bracket.stop
        rules.target = plan.bracket.target
        rules.maxHold = plan.bracket.horizon
        // The bracket's costs are a fee each way and what is left for slippage.
        rules.takerFee = min(0.0005, plan.bracket.costs / 2)
        rules.slippage = max(0, plan.bracket.costs / 2 - rules.takerFee)
        rules.episode = plan.policy.episode
        return rules
    }

    private func markets(
        _ long: (LabeledRows, [Double]), _ short: (LabeledRows, [Double])
    ) throws(TrainingError) -> [TradingMarket] {
        func byCandle(_ answers: (rows: LabeledRows, p: [Double])) -> [[Int: Double]] {
            var result = data.symbols.map { _ in [Int: Double]() }
            for index in 0..<answers.rows.count {
                result[answers.rows.symbols[index]][answers.rows.candles[index]] = answers.p[index]
            }
            return result
        }
        let (longs, shorts) = (byCandle(long), byCandle(short))
        let components = PolicyMarkets.components(data)
        var markets: [TradingMarket] = []
        for (place, symbol) in data.symbols.enumerated() {
            markets.append(
                try PolicyMarkets.make(
                    symbol, long: longs[place], short: shorts[place], components: components))
        }
        return markets
    }

    private func train(
        _ markets: [TradingMarket], _ parameters: PolicyParameters, seed: UInt64,
        progress: (Double) -> Void
    ) -> TrainedPolicy {
        var environment = TradingEnvironment(markets, rules: rules)
        var configuration = PolicyConfiguration(
            stateCount: environment.stateCount, actionCount: environment.actionCount)
        configuration.hidden = parameters.hidden
        configuration.iterations = parameters.iterations
        configuration.rollout = parameters.rollout
        // A candle moves equity by hundredths of a per cent.
        configuration.rewardScale = 1_000
        configuration.seed = seed
        var trainer = PolicyTrainer(configuration)
        var curve: [Double] = []
        while !trainer.isFinished {
            let report = trainer.runIteration(&environment)
            curve.append(report.meanEpisodeReward ?? -1_000)
            progress(Double(trainer.iteration) / Double(parameters.iterations))
        }
        return TrainedPolicy(
            model: trainer.export(
                state: PolicyState.Component.allCases.map(\.name),
                absent: environment.absent.map(\.name),
                actions: PolicyAction.allCases.map(\.name)), curve: curve)
    }

    /// Trades the whole of each market once.
    private func outcome(
        _ markets: [TradingMarket], choose: ([Float]) -> Int
    ) -> PolicyOutcome {
        var outcome = PolicyOutcome(returns: [], trades: 0)
        for market in markets {
            var rules = self.rules
            rules.episode = market.count
            var environment = TradingEnvironment([market], rules: rules)
            environment.reset(market: 0, candle: 0)
            var state = [Float](repeating: 0, count: environment.stateCount)
            var goesOn = true
            while goesOn {
                environment.fill(&state)
                let action = choose(state)
                let isEntry =
                    action == PolicyAction.enterLong.rawValue
                    || action == PolicyAction.enterShort.rawValue
                if isEntry && state[PolicyState.Component.position.rawValue] == 0 {
                    outcome.trades += 1
                }
                goesOn = environment.step(action).episode == .goesOn
            }
            outcome.returns.append(environment.equity - 1)
        }
        return outcome
    }

    private func writePolicyCard(
        _ trained: TrainedPolicy, _ parameters: PolicyParameters,
        walkForward: (policy: PolicyOutcome, rule: PolicyOutcome),
        heldOut: (policy: PolicyOutcome, rule: PolicyOutcome), absent: [PolicyState.Component]
    ) throws(TrainingError) {
        var card = Card(title: "policy: hold, enter, leave or resize?")
        let beats =
            heldOut.policy.meanReturn > heldOut.rule.meanReturn && heldOut.policy.meanReturn > 0
        card.paragraph(
            beats
                ? "In the held-out stretch it did better than the rule and made money. That is one stretch, by few independent trades: it stays at `advise`."
                : "**It did not show that it beats the rule and makes money out of sample**: it stays at `advise`."
        )
        if heldOut.policy.trades == 0 {
            card.paragraph(
                "It never entered: where nothing pays its costs, staying out is what there is to learn."
            )
        }
        card.section("What it learned from")
        card.paragraph(
            "Trading, candle by candle, in the training window's markets, with entry probabilities by models that had not seen them. Reward: change of equity after fees and slippage, less a penalty for drawdown that grows. Stop, target and longest hold are the set's bracket (\(CardNumber.percent(plan.bracket.stop, 2)), \(CardNumber.percent(plan.bracket.target, 2)), \(plan.bracket.horizon) candles), a leg is \(CardNumber.percent(rules.legFraction, 0)) of equity, at most \(rules.maxLegs) legs. Funding is not paid there."
        )
        card.paragraph(
            "PPO, two hidden layers of \(parameters.hidden) units, \(parameters.iterations) iterations of \(parameters.rollout) candles, seed \(plan.seed(of: "policy")). Of its 20 state components these had no data and were always zero: \(absent.isEmpty ? "none" : absent.map(\.name).joined(separator: ", "))."
        )
        card.section("Against the rule")
        card.paragraph(
            "The rule enters where a side reaches its threshold and holds to the bracket's end. Change of equity over the whole stretch, by symbol; the policy has learned from the first stretch, so only the second says anything."
        )
        let symbols = data.symbols.map(\.symbol.description)
        func cells(_ outcome: PolicyOutcome) -> [String] {
            outcome.returns.map { CardNumber.percent($0, 2) } + ["\(outcome.trades)"]
        }
        card.table(
            [""] + symbols + ["entries"],
            [
                ["policy, learned from"] + cells(walkForward.policy),
                ["rule, same stretch"] + cells(walkForward.rule),
                ["policy, held out"] + cells(heldOut.policy),
                ["rule, held out"] + cells(heldOut.rule),
            ])
        card.section("What it cannot do")
        card.bullet("It never saw order flow, open interest or the book, nor funding being paid.")
        card.bullet(
            "Its probabilities of actions are how sure it is, not calibrated chances of anything.")
        card.bullet("A missing component makes it silent: no advice, and no veto.")
        try Files.write(Array(card.text.utf8), to: out + "/cards/policy.md")
    }
}
