package accesslist

import (
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// longestVisit is how long a temporary entry may stay (API reference, deleteAfterDate).
const longestVisit = 7 * 24 * time.Hour

// fromWire reads the entries of a request, and names everything that is wrong with any of them.
func fromWire(groupID string, list []NetworkPermissionEntry, now time.Time) ([]*Entry, error) {
	var out []*Entry
	var bad []fault.Violation
	for i := range list {
		e, found := read(fmt.Sprintf("[%d]", i), &list[i], now)
		e.GroupID = groupID
		out, bad = append(out, e), append(bad, found...)
	}
	if len(bad) > 0 {
		return nil, fault.Invalid(bad...)
	}
	return out, nil
}

// read reads the entry at path.
func read(path string, w *NetworkPermissionEntry, now time.Time) (*Entry, []fault.Violation) {
	e := &Entry{Comment: w.Comment}
	bad := e.address(path, w)
	if w.DeleteAfterDate != nil {
		e.DeleteAfter = w.DeleteAfterDate.UTC()
		if !e.DeleteAfter.After(now) || e.DeleteAfter.After(now.Add(longestVisit)) {
			bad = append(bad, fault.Violation{Field: path + ".deleteAfterDate", Description: "must be in the future and within one week from now"})
		}
	}
	return e, bad
}

// address takes the one network that an entry names.
func (e *Entry) address(path string, w *NetworkPermissionEntry) []fault.Violation {
	named := slices.DeleteFunc([]string{w.AWSSecurityGroup, w.CIDRBlock, w.IPAddress}, func(s string) bool { return s == "" })
	if len(named) != 1 {
		return []fault.Violation{{Field: path, Description: "must have exactly one of awsSecurityGroup, cidrBlock and ipAddress"}}
	}
	if w.AWSSecurityGroup != "" {
		e.CIDR = w.AWSSecurityGroup
		return nil
	}
	p, err := shape.Network(named[0])
	if err != nil {
		return []fault.Violation{{Field: path, Description: "must name an address or a range of addresses"}}
	}
	e.CIDR = p.String()
	return nil
}
