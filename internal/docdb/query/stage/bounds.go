package stage

import (
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// bounds say which neighbours belong to a document's window: those of some positions, or those whose value lies in a range
// around its own. The zero bounds are the whole part.
type bounds struct {
	low, high bound
	ranged    bool
	unit      *expression.Unit // of a range of dates
}

// bound is an end of a window, as a distance from the document.
type bound struct {
	set    bool // else there is no end
	offset bson.RawValue
}

func (b bound) whole() int { n, _ := value.Whole(b.offset); return int(n) }

// parseBounds reads {documents: [low, high]} or {range: [low, high], unit}.
func parseBounds(p *expression.Parser, by order.Sort, window bson.RawValue) (b bounds, err error) {
	if window.Type == 0 {
		return b, nil
	}
	if !value.IsDocument(window) {
		return b, wire.Errorf(wire.FailedToParse, "'window' field must be an object")
	}
	if err := knownFields("window", wire.FailedToParse, window.Value, "documents", "range", "unit"); err != nil {
		return b, err
	}
	documents, ranged, unit := keys.Lookup(window.Value, "documents"), keys.Lookup(window.Value, "range"), keys.Lookup(window.Value, "unit")
	if documents.Type != 0 && ranged.Type != 0 {
		return b, wire.Errorf(wire.FailedToParse, "Window bounds can specify either 'documents' or 'unit', not both.")
	}
	if unit.Type != 0 && ranged.Type == 0 {
		return b, wire.Errorf(wire.FailedToParse, "Window bounds can only specify 'unit' with range-based bounds.")
	}
	list := documents
	if b.ranged = ranged.Type != 0; b.ranged {
		list = ranged
		if len(by) != 1 || by[0].Desc {
			return b, wire.Errorf(located(5339902), "Range-based bounds require sortBy a single ascending field")
		}
	}
	if list.Type == 0 {
		return b, nil
	}
	if text, ok := value.Text(unit); ok {
		u, err := expression.ParseUnit(text)
		if err != nil {
			return b, err
		}
		b.unit = &u
	} else if unit.Type != 0 {
		return b, wire.Errorf(wire.FailedToParse, "'unit' must be a string")
	}
	if err := b.parseEnds(p, list); err != nil {
		return b, err
	}
	if !b.ranged && len(by) == 0 && (b.low.set || b.high.set) {
		return b, wire.Errorf(located(5339901), "Document-based bounds require a sortBy")
	}
	return b, nil
}

func (b *bounds) parseEnds(p *expression.Parser, list bson.RawValue) error {
	ends := value.Elements(list)
	if !value.IsArray(list) || len(ends) != 2 {
		return wire.Errorf(wire.FailedToParse, "Window bounds must be a 2-element array")
	}
	for i, to := range []*bound{&b.low, &b.high} {
		text, isText := value.Text(ends[i])
		switch {
		case text == "unbounded":
			continue
		case text == "current":
			*to = bound{true, value.Int32(0)}
			continue
		case isText:
			return wire.Errorf(wire.FailedToParse, "Window bounds must be 'unbounded', 'current', or a number.")
		}
		offset, err := constantOf(p, ends[i], wire.FailedToParse.Number, "window bounds")
		if err != nil {
			return err
		}
		n, whole := value.Whole(offset)
		if !offset.IsNumber() || (!b.ranged || b.unit != nil) && (!whole || n > math.MaxInt32 || n < math.MinInt32) {
			return wire.Errorf(wire.FailedToParse, "Numeric document-based bounds must be an integer, and so must those with a unit")
		}
		*to = bound{true, offset}
	}
	if b.low.set && b.high.set && keys.Compare(b.low.offset, b.high.offset) > 0 {
		return wire.Errorf(located(5339900), "Lower bound must not exceed upper bound")
	}
	return nil
}

// of are the windows of all documents of a part, each as the positions from which and before which it lies.
func (b bounds) of(p *part) (windows [][2]int, err error) {
	n := len(p.places)
	if err := p.held.Take(16 * n); err != nil {
		return nil, err
	}
	windows = make([][2]int, n)
	low, high := 0, 0
	for i := range windows {
		from, to := 0, n
		switch {
		case b.ranged:
			if low, high, err = b.slide(p, i, low, high); err != nil {
				return nil, err
			}
			from, to = low, high
		default:
			if b.low.set {
				from = min(max(0, i+b.low.whole()), n)
			}
			if b.high.set {
				to = min(max(0, i+b.high.whole()+1), n)
			}
		}
		windows[i] = [2]int{from, max(from, to)}
	}
	return windows, nil
}

// slide moves a window of a range on to the document at i: its ends never go back, for values ascend.
func (b bounds) slide(p *part, i, low, high int) (from, to int, err error) {
	here := p.places[i].by
	if err := b.check(here); err != nil {
		return 0, 0, err
	}
	least, most, err := b.ends(here)
	if err != nil {
		return 0, 0, err
	}
	for b.low.set && low < len(p.places) && below(p.places[low].by, least) && p.x.Step(1) {
		low++
	}
	if !b.high.set {
		return low, len(p.places), nil
	}
	for high < len(p.places) && !above(p.places[high].by, most) && p.x.Step(1) {
		high++
	}
	return low, high, nil
}

func below(v, least bson.RawValue) bool { return keys.Compare(v, least) < 0 }
func above(v, most bson.RawValue) bool  { return keys.Compare(v, most) > 0 }

// check refuses values to which nothing can be added.
func (b bounds) check(v bson.RawValue) error {
	switch {
	case b.unit != nil && v.Type != bson.TypeDateTime:
		return wire.Errorf(located(5429513), "Expected the sortBy field to be a Date, but it was %s", value.TypeName(v))
	case b.unit == nil && v.Type == bson.TypeDateTime:
		return wire.Errorf(located(5429413), "For windows that involve date or time ranges, a unit must be provided.")
	case b.unit == nil && !v.IsNumber():
		return wire.Errorf(located(5429414), "Expected the sortBy field to be a number, but it was %s", value.TypeName(v))
	}
	return nil
}

// ends are the least and the greatest value of the window around a value.
func (b bounds) ends(here bson.RawValue) (least, most bson.RawValue, err error) {
	if least, err = b.away(here, b.low); err == nil {
		most, err = b.away(here, b.high)
	}
	return least, most, err
}

func (b bounds) away(here bson.RawValue, end bound) (bson.RawValue, error) {
	if !end.set {
		return here, nil
	}
	if b.unit != nil {
		t, ok := b.unit.Add(time.UnixMilli(here.DateTime()).UTC(), int64(end.whole()))
		if !ok {
			return here, wire.Errorf(wire.Overflow, "a window reaches beyond the range of dates")
		}
		return value.Date(t), nil
	}
	sum, ok := value.Add(here, end.offset)
	if !ok {
		sum = value.Double(value.AsDouble(here) + value.AsDouble(end.offset))
	}
	return sum, nil
}
