package plane

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/dump"
	"github.com/telamon-db/telamon/internal/wire"
)

// Part is a collection that is copied from a snapshot, and the name that Place gives the copy.
type Part struct{ From, To Namespace }

// Content is a collection of a snapshot.
type Content struct {
	Namespace
	Documents int64
}

// Copying says what is copied from a snapshot, brought forward by the legs, into a running cluster. The copies are in a
// database of their own, named after the job, until they are placed.
type Copying struct {
	Snapshot model.ID
	Legs     []Leg
	Cluster  model.ID // that gets the copies
	Job      model.ID
	Keep     func(index bson.Raw) bool                               // whether an index is copied too
	Plan     func(from []Content, there []Namespace) ([]Part, error) // told what the snapshot has, and what the cluster
	Copied   func(part int, documents int64) error                   // told of what has been copied since the last time; its error ends the work
}

// Errors of copies.
var (
	ErrNoRoom = errors.New("plane: the cluster has no room for the copies")
	ErrTaken  = errors.New("plane: a collection has the name meanwhile")
)

// Copy copies collections. What an attempt before it has left is removed first. Errors beside those of Copying:
// ErrSnapshotDamaged, ErrNoHistory and ErrNoRoom.
func (p *Plane) Copy(ctx context.Context, c Copying) (err error) {
	if err := p.sound(ctx, c.Snapshot); err != nil {
		return err
	}
	task := p.board.Begin("collections", c.Job, 0)
	defer func() { task.End(err) }()
	return p.write(ctx, c.Cluster, func(to *dump.Reader) error {
		if err := to.DropCopies(); err != nil {
			return err
		}
		return p.readAt(ctx, c.Snapshot, c.Legs, func(r *dump.Reader) error { return c.copy(ctx, r, to, task) })
	})
}

// copy copies from one database to another.
func (c *Copying) copy(ctx context.Context, r, to *dump.Reader, told dump.Progress) error {
	all, err := r.Collections(ctx)
	if err != nil {
		return err
	}
	there, err := to.Names(ctx)
	if err != nil {
		return err
	}
	from := make(map[Namespace]dump.Collection, len(all))
	for _, coll := range all {
		from[namespace(coll)] = coll
	}
	parts, err := c.Plan(contents(all), namespaces(there))
	if err != nil {
		return err
	}
	var documents, bytes int64
	for _, part := range parts {
		documents, bytes = documents+from[part.From].Documents, bytes+from[part.From].Bytes
	}
	told.Of(documents, bytes)
	for i, part := range parts {
		err := dump.Copy(ctx, r, from[part.From], to, dump.CopiesOf(c.Job), copyName(i), c.Keep, func(documents, bytes int64) error {
			told.Did(documents, bytes)
			return c.Copied(i, documents)
		})
		if err != nil {
			return fmt.Errorf("%s.%s: %w", part.From.DB, part.From.Collection, err)
		}
	}
	return nil
}

func namespace(c dump.Collection) Namespace { return Namespace{c.DB, c.Name} }

func namespaces(all []dump.Collection) (names []Namespace) {
	for _, c := range all {
		names = append(names, namespace(c))
	}
	return names
}

func contents(all []dump.Collection) (list []Content) {
	for _, c := range all {
		list = append(list, Content{namespace(c), c.Documents})
	}
	return list
}

// copyName is the name of a part's copy until it is placed.
func copyName(part int) string { return "part" + strconv.Itoa(part) }

// Place gives a part's copy its name, unless an attempt before has done so. With overwrite it takes the place of a
// collection, in one step: whoever reads has the old or the new. Without, the error is ErrTaken if there is one.
func (p *Plane) Place(ctx context.Context, cluster, job model.ID, i int, part Part, overwrite bool) error {
	return p.write(ctx, cluster, func(to *dump.Reader) error {
		err := to.Rename(dump.CopiesOf(job), copyName(i), part.To.DB, part.To.Collection, overwrite)
		switch why := (*dump.Refused)(nil); {
		case !errors.As(err, &why):
			return err
		case why.Code == wire.NamespaceNotFound.Number:
			return nil // an attempt before has placed it
		case why.Code == wire.NamespaceExists.Number:
			return ErrTaken
		}
		return err
	})
}

// DropCopies removes what a running cluster has of copies that have not been placed.
func (p *Plane) DropCopies(ctx context.Context, cluster model.ID) error {
	return p.write(ctx, cluster, (*dump.Reader).DropCopies)
}

// write runs fn on a running cluster.
func (p *Plane) write(ctx context.Context, cluster model.ID, fn func(*dump.Reader) error) error {
	d, err := p.get(cluster)
	if err != nil {
		return err
	}
	s, err := d.slot.NewSession(ctx, wire.User{})
	if err != nil {
		return err
	}
	defer s.Close()
	err = fn(dump.NewReader(s))
	if why := (*dump.Refused)(nil); errors.As(err, &why) && (why.Code == wire.OutOfDiskSpace.Number || why.Code == wire.AtlasError.Number) {
		err = fmt.Errorf("%w: %w", ErrNoRoom, err)
	}
	return err
}
