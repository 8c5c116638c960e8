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

// Preview is the version of operations that the service tries out. It answers only callers that ask for it by name.
const Preview Date = "preview"

func (d Date) known() bool { return d == Preview || slices.Contains(KnownDates, d) }

// Time returns the date at midnight UTC; the zero time for "".
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// httpDate returns the date as the service writes it in headers: the day without a leading zero.
func (d Date) httpDate() string { return d.Time().Format("Mon, 2 Jan 2006 15:04:05 GMT") }

const vendor = "application/vnd.atlas."

// Format is the form of an answer, the suffix of its media type.
type Format string

// The formats.
const (
	JSON Format = "json"
	CSV  Format = "csv"
	Gzip Format = "gzip"
	PEM  Format = "pem"
	Text Format = "txt"
	XML  Format = "xml"
)

var formats = []Format{JSON, CSV, Gzip, PEM, Text, XML}

// MediaType is the content type of JSON at version d.
func (d Date) MediaType() string { return vendor + string(d) + "+" + string(JSON) }

// MediaType is the content type of the version's answer.
func (v *Version) MediaType() string { return vendor + string(v.Date) + "+" + string(v.Format) }

// asked is what a caller's Accept asks for.
type asked struct {
	date   Date
	format Format
}

// accepted reads Accept. The first versioned type counts, whatever its quality.
func accepted(h http.Header) (asked, error) {
	for _, line := range h.Values("Accept") {
		for part := range strings.SplitSeq(line, ",") {
			media, _, _ := strings.Cut(part, ";")
			if a, ok := versioned(strings.TrimSpace(media)); ok && a.date.known() {
				return a, nil
			}
		}
	}
	return asked{}, fault.InvalidVersionDate.With()
}

// versioned reads a versioned media type.
func versioned(media string) (asked, bool) {
	rest, ok := strings.CutPrefix(media, vendor)
	date, format, suffixed := strings.Cut(rest, "+")
	return asked{Date(date), Format(format)}, ok && suffixed && slices.Contains(formats, Format(format))
}

// choose returns the operation's newest version in the requested format that is not later than the date.
func (op *Op) choose(a asked) (*Version, error) {
	for i := len(op.Versions) - 1; i >= 0; i-- {
		v := &op.Versions[i]
		if v.Format == a.format && (v.Date == a.date || v.Date < a.date && a.date != Preview) {
			return v, nil
		}
	}
	return nil, fault.InvalidVersionDate.With()
}

// retirement sets Deprecation and Sunset, of a deprecated operation or of a version that a newer one replaces.
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

// sunset returns the date at which the service turns v off, or "".
func (op *Op) sunset(v *Version) Date {
	if v.Sunset != "" {
		return v.Sunset
	}
	return op.Sunset
}

// retired reports whether v is turned off at the date asOf; for "" no version is.
func (op *Op) retired(v *Version, asOf Date) bool {
	sunset := op.sunset(v)
	return sunset != "" && sunset <= asOf
}

// after returns the version that replaces v, or nil.
func (op *Op) after(v *Version) *Version {
	for i := range op.Versions {
		if w := &op.Versions[i]; w.Date > v.Date && w.Date != Preview && w.Format == v.Format {
			return w
		}
	}
	return nil
}
