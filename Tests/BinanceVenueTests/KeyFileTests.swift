import BinanceVenue
import Foundation
import Testing

struct KeyFileTests {
    private static let good = #"{"apiKey": "AbC123", "secret": "s3cr3tw0rd"}"#

    /// The error of reading a file with this text and mode; `nil` when it was accepted.
    private func refusal(
        _ text: String, mode: mode_t = 0o400, place: (String) -> KeyFile.Place = { .path($0) }
    ) throws -> String? {
        let folder = try Folder()
        let path = try folder.write("key", text, mode: mode)
        do throws(KeyFileError) {
            _ = try KeyFile(place(path), environment: [:])
            return nil
        } catch {
            #expect(!error.description.contains("s3cr3t"))
            return error.description.replacing(path, with: "KEY")
        }
    }

    @Test(arguments: [
        good, "\n {\"secret\":\"x\",\"apiKey\":\"y\"}\n",
        #"{"rest":"http://127.0.0.1:1","ws":"ws://127.0.0.1:1","apiKey":"a","secret":"b","pid":7,"checksTimestamps":true}"#,
    ])
    func `a key file of mode 400 is accepted`(text: String) throws {
        #expect(try refusal(text) == nil)
    }

    @Test func `the words arrive, and can sign`() throws {
        let folder = try Folder()
        let path = try folder.write("key", Self.good, mode: 0o400)
        let file = try KeyFile(.path(path), environment: [:])
        #expect(file.apiKey.withBytes { Array($0) } == Array("AbC123".utf8))
        #expect(file.secret.withBytes { Array($0) } == Array("s3cr3tw0rd".utf8))
        _ = try file.credentials()
    }

    @Test func `nothing that holds a secret prints it`() throws {
        let folder = try Folder()
        let file = try KeyFile(
            .path(try folder.write("key", Self.good, mode: 0o400)), environment: [:])
        var text = "\(file) \(file.secret) \(String(reflecting: file)) \(try file.credentials())"
        dump(file, to: &text)
        dump(file.secret, to: &text)
        #expect(text.contains("***"))
        #expect(!text.contains("s3cr3t") && !text.contains("AbC123"))
    }

    @Test(arguments: [0o600, 0o440, 0o444, 0o644, 0o404, 0o500] as [mode_t])
    func `a file that others may read, or that can be written, is refused`(mode: mode_t) throws {
        #expect(
            try refusal(Self.good, mode: mode)
                == "the key file KEY has mode \(String(mode, radix: 8)); only its owner may read it: chmod 400"
        )
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"apiKey":"a"}"#, #"{"apiKey":"a","secret":""}"#,
        #"{"apiKey":"a","secret":7}"#, #"{"apiKey":"a","secret":"s3cr3t b"}"#,
        #"{"apiKey":"a","secret":"s3cr3t\n"}"#, #"{"apiKey":"a","secret":"s3cr3t","secret":"c"}"#,
        #"{"apiKey":"a","secret":"s3cr3t"}x"#, #"{"apiKey":"a","secret":"s3cr3t","other":1}"#,
        "apiKey = \"a\"", #"{"apiKey":"a","secret":null}"#, #"{"apiKey":"ä","secret":"s3cr3t"}"#,
        #"{"apiKey":"a","secret":"#, "\u{0}\u{1}",
    ])
    func `garbage is refused without being shown`(text: String) throws {
        let problem = try #require(try refusal(text))
        #expect(problem.hasPrefix("the key file KEY "))
    }

    @Test func `a file is cut at no place without being refused`() throws {
        let bytes = Array(Self.good.utf8)
        for length in 0..<bytes.count {
            #expect(try refusal(String(decoding: bytes[..<length], as: UTF8.self)) != nil)
        }
    }

    @Test func `a file above 4 KiB is refused`() throws {
        let padding = String(repeating: " ", count: 4096 - Self.good.utf8.count)
        #expect(try refusal(Self.good + padding) == nil)
        #expect(
            try refusal(Self.good + padding + " ")
                == "the key file KEY is larger than 4096 bytes: this is no key file")
    }

    @Test func `a link, a folder, a pipe and nothing are refused`() throws {
        let folder = try Folder()
        let path = try folder.write("key", Self.good, mode: 0o400)
        #expect(symlink(path, folder.path + "/link") == 0)
        #expect(mkfifo(folder.path + "/pipe", 0o400) == 0)
        for (name, words) in [
            ("link", "is a symbolic link"), ("pipe", "is no regular file"),
            ("absent", "does not exist"), (".", "is no regular file"),
        ] {
            let error = #expect(throws: KeyFileError.self) {
                try KeyFile(.path(folder.path + "/" + name), environment: [:])
            }
            #expect(error?.description.contains(words) == true, "\(name): \(error as Any)")
        }
    }

    @Test func `a credential is read from the directory of the service manager`() throws {
        let folder = try Folder()
        _ = try folder.write("narwhal.key", Self.good, mode: 0o440)
        let place = try #require(KeyFile.Place("credential:narwhal.key"))
        _ = try KeyFile(place, environment: ["CREDENTIALS_DIRECTORY": folder.path])
        let error = #expect(throws: KeyFileError.self) { try KeyFile(place, environment: [:]) }
        #expect(error?.description.contains("CREDENTIALS_DIRECTORY is not set") == true)
    }

    @Test(arguments: [
        "", "key", "./key", "credential:", "credential:a/b", "credential:..", "credential:.",
        "credential:a b", "/a\u{0}b",
    ])
    func `what is neither an absolute path nor a plain credential is no place`(text: String) {
        #expect(KeyFile.Place(text) == nil)
    }
}
