package stage

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// recentGroups is how many groups are remembered, and recentShift leaves a number below it of 64 bits.
const (
	recentGroups = 256
	recentShift  = 64 - 8
)

// recent remembers groups by short ids as they are in documents: numbers, dates and the like. Most documents belong to a group
// that is in here, which is found without the encoding of the id.
type recent [recentGroups]remembered

// remembered is a group and its id: the type, the length in bytes and the bytes themselves.
type remembered struct {
	of   *group
	bits uint64
	kind bson.Type
	size int8
}

// place returns where the group with an id would be, and whether it is there. There is no place for long ids.
func (r *recent) place(id *bson.RawValue) (at *remembered, known bool) {
	var bits uint64
	switch len(id.Value) {
	case 8:
		bits = binary.LittleEndian.Uint64(id.Value)
	case 4:
		bits = uint64(binary.LittleEndian.Uint32(id.Value))
	case 1:
		bits = uint64(id.Value[0])
	default:
		return nil, false
	}
	const mix = 0x9E3779B97F4A7C15 // spreads neighbours: the golden ratio as a fraction of 1<<64
	at = &r[bits*mix>>recentShift]
	if at.of != nil && at.of.states != nil && at.bits == bits && at.kind == id.Type && int(at.size) == len(id.Value) {
		return at, true
	}
	at.of, at.bits, at.kind, at.size = nil, bits, id.Type, int8(len(id.Value))
	return at, false
}
