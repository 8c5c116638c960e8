package store

// Deriver is a Tx that remembers what was worked out from rows, until a table that it was read from changes.
type Deriver interface {
	// Derive is what work returned under that name when the rows were as they are, or else what it returns now.
	Derive(name string, work func() (any, error)) (any, error)
}

// Derive is what work returns: something that depends on the name and on what work reads through tx, and on nothing
// else. A store that remembers what was read remembers this too, so it is shared, and nobody changes it.
func Derive[T any](tx Tx, name string, work func() (T, error)) (T, error) {
	d, ok := tx.(Deriver)
	if !ok {
		return work()
	}
	v, err := d.Derive(name, func() (any, error) { return work() })
	if err != nil {
		var none T
		return none, err
	}
	return v.(T), nil
}
