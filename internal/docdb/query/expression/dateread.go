package expression

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/wire"
)

// reading is what has been read of a date so far.
type reading struct {
	text string         // what is left
	n    map[byte]int   // numbers, by the letters of a format
	zone *time.Location // nil: the text has none
}

func unreadable(text, format string, args ...any) error {
	return wire.Errorf(conversionFailure, "Error parsing date string '%s'; %s", text, fmt.Sprintf(format, args...))
}

// digits are how many digits a letter's number has at most. Source: MongoDB manual, "$dateFromString", format specifiers.
var digits = map[byte]int{'Y': 4, 'G': 4, 'm': 2, 'd': 2, 'H': 2, 'M': 2, 'S': 2, 'L': 3, 'j': 3, 'u': 1, 'V': 2}

var months = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// readDate reads a date by a format. zone is that of a text which does not say.
func readDate(text, format string, zone *time.Location) (t time.Time, err error) {
	r := reading{text: text, n: map[byte]int{}}
	for i := 0; i < len(format); i++ {
		letter := format[i]
		if letter != '%' {
			if !r.cut(string(letter)) {
				return t, unreadable(text, "'%c' was expected at '%s'", letter, r.text)
			}
			continue
		}
		if i++; i == len(format) {
			return t, wire.Errorf(location(18535), "Unmatched '%%' at end of format string")
		}
		switch ok, known := r.readLetter(format[i]); {
		case !known:
			return t, wire.Errorf(location(18536), "Invalid format character '%%%c' in format string", format[i])
		case !ok:
			return t, unreadable(text, "'%s' does not fit '%%%c'", r.text, format[i])
		}
	}
	if r.text != "" {
		return t, unreadable(text, "trailing data '%s'", r.text)
	}
	return r.date(text, zone)
}

func (r *reading) cut(literal string) (ok bool) {
	r.text, ok = strings.CutPrefix(r.text, literal)
	return ok
}

// readLetter reads what a letter of a format stands for.
func (r *reading) readLetter(letter byte) (ok, known bool) {
	switch letter {
	case '%':
		return r.cut("%"), true
	case 'b', 'B':
		for i, name := range months {
			if letter == 'b' {
				name = name[:3]
			}
			if len(r.text) >= len(name) && strings.EqualFold(r.text[:len(name)], name) {
				r.n['m'], r.text = i+1, r.text[len(name):]
				return true, true
			}
		}
		return false, true
	case 'z':
		return r.readZone(), true
	case 'Z':
		return r.readMinutes(), true
	}
	most, known := digits[letter]
	if !known {
		return false, false
	}
	n := 0
	for n < most && n < len(r.text) && r.text[n] >= '0' && r.text[n] <= '9' {
		n++
	}
	if n == 0 || most >= 4 && n < most {
		return false, true
	}
	r.n[letter], _ = strconv.Atoi(r.text[:n])
	r.text = r.text[n:]
	return true, true
}

var (
	offsetForm  = regexp.MustCompile(`^(?:Z|[+-]\d\d(?::?\d\d)?)`)
	minutesForm = regexp.MustCompile(`^[+-]\d{1,4}`)
)

// readZone reads an offset from UTC.
func (r *reading) readZone() bool {
	name := offsetForm.FindString(r.text)
	r.text = r.text[len(name):]
	r.zone = namedZone(name)
	return r.zone != nil
}

// readMinutes reads an offset from UTC in minutes.
func (r *reading) readMinutes() bool {
	text := minutesForm.FindString(r.text)
	minutes, err := strconv.Atoi(text)
	r.text, r.zone = r.text[len(text):], time.FixedZone("", minutes*60)
	return err == nil
}

func (r *reading) has(letters string) bool {
	for _, c := range []byte(letters) {
		if _, ok := r.n[c]; !ok {
			return false
		}
	}
	return true
}

// date is what has been read, if that is a whole date.
func (r *reading) date(text string, zone *time.Location) (t time.Time, err error) {
	if r.zone != nil {
		zone = r.zone
	}
	year, month, d := r.n['Y'], time.Month(r.n['m']), r.n['d']
	switch {
	case r.has("Ymd"):
	case r.has("Yj"):
		month, d = time.January, r.n['j']
	case r.has("GVu"):
		if r.n['V'] < 1 || r.n['V'] > 53 || r.n['u'] < 1 || r.n['u'] > 7 {
			return t, unreadable(text, "the parsed date was invalid")
		}
		year, month, d = isoDate(r.n['G'], r.n['V'], r.n['u'])
	default:
		return t, wire.Errorf(conversionFailure, "an incomplete date/time string has been found, with elements missing: \"%s\"", text)
	}
	t = time.Date(year, month, d, r.n['H'], r.n['M'], r.n['S'], r.n['L']*1e6, zone)
	naive := time.Date(year, month, d, r.n['H'], r.n['M'], r.n['S'], 0, time.UTC)
	if r.n['H'] > 23 || r.n['M'] > 59 || r.n['S'] > 59 || r.has("m") && naive.Month() != month || r.has("d") && naive.Day() != d || r.has("j") && naive.YearDay() != d {
		return t, unreadable(text, "the parsed date was invalid")
	}
	return t, nil
}

// plain is the form of a date that needs no format: ISO 8601, some of which may be left out.
var plain = regexp.MustCompile(`^(\d{4})-?(\d{2})-?(\d{2})(?:(?:[Tt]| +)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?: *(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?|[A-Za-z_]+/[A-Za-z_/+-]+))?$`)

// others are more forms without a format.
var others = []string{"January 2, 2006", "January 2 2006", "Jan 2, 2006", "Jan 2 2006", "2 January 2006", "2 Jan 2006", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 -0700", "2006/01/02"}

// readPlain reads a date without a format.
func readPlain(text string, zone *time.Location) (t time.Time, hasZone bool, err error) {
	trimmed := strings.TrimSpace(text)
	found := plain.FindStringSubmatch(trimmed)
	if found == nil {
		for _, layout := range others {
			if t, err := time.ParseInLocation(layout, trimmed, zone); err == nil {
				return t, strings.Contains(layout, ":"), nil
			}
		}
		return t, false, unreadable(text, "it has no form of a date")
	}
	r := reading{n: map[byte]int{}}
	for i, letter := range []byte("YmdHMS") {
		r.n[letter], _ = strconv.Atoi("0" + found[i+1])
	}
	r.n['L'], _ = strconv.Atoi((found[7] + "000")[:3])
	if name := strings.ToUpper(found[8]); found[8] != "" {
		if r.zone = namedZone(found[8]); len(name) == 1 {
			r.zone = time.UTC
		}
		if r.zone == nil {
			return t, false, unreadable(text, "the time zone '%s' is not known", found[8])
		}
	}
	t, err = r.date(text, zone)
	return t, r.zone != nil, err
}
