package keys

import "encoding/binary"

// Skip returns the length of the encoding with which b begins; inverted says that it is one of a descending part of an
// index. ok is false if b begins with no encoding.
func Skip(b []byte, inverted bool) (n int, ok bool) {
	w := walker{rest: b, ok: true}
	if inverted {
		w.mask = 0xff
	}
	w.value(0)
	return len(b) - len(w.rest), w.ok
}

// walker steps over encodings, of which each byte is combined with mask.
type walker struct {
	rest []byte
	mask byte
	ok   bool
}

// take returns the next byte.
func (w *walker) take() byte {
	if len(w.rest) == 0 {
		w.ok = false
		return 0
	}
	b := w.rest[0] ^ w.mask
	w.rest = w.rest[1:]
	return b
}

func (w *walker) skip(n int) {
	if n < 0 || n > len(w.rest) {
		w.ok, n = false, len(w.rest)
	}
	w.rest = w.rest[n:]
}

// size reads a length of four bytes.
func (w *walker) size() int {
	var b [4]byte
	for i := range b {
		b[i] = w.take()
	}
	return int(binary.BigEndian.Uint32(b[:]))
}

func (w *walker) value(depth int) { w.behind(w.take(), depth) }

// behind steps over what follows the byte of a class.
func (w *walker) behind(class byte, depth int) {
	switch class {
	case classMinKey, classUndefined, classNull, classMaxKey:
	case classNumber:
		if w.skip(8); w.take() == tailAbove {
			w.skip(digitsSize)
		}
	case classString, classCode:
		w.text()
	case classRegex:
		w.text()
		w.text()
	case classObject, classArray:
		w.document(class == classObject, depth)
	case classCodeWithScope:
		w.text()
		w.document(true, depth)
	case classBinary:
		w.skip(w.size() + 1)
	case classDBPointer:
		w.skip(w.size() + 12)
	case classBool:
		w.skip(1)
	case classDate, classTimestamp:
		w.skip(8)
	case classObjectID:
		w.skip(12)
	default:
		w.ok = false
	}
}

// text steps over what appendText has written.
func (w *walker) text() {
	for w.ok {
		if w.take() == 0x00 && w.take() == 0x01 {
			return
		}
	}
}

// document steps over what appendDocument has written.
func (w *walker) document(names bool, depth int) {
	if depth >= maxDepth {
		w.text()
		return
	}
	for w.ok {
		class := w.take()
		if class == end {
			return
		}
		if names {
			for w.ok && w.take() != 0 {
			}
			class = w.take()
		}
		w.behind(class, depth+1)
	}
}
