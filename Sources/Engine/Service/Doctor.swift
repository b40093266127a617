package import BinanceVenue
import Foundation
import Gateway
import Journal
import Models
import Trading

/// `narwhald doctor`: looks at everything that a start needs, and changes nothing.
package struct Doctor: Sendable {
    /// Free bytes below which an engine does not start, and below which somebody should know.
    private static let minFreeBytes: Int64 = 64 << 20
    private static let comfortBytes: Int64 = 512 << 20

    private let configuration: Configuration
    private let name: String
    private let environment: [String: String]
    private var lines: [CheckLine] = []

    /// Takes a configuration that was read from the file `name`.
    package init(_ configuration: Configuration, name: String, environment: [String: String]) {
        self.configuration = configuration
        self.name = name
        self.environment = environment
    }

    /// All lines, in the order in which they were found.
    package static func examine(
        path: String, environment: [String: String]
    ) async -> [CheckLine] {
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try Configuration(path: path)
        } catch {
            return [
                CheckLine(
                    "configuration", .failure, error.description,
                    advice: "narwhald config --explain names every key")
            ]
        }
        return await Doctor(configuration, name: path, environment: environment).examined()
    }

    /// Looks at everything.
    package func examined() async -> [CheckLine] {
        var doctor = self
        let place = configuration.binance.map { " at \($0.rest)" } ?? " on the simulated exchange"
        doctor.add(
            "configuration", .ok,
            "\(name): engine \(configuration.engineName), mode \(configuration.mode.rawValue.lowercased())\(place)"
        )
        doctor.lookAtState()
        doctor.lookAtModel()
        guard let settings = configuration.binance else { return doctor.lines }
        let client = doctor.lookAtKey(settings)
        if let client {
            await doctor.lookAtVenue(client, settings)
            client.stop()
        }
        return doctor.lines
    }

    private mutating func add(
        _ name: String, _ verdict: CheckLine.Verdict, _ text: String, _ advice: String? = nil
    ) {
        lines.append(CheckLine(name, verdict, text, advice: advice))
    }

    // MARK: Disk

    private mutating func lookAtState() {
        let path: String
        do throws(JournalError) {
            if let directory = configuration.stateDirectory {
                path = directory
            } else {
                path = try StateDirectory.path(
                    engine: configuration.engineName, environment: environment)
            }
        } catch { return add("state directory", .failure, error.text) }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            let parent = Self.existingParent(of: path)
            if errno == ENOENT || errno == 0, access(parent, W_OK) == 0 {
                add("state directory", .ok, "\(path) will be made")
            } else {
                add(
                    "state directory", .failure, "\(path) cannot be made in \(parent)",
                    "make it, and chown it to the user of the engine")
            }
            lookAtDisk(parent)
            lookAtSockets(path)
            return
        }
        if status.st_mode & S_IFMT != S_IFDIR {
            add("state directory", .failure, "\(path) is no directory", "move it away")
        } else if status.st_uid != geteuid() {
            add(
                "state directory", .failure, "\(path) belongs to another user",
                "run as the user of the engine, or chown it")
        } else if status.st_mode & 0o022 != 0 {
            add("state directory", .failure, "others may write in \(path)", "chmod 700 \(path)")
        } else if access(path, R_OK | W_OK | X_OK) != 0 {
            add(
                "state directory", .failure, "\(path) cannot be written",
                "chmod 700 it, and mount its disk for writing")
        } else {
            add("state directory", .ok, path)
        }
        lookAtDisk(path)
        lookAtLock(path)
        if LatchFile.isSet(in: path) {
            add(
                "latch", .warning, "set: the engine opens nothing",
                "narwhal arm \(configuration.engineName) when the engine runs")
        } else {
            add("latch", .ok, "not set")
        }
        lookAtSockets(path)
    }

    private static func existingParent(of path: String) -> String {
        var parent = path
        while access(parent, F_OK) != 0, let slash = parent.lastIndex(of: "/") {
            parent = String(parent[..<slash])
        }
        return parent.isEmpty ? "/" : parent
    }

    private mutating func lookAtDisk(_ path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return add("disk", .warning, "its space cannot be told")
        }
        let (free, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize))
        let megabytes = overflow ? Int64.max >> 20 : free >> 20
        let text = "\(megabytes) MB free"
        if overflow || free >= configuration.maxTapeBytes + Self.comfortBytes {
            add("disk", .ok, text)
        } else if free >= Self.minFreeBytes {
            add(
                "disk", .warning,
                text
                    + ", less than the tape (\(configuration.maxTapeBytes >> 20) MB) and the journal may need",
                "free some, or lower state.maxTapeMegabytes")
        } else {
            add("disk", .failure, text, "free some: without it nothing new is traded")
        }
    }

    /// A shared lock shows whether an engine holds its own; it is let go at once.
    private mutating func lookAtLock(_ path: String) {
        let file = path + "/lock"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            return errno == ENOENT
                ? add("lock", .ok, "no engine has run here")
                : add(
                    "lock", .failure, "\(file) cannot be opened",
                    "it must belong to the user of the engine")
        }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
            _ = flock(descriptor, LOCK_UN)
            return add("lock", .ok, "free: no engine runs here")
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        add(
            "lock", .warning,
            "an engine runs here, process \(String(decoding: digits, as: UTF8.self))",
            "a second one is refused")
    }

    private mutating func lookAtSockets(_ state: String) {
        let folder = configuration.gatewayDirectory ?? state + "/run"
        let longest = folder + "/control.sock"
        guard longest.utf8.count <= 107 else {
            return add(
                "sockets", .failure, "\(longest) is longer than 107 bytes",
                "set gateway.directory to a shorter path")
        }
        if configuration.isServiceAccess {
            for group in ["narwhal", "narwhal-control"] where getgrnam(group) == nil {
                return add(
                    "sockets", .failure, "the group \(group) does not exist",
                    "make it: groupadd --system \(group)")
            }
        }
        var status = stat()
        guard lstat(folder, &status) == 0 else {
            let parent = Self.existingParent(of: folder)
            return access(parent, W_OK) == 0
                ? add("sockets", .ok, "\(folder) will be made")
                : add(
                    "sockets", .failure, "\(folder) cannot be made in \(parent)",
                    "make it, and chown it to the user of the engine")
        }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            return add(
                "sockets", .failure, "\(folder) is no directory of the engine's user",
                "move it away, or set gateway.directory")
        }
        add("sockets", .ok, folder)
    }

    private mutating func lookAtModel() {
        do throws(StartError) {
            let models = try ModelFinder(configuration, registryFolder: registryFolder)
                .start(configuration)
            _ = try EngineRunner.core(
                configuration,
                instruments: configuration.symbols.enumerated().map { index, symbol in
                    Instrument.preset(symbol, id: InstrumentID(UInt16(index)))
                }, models: models.set)
            add("model", .ok, "\(models.set.name): \(models.place)")
        } catch {
            add(
                "model", .failure, error.description,
                "correct models.set, models.file or profile; see: narwhald models verify")
        }
    }

    /// Where the registry of the engine would be.
    private var registryFolder: String? {
        if let directory = configuration.stateDirectory {
            return StateDirectory.modelsPath(in: directory)
        }
        do throws(JournalError) {
            return StateDirectory.modelsPath(
                in: try StateDirectory.path(
                    engine: configuration.engineName, environment: environment))
        } catch { return nil }
    }

    // MARK: Venue

    private mutating func lookAtKey(_ settings: BinanceSettings) -> VenueClient? {
        if settings.keyFile == nil {
            add(
                "key file", .ok, "none; mode \(configuration.mode.rawValue.lowercased()) needs none"
            )
        }
        do throws(ConfigurationError) {
            let client = try VenueClient(settings, environment: environment)
            if let file = settings.keyFile {
                add("key file", .ok, "\(file) can be read by its owner alone")
            }
            let isSecure = settings.rest.hasPrefix("https:")
            add(
                "tls", .ok,
                isSecure
                    ? "certificates are verified"
                        + (settings.certificateAuthority.map { ", also by \($0)" } ?? "")
                    : "none: the exchange is on this machine")
            return client
        } catch {
            let isKey = !error.description.hasPrefix("venue.certificateAuthority")
            add(isKey ? "key file" : "tls", .failure, error.description)
            return nil
        }
    }

    private mutating func lookAtVenue(_ client: VenueClient, _ settings: BinanceSettings) async {
        let subject = VenueCheck.Subject(
            mode: configuration.mode, symbols: configuration.symbols,
            leverage: configuration.leverage, hasKey: client.hasKey,
            keepsWallTime: configuration.timeScale == 1)
        let check = await VenueCheck.read(subject, from: client.rest)
        lines += check.lines
        lines.append(await StreamCheck.read(configuration, settings))
    }
}
