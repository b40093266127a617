// swift-tools-version: 6.2
import PackageDescription

// Folders are modules. Who may import whom is written in docs/architecture.md and checked by TidyTests.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

func engine(_ name: String, _ dependencies: [Target.Dependency], at folder: String? = nil) -> Target
{
    .target(
        name: name, dependencies: dependencies, path: "Sources/Engine/\(folder ?? name)",
        swiftSettings: settings)
}

func cockpit(_ name: String, _ dependencies: [Target.Dependency], at folder: String) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Cockpit/\(folder)",
        swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
    name: "narwhal",
    products: [
        .executable(name: "narwhald", targets: ["narwhald"]),
        .executable(name: "narwhal", targets: ["narwhal"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    ],
    targets: [
        // C
        .target(name: "CMath", path: "Sources/Engine/CMath", linkerSettings: [.linkedLibrary("m")]),
        .target(name: "CPosix", path: "Sources/Engine/CPosix"),
        .target(name: "CZlib", path: "Sources/Engine/CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(
            name: "CCrypto", path: "Sources/Engine/CCrypto",
            linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CModels", path: "Sources/Engine/CModels"),
        .target(
            name: "CXGBoost", path: "Sources/Engine/CXGBoost",
            linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "CNcurses", path: "Sources/Cockpit/CNcurses",
            linkerSettings: [.linkedLibrary("ncursesw")]),

        // Pure
        engine("Trading", []),
        engine("Text", ["Trading"]),
        engine("Market", ["Trading"]),
        engine("Features", ["Trading", "Market", "CMath"]),
        engine("Models", ["Trading", "Text", "Features", "CMath"]),
        engine("Guards", ["Trading"]),
        engine("Risk", ["Trading"]),
        engine("Exits", ["Trading"]),
        engine("Messages", ["Trading", "Market", "Risk"]),
        engine(
            "DecisionCore",
            [
                "Trading", "Text", "Market", "Features", "Models", "Guards", "Risk", "Exits",
                "Messages",
            ]),
        engine("Matching", ["Trading"]),
        engine("Population", ["Trading", "Matching", "CMath"]),
        engine("BinanceFormat", ["Trading", "Text"]),
        engine("Wire", ["Trading", "Text"]),
        engine(
            "Projection",
            ["Trading", "Market", "Messages", "DecisionCore", "Models", "Risk", "Wire"]),
        engine("Playback", ["Trading", "Messages", "DecisionCore", "Matching", "Risk"]),

        // Shell
        engine("Archive", ["Trading", "Text", "Messages", "BinanceFormat", "CZlib"]),
        engine("Networks", ["Trading", "Models", "CMath"]),
        engine("ModelStore", ["Trading", "Text", "Models", "CCrypto", "CModels"]),
        engine(
            "Research",
            [
                "Trading", "Text", "Market", "Features", "Models", "Risk", "Messages",
                "DecisionCore", "Matching", "Playback", "Archive",
            ]),
        engine(
            "Training",
            [
                "Trading", "Text", "Market", "Features", "Models", "ModelStore", "Research",
                "Networks", "CMath", "CCrypto", "CXGBoost",
            ]),
        engine("Journal", ["Trading", "Messages", grdb]),
        engine("Gateway", ["Trading", "Messages", "Wire", "CPosix"]),
        engine(
            "Transport",
            ["Trading", nioCore, nioPosix, nioHTTP1, nioWebSocket, nioTLS, nioSSL]),
        engine(
            "BinanceVenue",
            [
                "Trading", "Text", "Market", "Messages", "BinanceFormat", "Transport", "CCrypto",
                nioCore,
            ]),
        engine(
            "ExchangeServer",
            [
                "Trading", "Text", "Matching", "Population", "CCrypto", nioCore, nioPosix,
                nioHTTP1, nioWebSocket,
            ]),
        engine(
            "Service",
            [
                "Trading", "Text", "Market", "Models", "Risk", "Messages", "DecisionCore",
                "Matching",
                "Population", "Playback", "Projection", "Wire", "Gateway", "Journal", "Archive",
                "BinanceVenue", "Transport", "BinanceFormat", "ModelStore", "CPosix", toml,
                histogram,
            ]),
        .executableTarget(
            name: "narwhald",
            dependencies: [
                "Trading", "Text", "Market", "Features", "Models", "Risk", "Exits", "Messages",
                "DecisionCore", "Matching", "Population", "BinanceFormat", "Wire", "Projection",
                "Playback",
                "Archive", "Research", "Training", "ModelStore", "Journal", "Gateway", "Service",
                "ExchangeServer", "BinanceVenue", "Transport", "CPosix", arguments,
                histogram,
            ],
            path: "Sources/Engine/Main", swiftSettings: settings),

        // Cockpit
        cockpit("CellGrid", [], at: "CellGrid"),
        cockpit("CockpitModel", ["Trading", "Text", "Wire"], at: "Model"),
        cockpit("CockpitViews", ["CockpitModel", "CellGrid", "Trading", "Wire"], at: "Views"),
        cockpit("CockpitTheme", ["CellGrid"], at: "Theme"),
        cockpit("CockpitTerminal", ["CellGrid", "CNcurses"], at: "Terminal"),
        .executableTarget(
            name: "narwhal",
            dependencies: [
                "CellGrid", "CockpitModel", "CockpitViews", "CockpitTheme", "CockpitTerminal",
                "Trading",
                "Text", "Wire", "CPosix", arguments,
            ],
            path: "Sources/Cockpit/Main", swiftSettings: settings),

        // Tests mirror the modules.
        .target(
            name: "TestSupport", dependencies: ["Trading"], path: "Tests/TestSupport",
            swiftSettings: settings),
        tests("TradingTests", ["Trading", "TestSupport"]),
        tests("TextTests", ["Text", "Trading", "TestSupport"]),
        tests("MarketTests", ["Market", "Trading", "TestSupport"]),
        tests("FeaturesTests", ["Features", "Market", "Trading", "TestSupport"]),
        tests(
            "ModelsTests",
            ["Models", "Features", "Text", "Trading", "CMath", "CZlib", "TestSupport"]),
        tests("GuardsTests", ["Guards", "Trading"]),
        tests("RiskTests", ["Risk", "Trading"]),
        tests("ExitsTests", ["Exits", "Trading"]),
        tests(
            "DecisionCoreTests",
            [
                "DecisionCore", "Messages", "Market", "Models", "Guards", "Risk", "Exits",
                "Features", "Trading",
                "TestSupport",
            ]),
        tests("MatchingTests", ["Matching", "Trading", "Risk", "TestSupport"]),
        tests("PopulationTests", ["Population", "Matching", "Trading", "TestSupport"]),
        tests(
            "BinanceFormatTests", ["BinanceFormat", "CCrypto", "Text", "Trading", "TestSupport"]),
        tests("WireTests", ["Wire", "Text", "Trading", "TestSupport"]),
        tests(
            "PlaybackTests",
            [
                "Playback", "Projection", "DecisionCore", "Messages", "Matching", "Population",
                "Archive", "Models",
                "Market", "Wire", "Trading", "TestSupport",
            ]),
        tests(
            "ArchiveTests",
            ["Archive", "BinanceFormat", "Market", "Messages", "Trading", "TestSupport"]),
        tests("NetworksTests", ["Networks", "Models", "Trading", "CMath", "TestSupport"]),
        tests("ModelStoreTests", ["ModelStore", "Models", "Trading", "TestSupport"]),
        tests(
            "ResearchTests",
            [
                "Research", "Archive", "DecisionCore", "Features", "Market", "Matching",
                "Messages", "Models", "Playback", "Risk", "Text", "Trading", "TestSupport",
            ]),
        tests(
            "TrainingTests",
            [
                "Training", "Networks", "ModelStore", "Research", "Models", "Features", "Market",
                "Trading", "Text", "TestSupport",
            ]),
        tests("JournalTests", ["Journal", "Messages", "Trading", "TestSupport", grdb]),
        tests("GatewayTests", ["Gateway", "Wire", "Messages", "Trading", "TestSupport"]),
        tests(
            "ExchangeServerTests",
            [
                "ExchangeServer", "BinanceFormat", "Market", "Matching", "Population", "Text",
                "Trading",
            ]),
        tests(
            "TransportTests",
            ["Transport", "Trading", nioCore, nioPosix, nioHTTP1, nioWebSocket, nioTLS, nioSSL]),
        tests(
            "BinanceVenueTests",
            [
                "BinanceVenue", "ExchangeServer", "BinanceFormat", "Transport", "Messages",
                "Market",
                "Population", "Text", "Trading",
            ]),
        tests(
            "ServiceTests",
            [
                "Service", "BinanceVenue", "BinanceFormat", "ExchangeServer", "Transport", "Risk",
                "Messages", "ModelStore", "Models", "Trading", "TestSupport",
            ]),
        tests("CellGridTests", ["CellGrid"]),
        tests("CockpitModelTests", ["CockpitModel", "Wire", "Trading"]),
        tests("CockpitTerminalTests", ["CockpitTerminal", "CellGrid"]),
        tests("CockpitThemeTests", ["CockpitTheme", "CellGrid"]),
        .testTarget(
            name: "CockpitScreenTests",
            dependencies: [
                "CockpitViews", "CockpitModel", "CockpitTheme", "CellGrid", "Wire", "Trading",
            ],
            path: "Tests/CockpitScreenTests", exclude: ["Golden"], swiftSettings: settings),
        tests("TidyTests", []),
        .testTarget(
            name: "EndToEndTests", dependencies: ["narwhald", "narwhal", "Wire", "Trading"],
            path: "Tests/EndToEndTests", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
