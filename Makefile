# Nothing here is needed to use Telamon: `go run ./cmd/telamon serve` and `go test ./...` do all set-up themselves.

FUZZTIME ?= 30s

.PHONY: build test race lint fuzz kill power clients bench bench-events

build:                ## one static binary
	CGO_ENABLED=0 go build -o telamon ./cmd/telamon

test:
	go test ./...

race:
	go test -race ./...

clients:              ## MongoDB's node clients, for the tests that drive them
	npm ci --prefix test/node --no-fund --no-audit --loglevel=error

lint:                 ## few linters that find bugs, all on
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt would change these"; exit 1; }
	go vet ./...
	go -C tools build -o ../.bin/ tool
	.bin/staticcheck ./...
	.bin/errcheck -ignoretests -exclude tools/errcheck.txt -ignore '^(Close|discard)$$' ./... # closes that matter are joined into errors
	.bin/nilness ./...

fuzz:                 ## every fuzz target for FUZZTIME
	@made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; go list -f '{{.Dir}}' ./... | while read -r dir; do \
	  targets=$$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$$dir"/*_test.go 2>/dev/null | cut -c6-); \
	  if [ -z "$$targets" ]; then continue; fi; \
	  (cd "$$dir" && go test -c -fuzz . -o "$$made/fuzz.test" .) || exit 1; \
	  for target in $$targets; do \
	    echo "$$dir $$target"; \
	    (cd "$$dir" && "$$made/fuzz.test" -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) -test.fuzzcachedir "$$made/cache" >"$$made/log" 2>&1) || { cat "$$made/log"; exit 1; }; \
	  done || exit 1; \
	done

kill:                 ## kill -9 under load: fifty rounds of each store, of PostgreSQL itself and of failovers, a hundred of a document database
	TELAMON_KILL_ROUNDS=50 go test -count=1 -timeout 30m -run 'Load|Killed' -v ./test/story
	TELAMON_KILL_ROUNDS=100 go test -count=1 -timeout 30m -run Kill -v ./test/docdb

power:                ## fifty losses of power under load, on a file system in a file (root, loop devices, xfsprogs)
	TELAMON_KILL_ROUNDS=50 go test -count=1 -timeout 30m -run Power -v ./test/story

bench:                ## what Telamon costs against the same work without it, as docs/BENCHMARKS.md tells
	go test -run '^$$' -bench . -timeout 30m ./test/bench
	go test -run '^$$' -bench Handler -benchmem ./internal/server

bench-events:         ## the benchmarks of the event log, with ten million events
	TELAMON_BENCH_EVENTS=10000000 go test -run '^$$' -bench Log -timeout 3h ./test/bench
