package state

import (
	"github.com/telamon-db/telamon/internal/store"
)

// Setting is a value that the nodes of one store share, such as the secret that signs nonces.
type Setting struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
	Rev   int64  `json:"-"`
}

// Settings, by name.
var Settings = &store.Table[Setting]{
	Name: "settings",
	ID:   func(s *Setting) string { return s.Name },
	Rev:  func(s *Setting) *int64 { return &s.Rev },
}

// Ensure returns the value of a setting. If there is none, it stores what initial returns.
func Ensure(tx store.Tx, name string, initial func() []byte) ([]byte, error) {
	s, err := Settings.Get(tx, name)
	if store.IsNotFound(err) {
		s = &Setting{Name: name, Value: initial()}
		err = Settings.Put(tx, s)
	}
	if err != nil {
		return nil, err
	}
	return s.Value, nil
}
