package kept

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// WithID makes a Show that writes an object's id into its shape.
func WithID[W any](set func(w *W, id model.ID)) func(store.Tx, model.ID) (func(o *Object[W, struct{}]) W, error) {
	return func(store.Tx, model.ID) (func(o *Object[W, struct{}]) W, error) {
		return func(o *Object[W, struct{}]) W {
			w := o.Value
			set(&w, o.ID)
			return w
		}, nil
	}
}

// Accepted makes a handler that answers with an empty object out of one that answers without a body.
func Accepted[In any](fn func(store.Tx, In) (api.None, error)) func(store.Tx, In) (api.Empty, error) {
	return func(tx store.Tx, in In) (api.Empty, error) {
		_, err := fn(tx, in)
		return api.Empty{}, err
	}
}

// ReplaceIn is the input of Replace.
type ReplaceIn[K Ref, W any] struct {
	One  K `in:"path"`
	Body W
}

// Replace replaces the object by the body.
func (s *Objects[K, W, S]) Replace(tx store.Tx, in ReplaceIn[K, W]) (W, error) {
	return s.Update(tx, in.One, func(o *Object[W, S]) error {
		o.Value = in.Body
		return nil
	})
}
