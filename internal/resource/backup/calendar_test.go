package backup

import (
	"testing"
	"time"
)

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestInstantsOfRhythms(t *testing.T) {
	const ref = 5*time.Hour + 30*time.Minute
	for _, c := range []struct {
		rhythm           string
		interval         int
		at, latest, next string
	}{
		{"hourly", 1, "2026-03-01 07:29:59", "2026-03-01 06:30:00", "2026-03-01 07:30:00"},
		{"hourly", 6, "2026-03-01 07:00:00", "2026-03-01 05:30:00", "2026-03-01 11:30:00"},
		{"hourly", 6, "2026-03-01 05:30:00", "2026-03-01 05:30:00", "2026-03-01 11:30:00"},
		{"hourly", 12, "2026-03-01 00:00:00", "2026-02-28 17:30:00", "2026-03-01 05:30:00"},
		{"daily", 1, "2026-03-01 05:29:59", "2026-02-28 05:30:00", "2026-03-01 05:30:00"},
		{"weekly", 1, "2026-11-30 05:30:00", "2026-11-30 05:30:00", "2026-12-07 05:30:00"}, // a Monday
		{"weekly", 7, "2026-11-30 05:30:00", "2026-11-29 05:30:00", "2026-12-06 05:30:00"},
		{"monthly", 1, "2026-03-01 05:29:59", "2026-02-01 05:30:00", "2026-03-01 05:30:00"},
		{"monthly", 28, "2026-01-03 00:00:00", "2025-12-28 05:30:00", "2026-01-28 05:30:00"},
		{"monthly", 40, "2028-02-29 05:30:00", "2028-02-29 05:30:00", "2028-03-31 05:30:00"},
		{"monthly", 40, "2026-12-31 05:29:59", "2026-11-30 05:30:00", "2026-12-31 05:30:00"},
		{"yearly", 12, "2026-11-30 00:00:00", "2025-12-01 05:30:00", "2026-12-01 05:30:00"},
		{"yearly", 1, "2026-01-01 05:30:00", "2026-01-01 05:30:00", "2027-01-01 05:30:00"},
	} {
		item := PolicyItem{FrequencyType: c.rhythm, FrequencyInterval: c.interval}
		latest, next := item.around(instant(t, c.at), ref)
		if !latest.Equal(instant(t, c.latest)) || !next.Equal(instant(t, c.next)) {
			t.Errorf("%s %d at %s: %v and %v", c.rhythm, c.interval, c.at, latest, next)
		}
	}
}

// FuzzInstants: for any frequencyType, around returns consecutive instants with t between them.
func FuzzInstants(f *testing.F) {
	f.Add(int64(0), uint8(3), uint8(40), uint16(330))
	f.Fuzz(func(t *testing.T, seconds int64, rhythm, interval uint8, ref uint16) {
		names := []string{"hourly", "daily", "weekly", "monthly", "yearly"}
		item := PolicyItem{FrequencyType: names[int(rhythm)%len(names)], FrequencyInterval: int(interval)}
		if !item.possible() {
			return
		}
		at := time.Unix(seconds%(1<<34), 0).UTC()
		after := time.Duration(ref%1440) * time.Minute
		latest, next := item.around(at, after)
		if latest.After(at) || !next.After(at) {
			t.Fatalf("%+v at %v with %v: %v and %v", item, at, after, latest, next)
		}
		if again, follows := item.around(next, after); !again.Equal(next) || !follows.After(next) {
			t.Fatalf("%+v at %v with %v: after %v comes %v, then %v", item, at, after, next, again, follows)
		}
	})
}

func TestRetention(t *testing.T) {
	at := instant(t, "2024-02-29 10:00:00")
	for want, k := range map[string]retention{
		"2024-03-01 10:00:00": {"days", 1}, "2024-03-14 10:00:00": {"WEEKS", 2}, "2024-03-29 10:00:00": {"months", 1}, "2025-03-01 10:00:00": {"YEARS", 1},
	} {
		if got := k.after(at); !got.Equal(instant(t, want)) {
			t.Errorf("%v: until %v, want %s", k, got, want)
		}
	}
	for k, want := range map[retention]bool{
		{"days", 36_500}: false, {"days", 36_501}: true, {"years", 99}: false, {"years", 1 << 62}: true, {"weeks", 1 << 62}: true,
	} {
		if k.tooLong() != want {
			t.Errorf("%v is too long: %v", k, !want)
		}
	}
}
