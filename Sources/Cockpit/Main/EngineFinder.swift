import ArgumentParser
import FoundationEssentials
import Glibc
import Wire

/// Which engine is meant.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Control socket of the engine.", valueName: "path"))
    var socket: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "State directory of the engine, which names its sockets.", valueName: "dir"))
    var state: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Name of the engine. Without any of the three: the only one that runs.",
            valueName: "name"))
    var engine: String?

    func validate() throws {
        let given = [socket, state, engine].compactMap { $0 }
        if given.count > 1 {
            throw ValidationError("give only one of --socket, --state and --engine")
        }
        if given.contains("") {
            throw ValidationError("the engine's socket, directory or name is empty")
        }
    }
}

/// Where an engine listens.
struct EngineEndpoint: Hashable {
    /// Its name, as far as it is known before it was asked.
    var name: String?
    var controlSocket: String
    var viewSocket: String
    /// Where its `KILL` file would be.
    var stateDirectory: String?
}

/// What an engine leaves in its state directory while it runs: `engine.json`.
private struct EngineRecord: Decodable {
    var engine: String?
    var controlSocket: String?
    var viewSocket: String?
}

extension EngineOptions {
    /// Finds the engine; that it is found does not mean that it runs, unless nothing was said about which.
    func find() throws(Failure) -> EngineEndpoint {
        if let socket { return try EngineEndpoint(controlSocket: socket) }
        if let state { return try EngineEndpoint(stateDirectory: state) }
        let home = Environment.stateHome
        if let engine {
            if engine.contains("/") || engine.hasPrefix(".") {
                throw Failure(
                    .noEngine, "'\(engine)' is not an engine's name; use --state for a directory")
            }
            return try EngineEndpoint(stateDirectory: home + "/" + engine)
        }
        return try onlyRunningEngine(home: home)
    }

    private func onlyRunningEngine(home: String) throws(Failure) -> EngineEndpoint {
        var running: [EngineEndpoint] = []
        var forbidden: [String] = []
        for name in Files.names(in: home) {
            let folder = home + "/" + name
            guard access(folder + "/engine.json", F_OK) == 0 else { continue }
            let endpoint = try EngineEndpoint(stateDirectory: folder)
            switch UnixSocket.connect(to: endpoint.viewSocket) {
            case .success(let descriptor):
                close(descriptor)
                running.append(endpoint)
            case .failure(let problem):
                if problem.isPermission { forbidden.append(name) }
            }
        }
        if let only = running.first, running.count == 1 { return only }
        if running.count > 1 {
            let names = running.map { $0.name ?? $0.controlSocket }.joined(separator: ", ")
            throw Failure(.ambiguous, "several engines run (\(names)); name one with --engine NAME")
        }
        if let name = forbidden.first {
            throw Failure(
                .notAllowed,
                "engine '\(name)' is not open to you; ask for its group, or run as its user")
        }
        throw Failure(
            .noEngine,
            "no engine is running under \(home); start one with 'narwhal run' or 'narwhal demo', or name it with "
                + "--socket or --state")
    }
}

extension EngineEndpoint {
    /// The endpoint of a socket path; the view socket lies beside the control socket.
    init(controlSocket path: String) throws(Failure) {
        var folder = ""
        if let slash = path.lastIndex(of: "/") { folder = String(path[...slash]) }
        let isNamedControl = path == folder + WireProtocol.controlSocketName
        self.init(
            name: nil, controlSocket: path,
            viewSocket: isNamedControl ? folder + WireProtocol.viewSocketName : path,
            stateDirectory: nil)
        try checkLengths()
    }

    /// The endpoint that a state directory names; where it names none, the usual one.
    init(stateDirectory folder: String) throws(Failure) {
        let trimmed = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard access(trimmed, F_OK) == 0 else {
            throw Failure(
                errno == EACCES ? .notAllowed : .noEngine,
                "there is no state directory \(trimmed) (\(errorText(errno))); start the engine, or name another one"
            )
        }
        var record: EngineRecord?
        if let bytes = Files.read(trimmed + "/engine.json", limit: 65_536) {
            do {
                record = try JSONDecoder().decode(EngineRecord.self, from: Data(bytes))
            } catch {
                throw Failure(
                    .system,
                    "\(trimmed)/engine.json cannot be read: it is not what an engine writes")
            }
        } else if errno == EACCES {
            throw Failure(
                .notAllowed, "\(trimmed)/engine.json may not be read by you; ask for its group")
        }
        let name = trimmed.split(separator: "/").last.map(String.init)
        self.init(
            name: record?.engine ?? name,
            controlSocket: record?.controlSocket ?? trimmed + "/run/"
                + WireProtocol.controlSocketName,
            viewSocket: record?.viewSocket ?? trimmed + "/run/" + WireProtocol.viewSocketName,
            stateDirectory: trimmed)
        try checkLengths()
    }

    private func checkLengths() throws(Failure) {
        for path in [controlSocket, viewSocket] where path.utf8.count > UnixSocket.maxPath {
            throw Failure(
                .noEngine,
                "the socket path has \(path.utf8.count) bytes and at most \(UnixSocket.maxPath) are possible; use a "
                    + "shorter directory: \(path)")
        }
    }
}
