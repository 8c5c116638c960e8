package keys

import "go.mongodb.org/mongo-driver/v2/bson"

// Collation says how values compare. There is one today, the simple one, by which strings compare as bytes; it is nil.
// Whatever compares values that clients gave compares them by a collation.
type Collation struct{}

// Compare returns -1, 0 or 1 as a sorts before, with or after b. A zero RawValue, a missing field, is equal to null.
func (c *Collation) Compare(a, b bson.RawValue) int { return Compare(a, b) }

// CompareAt is Compare of values that are not copied.
func (c *Collation) CompareAt(a, b *bson.RawValue) int { return compare(a, b, 0) }

// Equal reports whether Compare(a, b) is 0.
func (c *Collation) Equal(a, b bson.RawValue) bool { return Equal(a, b) }

// AppendAt is Append of a value that is not copied.
func (c *Collation) AppendAt(dst []byte, v *bson.RawValue) []byte { return appendValue(dst, v, 0) }

// Append appends the encoding of v, which sorts among other encodings as v does among their values.
func (c *Collation) Append(dst []byte, v bson.RawValue) []byte { return Append(dst, v) }
