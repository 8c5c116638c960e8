package failure

import (
	"slices"
	"strings"
	"time"
)

// requests reports whether the rule names requests.
func (r *Rule) requests() bool {
	return r.Operation != "" || r.Family != "" || r.Method != "" || r.Path != ""
}

// matches reports whether a request is one that the rule names.
func (r *Rule) matches(q Request) bool {
	return r.Work == "" && r.Cluster == "" &&
		(r.Operation == "" || r.Operation == q.Operation || slices.Contains(q.Aliases, r.Operation)) &&
		(r.Family == "" || r.Family == q.Family) &&
		(r.Method == "" || strings.EqualFold(r.Method, q.Method)) &&
		(r.Path == "" || fits(r.Path, q.Path))
}

// fits reports whether a path is as a pattern says.
func fits(pattern, path string) bool {
	segments := strings.Split(path, "/")
	for i, want := range strings.Split(pattern, "/") {
		if want == "**" {
			return true
		}
		if i >= len(segments) || want != "*" && want != segments[i] {
			return false
		}
	}
	return strings.Count(pattern, "/") == strings.Count(path, "/")
}

// over reports whether the rule has ended.
func (r *Rule) over(now time.Time) bool {
	return r.Calls > 0 && r.Failed >= r.Calls || !r.until.IsZero() && !now.Before(r.until)
}

// error is the error that requests are answered with; nil: they are only slow.
func (r *Rule) error() error {
	if r.Status == 0 {
		return nil
	}
	kind := *classes[r.Status]
	if r.ErrorCode != "" {
		kind.Code = r.ErrorCode
	}
	kind.Format = "This request fails because rule %s of the management listener asks for it."
	return kind.With(r.ID)
}
