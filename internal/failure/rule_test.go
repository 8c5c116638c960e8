package failure

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
)

var known = Names{
	Operation: func(id string) bool { return id == "getGroup" },
	Family:    func(tag string) bool { return tag == "Projects" },
	Works:     []string{"cluster"},
}

// clocked are rules on a clock that a test moves.
func clocked() (*Rules, *time.Time) {
	now := time.Unix(1_800_000_000, 0)
	return &Rules{Now: func() time.Time { return now }}, &now
}

func add(t *testing.T, s *Rules, r Rule) Rule {
	t.Helper()
	r, err := s.Add(r, known)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pattern is which of n requests of an operation fail.
func pattern(s *Rules, operation string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("-x"[btoi(s.Meet(context.Background(), Request{Operation: operation}) != nil)])
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The n-th request of an operation meets the same fate with the same seed, whatever other operations are called between,
// and another one with another seed.
func TestTheSeedDecides(t *testing.T) {
	fates := func(seed int64, between int) string {
		s, _ := clocked()
		add(t, s, Rule{Status: 500, Probability: 0.3, Seed: seed})
		var all strings.Builder
		for range 200 {
			all.WriteString(pattern(s, "getGroup", 1))
			pattern(s, "listGroups", between)
		}
		return all.String()
	}
	first := fates(7, 0)
	if again := fates(7, 3); again != first {
		t.Errorf("with the same seed\n%s, then\n%s", first, again)
	}
	if other := fates(8, 0); other == first {
		t.Error("another seed has the same fates")
	}
	if n := strings.Count(first, "x"); n < 40 || n > 80 {
		t.Errorf("%d of 200 failed, about 60 should", n)
	}
}

func TestARuleEnds(t *testing.T) {
	s, now := clocked()
	add(t, s, Rule{Status: 503, Calls: 2})
	if got := pattern(s, "getGroup", 4); got != "xx--" {
		t.Errorf("of four, with calls 2, failed %s", got)
	}
	r := add(t, s, Rule{Status: 503, For: Duration(time.Minute)})
	*now = now.Add(59 * time.Second)
	if got := pattern(s, "getGroup", 1); got != "x" {
		t.Error("it ends early")
	}
	*now = now.Add(time.Second)
	if got := pattern(s, "getGroup", 1); got != "-" {
		t.Error("it does not end")
	}
	if list := s.List(); len(list) != 2 || list[0].Seen != 2 || list[0].Failed != 2 || list[1].Failed != 1 {
		t.Errorf("counts %+v", list)
	}
	if !s.Remove(r.ID) || s.Remove(r.ID) || len(s.List()) != 1 || !s.Remove("") || len(s.List()) != 0 {
		t.Error("a rule is not removed once")
	}
}

func TestWhatARuleMatches(t *testing.T) {
	q := Request{Operation: "getProject", Aliases: []string{"getGroup"}, Family: "Projects", Method: "GET", Path: "/api/atlas/v2/groups/1"}
	for _, c := range []struct {
		rule Rule
		hits bool
	}{
		{Rule{}, true},
		{Rule{Operation: "getGroup"}, true},
		{Rule{Operation: "getGroup", Method: "POST"}, false},
		{Rule{Family: "Projects", Method: "get"}, true},
		{Rule{Path: "/api/atlas/v2/groups/*"}, true},
		{Rule{Path: "/api/atlas/v2/**"}, true},
		{Rule{Path: "/api/atlas/v2/groups"}, false},
		{Rule{Path: "/api/atlas/v2/groups/*/clusters"}, false},
		{Rule{Path: "/api/atlas/v2/*"}, false},
	} {
		if got := c.rule.matches(q); got != c.hits {
			t.Errorf("%+v matches: %v", c.rule, got)
		}
	}
}

func TestWrongRules(t *testing.T) {
	one := 1
	for what, r := range map[string]Rule{
		"status, delay":  {},
		"status:":        {Status: 418},
		"operation":      {Operation: "none", Status: 500},
		"family":         {Family: "none", Status: 500},
		"path":           {Path: "groups", Status: 500},
		"errorCode":      {ErrorCode: "X", Delay: &Delay{Min: 1}},
		"probability":    {Status: 500, Probability: 1.5},
		"calls":          {Status: 500, Calls: -1},
		"for:":           {Status: 500, For: -1},
		"delay.max":      {Delay: &Delay{Min: 2, Max: 1}},
		"delay.min":      {Delay: &Delay{Min: -1}},
		"delay.mean: it": {Delay: &Delay{Min: 1, Mean: 1}},
		"work: there":    {Work: "none"},
		"work: it":       {Work: "cluster", Status: 500},
		"object":         {Object: "x", Status: 500},
		"member":         {Member: &one, Status: 500},
		"cluster":        {Cluster: "x", Cut: true, Status: 500},
		"cut, full":      {Cluster: "x"},
		"bytes":          {Path: "/" + strings.Repeat("x", 300), Status: 500},
	} {
		s, _ := clocked()
		if _, err := s.Add(r, known); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s, _ := clocked()
	for range MaxRules {
		add(t, s, Rule{Status: 500})
	}
	if _, err := s.Add(Rule{Status: 500}, known); err != ErrTooMany {
		t.Errorf("one rule too many: %v", err)
	}
}

func TestTheErrorOfARule(t *testing.T) {
	s, _ := clocked()
	add(t, s, Rule{Status: 409, ErrorCode: "MY_CODE"})
	f, ok := fault.Of(s.Meet(t.Context(), Request{}))
	if !ok || f.Kind.Code != "MY_CODE" || f.Kind.Class != fault.Conflict || !strings.Contains(f.Detail(), "rule 1") {
		t.Errorf("%v", f)
	}
}

func TestDelays(t *testing.T) {
	for _, c := range []struct {
		delay *Delay
		draw  float64
		want  time.Duration
	}{
		{nil, 0.5, 0},
		{&Delay{Min: 10}, 0.9, 10},
		{&Delay{Min: 10, Max: 30}, 0.5, 20},
		{&Delay{Mean: Duration(time.Second)}, 0, 0},
		{&Delay{Mean: Duration(time.Second)}, 0.6321205588, time.Second},
		{&Delay{Mean: Duration(time.Hour)}, 0.999999, time.Hour},
	} {
		if got := c.delay.of(c.draw); got.Round(time.Millisecond) != c.want.Round(time.Millisecond) {
			t.Errorf("%+v at %v: %v, want %v", c.delay, c.draw, got, c.want)
		}
	}
	s, _ := clocked()
	add(t, s, Rule{Delay: &Delay{Min: Duration(time.Hour)}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Meet(ctx, Request{}); err != nil { // returns at once: its request has ended
		t.Error(err)
	}
}
