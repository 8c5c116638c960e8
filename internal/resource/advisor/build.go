package advisor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// build is an index that was built by itself.
type build struct {
	ID        model.ID       `json:"id"`
	Cluster   model.ID       `json:"cluster"`
	GroupID   model.ID       `json:"groupId"`
	Named     string         `json:"named"` // the cluster's name
	Namespace string         `json:"namespace"`
	Name      string         `json:"name"`
	Parts     []insight.Part `json:"parts"`
	For       []string       `json:"for"` // hashes of the shapes that asked for it
	State     progress       `json:"state"`
	Before    effort         `json:"before"`
	After     effort         `json:"after,omitzero"`
	Since     time.Time      `json:"since,omitzero"` // from when on After is measured
	Rev       int64          `json:"-"`
}

// progress is how far a build is.
type progress string

const (
	submitted progress = "submitted"
	started   progress = "started"
	completed progress = "completed" // it is to be judged
	kept      progress = "kept"      // it has helped
	failed    progress = "failed"
	takenBack progress = "takenBack" // it did not help
	gone      progress = "gone"      // somebody else has dropped it
)

// effort is what queries did.
type effort struct {
	Count  int64 `json:"count"`
	Docs   int64 `json:"docs"` // that they examined
	Micros int64 `json:"micros"`
}

func (e effort) plus(s *insight.Stat) effort {
	return effort{e.Count + s.Count, e.Docs + s.Docs, e.Micros + s.Micros}
}

// each is how many documents one query examined.
func (e effort) each() float64 { return float64(e.Docs) / float64(max(1, e.Count)) }

func (s suggestion) effort() (e effort) {
	for _, one := range s.For {
		e = e.plus(one)
	}
	return e
}

var builds = &store.Table[build]{
	Name:    "advisor_builds",
	ID:      func(b *build) string { return b.ID },
	Rev:     func(b *build) *int64 { return &b.Rev },
	Indexes: []store.Index[build]{{Name: "cluster", Key: func(b *build) []string { return []string{b.Cluster, b.Namespace, b.Name} }}},
}

func ofCluster(id model.ID) store.Query { return store.Query{Index: "cluster", Prefix: []string{id}} }

func submit(tx store.Tx, c *model.Cluster, s suggestion) (*build, error) {
	b := &build{ID: model.NewID(), Cluster: c.ID, GroupID: c.GroupID, Named: c.Name, Namespace: s.Namespace, Parts: s.Parts, Before: s.effort()}
	var name []string
	for _, p := range s.Parts {
		name = append(name, fmt.Sprintf("%s_%d", p.Field, p.Dir))
	}
	b.Name = strings.Join(name, "_")
	for _, one := range s.For {
		b.For = append(b.For, one.Hash)
	}
	return b, b.become(tx, submitted, "AUTO_INDEXING_INDEX_BUILD_SUBMITTED", "")
}

// become notes how far the build is, with the event that tells it; "": none does.
func (b *build) become(tx store.Tx, p progress, what event.Type, reason string) error {
	b.State = p
	if err := builds.Put(tx, b); err != nil || what == "" {
		return err
	}
	return event.WriteInProject(tx, b.GroupID, what, event.Cluster(b.Named), event.Reason(reason))
}

// goOn is become in a transaction of its own.
func (s *Service) goOn(ctx context.Context, b *build, p progress, what event.Type, reason string) error {
	was := *b
	return s.Store.Update(ctx, func(tx store.Tx) error {
		*b = was
		return b.become(tx, p, what, reason)
	})
}

// lateness are the events of a build that takes long.
var lateness = []struct {
	after time.Duration // since the one before
	what  event.Type
}{{5 * time.Minute, "AUTO_INDEXING_SLOW_INDEX_BUILD"}, {time.Hour, "AUTO_INDEXING_STALLED_INDEX_BUILD"}}

// make builds an index. If it is cut off, the next pass goes on.
func (s *Service) make(ctx context.Context, c *model.Cluster, b *build) error {
	if b.State == submitted {
		if err := s.goOn(ctx, b, started, "AUTO_INDEXING_STARTED_INDEX_BUILD", ""); err != nil {
			return err
		}
	}
	done := make(chan error, 1)
	go func() { done <- s.createIndex(ctx, c.ID, b) }()
	err := s.await(ctx, b, done)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return s.goOn(ctx, b, failed, "AUTO_INDEXING_FAILED_INDEX_BUILD", err.Error())
	}
	since, err := s.Recorder.Turn(ctx, c.ID)
	if err != nil {
		return err
	}
	b.Since = since
	return s.goOn(ctx, b, completed, "AUTO_INDEXING_COMPLETED_INDEX_BUILD", "")
}

// await waits for the end of a build, and tells of one that takes long.
func (s *Service) await(ctx context.Context, b *build, done <-chan error) error {
	for _, late := range lateness {
		select {
		case err := <-done:
			return err
		case <-time.After(late.after):
			_ = s.goOn(ctx, b, started, late.what, "") // a build goes on if nobody can be told
		}
	}
	return <-done
}

func (s *Service) createIndex(ctx context.Context, cluster model.ID, b *build) error {
	db, coll, _ := strings.Cut(b.Namespace, ".")
	key := bson.D{}
	for _, p := range b.Parts {
		key = append(key, bson.E{Key: p.Field, Value: p.Dir})
	}
	_, err := s.Plane.Run(ctx, cluster, bson.D{
		{Key: "createIndexes", Value: coll}, {Key: "indexes", Value: bson.A{bson.D{{Key: "key", Value: key}, {Key: "name", Value: b.Name}}}}, {Key: "$db", Value: db},
	})
	return err
}

func (s *Service) dropIndex(ctx context.Context, cluster model.ID, b *build) error {
	db, coll, _ := strings.Cut(b.Namespace, ".")
	_, err := s.Plane.Run(ctx, cluster, bson.D{{Key: "dropIndexes", Value: coll}, {Key: "index", Value: b.Name}, {Key: "$db", Value: db}})
	return err
}

// judgeAll looks whether the indexes that were built have helped.
func (s *Service) judgeAll(ctx context.Context, c *model.Cluster) error {
	type verdict struct {
		*build
		reason string // why it goes; "": it stays
	}
	all, err := store.Read(s.Store, func(tx store.Tx, c *model.Cluster) (out []verdict, err error) {
		made, err := builds.List(tx, ofCluster(c.ID))
		if err != nil {
			return nil, err
		}
		known, err := catalogOf(tx, c.ID)
		for _, b := range made {
			if b.State != completed && b.State != kept {
				continue
			}
			before := b.State
			reason, err := b.judge(tx, known)
			if err != nil {
				return nil, err
			}
			if reason != "" || b.State != before {
				out = append(out, verdict{b, reason})
			}
		}
		return out, err
	})(ctx, c)
	for _, v := range all {
		if v.reason == "" {
			err = s.goOn(ctx, v.build, v.State, "", "")
		} else if err = s.dropIndex(ctx, c.ID, v.build); err == nil {
			err = s.goOn(ctx, v.build, takenBack, "AUTO_INDEXING_FAILED_INDEX_BUILD", v.reason)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// judge measures what queries did with the index, and returns why it is to go; "": it is not.
func (b *build) judge(tx store.Tx, known catalog) (reason string, err error) {
	coll, _ := known.collection(b.Namespace)
	i := slices.IndexFunc(coll.Indexes, func(x index) bool { return x.Name == b.Name })
	if i < 0 {
		b.State = gone
		return "", nil
	}
	if x := coll.Indexes[i]; x.Uses == 0 && tx.Now().Sub(x.Since) >= unusedFor {
		return fmt.Sprintf("the index %s of %s is taken back: no query has used it for a week", b.Name, b.Namespace), nil
	}
	if b.State == kept {
		return "", nil
	}
	all, err := insight.Shapes(tx, b.Cluster, insight.Window{From: b.Since.Add(time.Microsecond), Until: tx.Now()})
	b.After = effort{}
	for _, s := range all {
		if slices.Contains(b.For, s.Hash) {
			b.After = b.After.plus(s)
		}
	}
	switch {
	case b.After.Count < enough:
		return "", err
	case b.After.each() > b.Before.each()/2:
		return fmt.Sprintf("the index %s of %s is taken back: queries examined %.0f documents each before it, and %.0f with it", b.Name, b.Namespace, b.Before.each(), b.After.each()), err
	}
	b.State = kept
	return "", err
}
