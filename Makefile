# Quanxi. `make run` brings up the living demo, `make test` is the whole of CI.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
ADDR ?= 127.0.0.1:8080
# Seconds that one Go package's tests may take.
TEST_TIMEOUT ?= 1800s

.DEFAULT_GOAL := help
.PHONY: help run build servers frontend check test go-test frontend-test e2e soak bench bless audit clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: build ## build everything and start the living demo on $(ADDR)
	./bin/quanxi demo --addr $(ADDR)

build: frontend ## build the one binary, front end included
	scripts/need.sh build
	$(GO) build -o bin/quanxi ./cmd/quanxi

servers: build ## the two programs that deploy/ starts: this one and its NATS server
	$(GO) build -o bin/nats-server github.com/nats-io/nats-server/v2

frontend: frontend/dist/.built ## build the front end

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	scripts/need.sh node
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	touch $@

FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.go')

frontend/dist/.built: frontend/node_modules/.installed $(FRONTEND_SOURCES)
	cd frontend && npm run build
	touch $@

check: frontend/node_modules/.installed ## the fast part of test: no database, no browser
	scripts/need.sh build
	test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	cd frontend && npm run typecheck && npm test

test: ## everything: installs what it needs, starts its own PostGIS and browser
	scripts/need.sh test
	$(MAKE) frontend
	$(MAKE) check
	$(MAKE) go-test
	$(MAKE) e2e

go-test:
	$(GO) test -race -timeout $(TEST_TIMEOUT) ./...

e2e: build ## drive the real binary in Chromium
	scripts/need.sh test
	scripts/e2e.sh

soak: ## the long forms of the fault and random tests
	scripts/need.sh test
	QUANXI_SOAK=1 $(GO) test -race -timeout 4h ./...
	QUANXI_SOAK=1 $(GO) test -timeout 4h -run 'RightSums|OneNet' ./grid/generate # every town of the city

bench: ## the figures of docs/BENCHMARKS.md
	scripts/need.sh build
	$(GO) run ./cmd/quanxi bench

bless: ## rewrite the golden files; read the diff
	QUANXI_BLESS=1 $(GO) test ./tiles/... ./world/... ./grid/...

audit: ## known vulnerabilities, where the databases can be reached; else says which could not
	scripts/audit.sh

clean:
	rm -rf bin frontend/node_modules
	git clean -qfdX frontend/dist
