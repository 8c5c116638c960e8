package wire

import "fmt"

// Work is what a server has done for a command, as its log and its profile tell it.
type Work struct {
	Keys, Docs int64        // that were examined
	Sorted     bool         // what was found had to be sorted
	Plan       fmt.Stringer // how documents were found, as MongoDB's planSummary; nil: none were looked for
}
