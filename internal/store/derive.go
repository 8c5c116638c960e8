package store

// Deriver is a Tx that remembers what was worked out from rows, until a table that it was read from changes.
type Deriver interface {
	// Derive returns what work returned earlier under that name, if the rows that it read have not changed, or else
	// what it returns now.
	Derive(name string, work func() (any, error)) (any, error)
}

// Derive returns what work returns, which must depend on nothing but the name and what work reads through tx. A store
// that caches rows caches this too, so callers share it and must not change it.
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
