package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
)

// Date is a version of the API, YYYY-MM-DD.
type Date string

// KnownDates are the dates at which the API has versions, ascending.
var KnownDates = []Date{
	"2023-01-01", "2023-02-01", "2023-10-01", "2023-11-15", "2024-05-30", "2024-08-05", "2024-10-23", "2024-11-13",
	"2025-02-19", "2025-03-12",
}

// Preview is the version of what the service tries out. It answers those who ask for it by name, and nobody else.
const Preview Date = "preview"

func (d Date) known() bool { return d == Preview || slices.Contains(KnownDates, d) }

// Time is the date at midnight UTC, the zero time for "".
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// httpDate is the date as the service writes it in headers: the day without a leading zero.
func (d Date) httpDate() string { return d.Time().Format("Mon, 2 Jan 2006 15:04:05 GMT") }

const (
	vendor    = "application/vnd.atlas."
	mediaJSON = "+json"
)

// MediaType is the content type of version d.
func (d Date) MediaType() string { return vendor + string(d) + mediaJSON }

// accepted reads the version that a caller asks for in Accept. The first versioned type counts, whatever its quality.
func accepted(h http.Header) (Date, error) {
	for _, line := range h.Values("Accept") {
		for part := range strings.SplitSeq(line, ",") {
			media, _, _ := strings.Cut(part, ";")
			if d, ok := dateOf(strings.TrimSpace(media)); ok && d.known() {
				return d, nil
			}
		}
	}
	return "", fault.InvalidVersionDate.With()
}

// dateOf is the date in a versioned media type.
func dateOf(media string) (Date, bool) {
	rest, ok := strings.CutPrefix(media, vendor)
	if !ok {
		return "", false
	}
	d, ok := strings.CutSuffix(rest, mediaJSON)
	return Date(d), ok
}

// choose is the newest version of the operation that is not later than the date asked for.
func (op *Op) choose(asked Date) (*Version, error) {
	for i := len(op.Versions) - 1; i >= 0; i-- {
		v := &op.Versions[i]
		if v.Date == asked || v.Date < asked && asked != Preview {
			return v, nil
		}
	}
	return nil, fault.InvalidVersionDate.With()
}

// retirement sets Deprecation and Sunset: of the operation, or of a version that a newer one replaces.
func (op *Op) retirement(v *Version, h http.Header) {
	deprecated, sunset := op.Deprecated, op.sunset(v)
	if newer := op.after(v); deprecated == "" && newer != nil {
		deprecated = newer.Date
	}
	if deprecated != "" {
		h.Set("Deprecation", deprecated.httpDate())
	}
	if sunset != "" && deprecated != "" {
		h.Set("Sunset", sunset.httpDate())
	}
}

// sunset is the date at which the service turns v off, or "".
func (op *Op) sunset(v *Version) Date {
	if v.Sunset != "" {
		return v.Sunset
	}
	return op.Sunset
}

// retired says whether v is turned off for who lives at the date asOf; for "" nothing is.
func (op *Op) retired(v *Version, asOf Date) bool {
	sunset := op.sunset(v)
	return sunset != "" && sunset <= asOf
}

// after is the version that replaces v, or nil.
func (op *Op) after(v *Version) *Version {
	for i := range op.Versions {
		if op.Versions[i].Date > v.Date && op.Versions[i].Date != Preview {
			return &op.Versions[i]
		}
	}
	return nil
}
