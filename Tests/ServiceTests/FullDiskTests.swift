import DecisionCore
import Foundation
import Journal
import Messages
import Testing
import Trading
import Wire

@testable import Service

/// A state directory on a file system of its own, small enough to be filled.
final class SmallDisk {
    let path: String
    private let directory: TestDirectory

    /// `nil` when this user may not mount.
    init?(megabytes: Int) throws {
        directory = try TestDirectory()
        path = directory.path
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=0700") == 0 else {
            return nil
        }
    }

    /// Takes what room is left.
    func fill() {
        let file = open(path + "/filler", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        for size in [65_536, 4_096, 1] {
            let bytes = [UInt8](repeating: 1, count: size)
            while write(file, bytes, size) > 0 {}
        }
        close(file)
    }

    func free() { unlink(path + "/filler") }

    deinit { umount2(path, Int32(MNT_DETACH)) }
}

extension RunningEngineTests {
    @Suite struct FullDiskTests {
        static let mayMount: Bool = {
            do { return try SmallDisk(megabytes: 1) != nil } catch { return false }
        }()

        private func configuration(_ disk: SmallDisk) throws -> Service.Configuration {
            var configuration = try TestEngine.configuration(TestDirectory())
            let model = disk.path + "/model.json"
            try TestEngine.model.write(toFile: model, atomically: false, encoding: .utf8)
            configuration.modelFile = model
            configuration.stateDirectory = disk.path
            return configuration
        }

        @Test(
            .enabled(
                if: RunningEngineTests.FullDiskTests.mayMount,
                "this user may not mount a small disk"))
        func `a full disk at the start is said plainly, and afterwards it starts`() throws {
            let disk = try #require(try SmallDisk(megabytes: 16))
            let configuration = try configuration(disk)
            disk.fill()
            do {
                _ = try TestEngine(configuration).stop()
                Issue.record("it started")
            } catch let error as StartError {
                #expect(error.description.contains("disk is full"), "\(error)")
            }
            disk.free()
            let engine = try TestEngine(configuration)
            #expect(engine.stop().isClean)
        }

        @Test(
            .enabled(
                if: RunningEngineTests.FullDiskTests.mayMount,
                "this user may not mount a small disk"))
        func `when the disk fills up no risk is taken, a kill works, and room heals it`() throws {
            let disk = try #require(try SmallDisk(megabytes: 24))
            let engine = try TestEngine(configuration(disk))
            let client = try engine.control()
            try engine.waitForPosition(client)
            disk.fill()
            let isFailed = eventually { engine.log.has("the store cannot be written") }
            #expect(isFailed)
            let ladder = try client.command(.kill, id: "k1") {
                $0.has("confirmedByVenue") && $0.has("latched")
            }
            #expect(ladder.positionsNow == 0)
            let fills = engine.log.count(of: " FILL ")
            disk.free()
            let isHealthy = eventually { engine.log.has("the store is healthy again") }
            #expect(isHealthy)
            try client.follow("k1") { $0.rung("completed")?.durable == true }
            #expect(engine.log.count(of: " FILL ") == fills)
            let end = engine.stop()
            #expect(end.isClean)
            #expect(end.outcome?.engine.gate.state == .latched)
        }
    }
}
