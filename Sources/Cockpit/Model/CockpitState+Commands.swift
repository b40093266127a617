import Wire

extension CockpitState {
    /// Orders something of the engine: sends it now and again until the engine has it.
    mutating func order(
        _ verb: CommandVerb, name: String? = nil, symbol: String? = nil, percent: Int? = nil
    ) -> (id: String?, effects: [CockpitEffect]) {
        if isReadOnly {
            say("read-only: this cockpit may look, and touch nothing", isWarning: true)
            return (nil, [])
        }
        if !verb.stops {
            // What starts trading is decided on what is true now, and is never kept for later.
            guard engine.link.isConnected, freshness.isTrusted else {
                say(
                    "\(verb.rawValue) was not sent: the engine's state is not known",
                    isWarning: true)
                return (nil, [])
            }
        }
        commandCount += 1
        let id = "\(setup.commandPrefix)-\(commandCount)"
        var request = CommandRequest(
            verb: verb, id: id, name: name, symbol: symbol, percent: percent)
        if !verb.stops, let time = engine.data.engine?.engineTime ?? engine.hello?.engineTime {
            let window = Double(CockpitState.startWindow) * min(timeScale, 1_000_000)
            request.notAfter = time &+ Int64(window)
        }
        commands.append(SentCommand(request, askedAt: now))
        if commands.count > CockpitState.maxCommands {
            // The oldest finished one goes first: an open stop is not forgotten.
            commands.remove(at: commands.firstIndex { !$0.isOpen } ?? 0)
        }
        return (id, sendCommands())
    }

    /// How long a start-direction command may be under way, in wall milliseconds.
    static let startWindow: Int64 = 30_000

    /// Sends every command that is due: new ones, and unanswered ones every half second.
    mutating func sendCommands() -> [CockpitEffect] {
        var effects: [CockpitEffect] = []
        for index in commands.indices where commands[index].isOpen {
            let age = now - commands[index].askedAt
            if !commands[index].request.verb.stops, age >= SentCommand.deliveryBound {
                commands[index].isGivenUp = true
                say("\(commands[index].request.words) was NOT DELIVERED", isWarning: true)
                continue
            }
            if commands[index].attempts >= SentCommand.maxAttempts {
                commands[index].isGivenUp = true
                continue
            }
            guard engine.link.isConnected else { continue }
            if let last = commands[index].lastSentAt, now - last < SentCommand.resendPeriod {
                continue
            }
            commands[index].lastSentAt = now
            commands[index].attempts += 1
            if commands[index].firstSentAt == nil { commands[index].firstSentAt = now }
            let request = commands[index].request
            effects.append(
                .send(ClientMessage(id: .text(request.id), request: .command(request))))
        }
        return effects
    }

    /// Shows a short message in the place of the log's last line.
    mutating func say(_ text: String, isWarning: Bool = false) {
        notice = Notice(text: text, isWarning: isWarning, until: now + (isWarning ? 10_000 : 5_000))
    }
}
