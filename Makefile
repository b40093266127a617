# Targets: demo, test, faults, crashes, build, release, lint, format, pictures, asan, tsan, clean.

SWIFT ?= swift
CHECK := --explicit-target-dependency-import-check error

.PHONY: demo test faults crashes build release packages lint format pictures asan tsan clean

demo: release
	.build/release/narwhal demo

packages:
	scripts/install-packages

build: packages
	$(SWIFT) build $(CHECK)

release: packages
	$(SWIFT) build -c release $(CHECK)

test: packages lint
	$(SWIFT) build --build-tests $(CHECK)
	$(SWIFT) test --skip-build

# Whole engines over real sockets against every fault of the local exchange; ends with a table.
faults: packages
	$(SWIFT) build --build-tests $(CHECK)
	scripts/show-trials faults VenueTrialTests

# Engines killed with SIGKILL at 200 moments; how long positions were uncovered after each restart.
crashes: packages
	$(SWIFT) build --build-tests $(CHECK)
	NARWHAL_CRASHES=$${NARWHAL_CRASHES:-200} scripts/show-trials crashes VenueCrashTests

lint:
	$(SWIFT) format lint --strict -r Package.swift Sources Tests

format:
	$(SWIFT) format -i -r Package.swift Sources Tests

# The pictures in README and docs, drawn by the cockpit itself from a demo session.
pictures: release
	scripts/make-pictures

# Sanitizers: the suites that do not start processes.
asan: packages
	$(SWIFT) test --sanitize=address --scratch-path .build-asan --disable-xctest --skip EndToEndTests

tsan: packages
	$(SWIFT) test --sanitize=thread --scratch-path .build-tsan --skip EndToEndTests

clean:
	rm -rf .build .build-asan .build-tsan
