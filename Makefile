# podium's Makefile explains itself: `make` lists the targets.

GO      ?= go
BIN     := bin/podium
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X podium/internal/cli.version=$(VERSION)

LINT_VERSION := v2.15.0
LINT := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

FUZZTIME ?= 20s

.DEFAULT_GOAL := help
.PHONY: help build run test test-e2e test-engines bench bench-e2e bench-kube bench-tmux fuzz lint fmt golden man pictures check-go check-cc

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: check-go ## build the static binary at bin/podium
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) .

run: build ## build podium and open it on this machine's pods
	./$(BIN)

test: check-go check-cc ## the fast suite, with the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 280s ./...

test-e2e: build ## the built binary in a terminal, and the big volumes (no race detector)
	PODIUM_E2E=1 PODIUM_BIG=1 PODIUM_BIN=$(CURDIR)/$(BIN) $(GO) test -count=1 -timeout 900s ./internal/e2e/... ./termbridge/... ./apiserver/...

test-engines: check-go ## the engines against real Podman, Docker and Kubernetes, which it brings up and takes down
	testenv/test.sh $(ENGINES)

bench: check-go ## benchmarks of the parts; docs/benchmarks.md has a run of them
	$(GO) test -run '^$$' -bench . -benchmem ./api/... ./termbridge/... ./apiclient/... ./manifest/... ./models/... ./ui/... ./internal/fanout/...
	$(GO) test -count=1 -v -run '^TestScrollbackMemory$$' ./termbridge/vt

bench-e2e: build ## figures of the built binary in a terminal, beside a hello program
	PODIUM_BENCH=1 PODIUM_BIN=$(CURDIR)/$(BIN) $(GO) test -count=1 -v -timeout 900s -run 'TestBench' ./internal/e2e/...

bench-kube: check-go ## what passing 10,000 pods of a real cluster through podium costs (root, Debian)
	testenv/kube/up.sh
	PODIUM_ENGINES=kube PODIUM_BENCH_PODS=10000 $(GO) test -count=1 -v -timeout 1800s -run '^TestBenchPass$$' ./apiserver/engine/kube; \
	  status=$$?; WIPE=1 testenv/kube/down.sh; exit $$status

bench-tmux: check-go ## the emulator beside tmux, per second of processor time
	PODIUM_BENCH=1 $(GO) test -count=1 -v -timeout 600s -run '^TestBenchTmux$$' ./termbridge/vt

fuzz: check-go ## run every fuzz target for FUZZTIME (20s) each
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; done

lint: check-go ## vet and the linters, at a pinned version
	$(GO) vet ./...
	$(LINT) run ./...

fmt: check-go ## format the code
	$(LINT) fmt ./...

golden: check-go ## write golden views and generated documents anew
	$(GO) test $$(grep -rlE '"update"|exp/golden' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update

man: build ## write the manual pages into bin/man/man1
	./$(BIN) man --dir bin/man/man1

pictures: build ## take the pictures of docs/pictures anew (needs vim and htop)
	docs/pictures/make.sh $(BIN) docs/pictures

check-go:
	@v=$$($(GO) env GOVERSION 2>/dev/null) || { \
	  echo "podium needs Go: version 1.26 or later, or one that fetches its toolchain (https://go.dev/dl)." >&2; exit 1; }; \
	case "$$v" in \
	  go1.[0-9]|go1.[0-9].*|go1.1[0-9]*|go1.2[0-5]*) echo "podium needs Go 1.26 or later; this is $$v and may not fetch a newer toolchain (GOTOOLCHAIN=$$($(GO) env GOTOOLCHAIN))." >&2; exit 1;; \
	esac

check-cc:
	@command -v "$$($(GO) env CC)" >/dev/null 2>&1 || { \
	  echo "make test uses Go's race detector, which needs a C compiler (gcc or clang): install one, such as Debian's package gcc." >&2; exit 1; }
