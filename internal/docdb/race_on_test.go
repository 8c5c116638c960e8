//go:build race

package docdb

// raceDetector reports whether the tests run with the race detector.
const raceDetector = true
