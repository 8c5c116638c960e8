package series

import (
	"encoding/binary"
	"errors"
)

// chunk is the columns of a row: the numbers of some points in a row, all columns of the same length.
//
// Encoded, each number is the difference from the one before it, and a number of equal ones is their number: what does
// not change takes two bytes, and what counts takes a byte or two a point. Columns can be read one by one.
type chunk struct{ columns [][]int64 }

const format = 1

var errChunk = errors.New("the row cannot be read")

// rows is how many points there are, in nil too.
func (c *chunk) rows() int {
	if c == nil || len(c.columns) == 0 {
		return 0
	}
	return len(c.columns[0])
}

func (c *chunk) row(i int) []int64 {
	out := make([]int64, len(c.columns))
	for j, col := range c.columns {
		out[j] = col[i]
	}
	return out
}

// add adds n equal points from place i on; what is between the last point and i is missing.
func (c *chunk) add(i, n int, values []int64) {
	had := c.rows()
	for len(c.columns) < len(values) {
		col := make([]int64, had)
		for k := range col {
			col[k] = Missing
		}
		c.columns = append(c.columns, col)
	}
	for j := range c.columns {
		for len(c.columns[j]) < i {
			c.columns[j] = append(c.columns[j], Missing)
		}
		v := int64(Missing)
		if j < len(values) {
			v = values[j]
		}
		for range n {
			c.columns[j] = append(c.columns[j], v)
		}
	}
}

func (c *chunk) encode() []byte {
	out := []byte{format}
	out = binary.AppendUvarint(out, uint64(c.rows()))
	out = binary.AppendUvarint(out, uint64(len(c.columns)))
	var scratch []byte
	for _, col := range c.columns {
		scratch = appendColumn(scratch[:0], col)
		out = append(binary.AppendUvarint(out, uint64(len(scratch))), scratch...)
	}
	return out
}

// appendColumn writes differences, which may overflow and then overflow back when they are read. After a difference of 0
// comes how many more there are.
func appendColumn(out []byte, col []int64) []byte {
	before := int64(0)
	for i := 0; i < len(col); i++ {
		out = binary.AppendVarint(out, col[i]-before)
		if col[i] != before {
			before = col[i]
			continue
		}
		same := 0
		for i+1 < len(col) && col[i+1] == before {
			i, same = i+1, same+1
		}
		out = binary.AppendUvarint(out, uint64(same))
	}
	return out
}

// longest bounds what is read: no row has as many points or columns.
const longest = 1 << 12

// reader reads an encoded chunk column by column.
type reader struct {
	left          []byte
	rows, columns int
}

func read(body []byte) (r reader, err error) {
	if len(body) == 0 || body[0] != format {
		return r, errChunk
	}
	r.left = body[1:]
	rows, err := r.number()
	if err != nil {
		return r, err
	}
	columns, err := r.number()
	if rows > longest || columns > longest {
		return r, errChunk
	}
	r.rows, r.columns = int(rows), int(columns)
	return r, err
}

func (r *reader) number() (uint64, error) {
	v, n := binary.Uvarint(r.left)
	if n <= 0 {
		return 0, errChunk
	}
	r.left = r.left[n:]
	return v, nil
}

// next is the next column as it is encoded.
func (r *reader) next() ([]byte, error) {
	size, err := r.number()
	if err != nil || size > uint64(len(r.left)) {
		return nil, errChunk
	}
	col := r.left[:size]
	r.left = r.left[size:]
	return col, nil
}

// column decodes a column of n numbers.
func column(raw []byte, n int) ([]int64, error) {
	out := make([]int64, 0, n)
	before := int64(0)
	for len(raw) > 0 && len(out) < n {
		d, size := binary.Varint(raw)
		if size <= 0 {
			return nil, errChunk
		}
		raw = raw[size:]
		before += d
		out = append(out, before)
		if d != 0 {
			continue
		}
		same, size := binary.Uvarint(raw)
		if size <= 0 || same > uint64(n-len(out)) {
			return nil, errChunk
		}
		raw = raw[size:]
		for range same {
			out = append(out, before)
		}
	}
	if len(out) != n || len(raw) != 0 {
		return nil, errChunk
	}
	return out, nil
}

func decode(body []byte) (*chunk, error) {
	r, err := read(body)
	if err != nil {
		return nil, err
	}
	c := &chunk{}
	for range r.columns {
		raw, err := r.next()
		if err != nil {
			return nil, err
		}
		col, err := column(raw, r.rows)
		if err != nil {
			return nil, err
		}
		c.columns = append(c.columns, col)
	}
	return c, nil
}
