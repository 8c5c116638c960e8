package federation

import (
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Limits serves the query limits of instances. Nothing is queried, so their usage is always 0.
type Limits struct {
	kept.Objects[oneLimit, DataFederationTenantQueryLimit, struct{}]
}

type limit = kept.Object[DataFederationTenantQueryLimit, struct{}]

// limitName is the name of a limit, which says what it bounds.
type limitName string

// Values are the names, in the order of lists.
func (limitName) Values() []string {
	return []string{"bytesProcessed.query", "bytesProcessed.daily", "bytesProcessed.weekly", "bytesProcessed.monthly"}
}

var limits = &store.Table[limit]{
	Name: "federation_limits",
	ID:   func(l *limit) string { return l.GroupID + "/" + l.Value.TenantName + "/" + l.Value.Name },
	Rev:  func(l *limit) *int64 { return &l.Rev },
	Indexes: []store.Index[limit]{{Name: "instance", Key: func(l *limit) []string {
		return []string{l.GroupID, l.Value.TenantName, strconv.Itoa(slices.Index(limitName("").Values(), l.Value.Name))}
	}}},
}

func ofInstance(in one) store.Query {
	return store.Query{Index: "instance", Prefix: []string{in.GroupID, in.TenantName}}
}

func newLimits(st store.Store) *Limits {
	return &Limits{kept.Objects[oneLimit, DataFederationTenantQueryLimit, struct{}]{
		Store: st, Table: limits,
		Events: func(*limit) kept.Events {
			return kept.Events{Created: "DATA_FEDERATION_QUERY_LIMIT_CONFIGURED", Updated: "DATA_FEDERATION_QUERY_LIMIT_CONFIGURED", Deleted: "DATA_FEDERATION_QUERY_LIMIT_DELETED"}
		},
	}}
}

type oneLimit struct {
	one
	LimitName limitName `path:"limitName" doc:"Name of the limit."`
}

// RowID is the id of the limit's row.
func (in oneLimit) RowID() (string, error) {
	return in.GroupID + "/" + in.TenantName + "/" + string(in.LimitName), limitNotFound.With(string(in.LimitName))
}

func (s *Limits) list(tx store.Tx, in one) ([]DataFederationTenantQueryLimit, error) {
	id, missing := in.RowID()
	if _, err := instances.Get(tx, id); err != nil {
		return nil, store.IfMissing(err, missing)
	}
	return s.Select(tx, in.GroupID, ofInstance(in))
}

type setIn struct {
	oneLimit
	Body DataFederationTenantQueryLimit
}

func (s *Limits) set(tx store.Tx, in setIn) (out DataFederationTenantQueryLimit, err error) {
	id, missing := in.one.RowID()
	if _, err := instances.Get(tx, id); err != nil {
		return out, store.IfMissing(err, missing)
	}
	w := DataFederationTenantQueryLimit{
		LastModifiedDate: api.Time{Time: tx.Now()}, Name: string(in.LimitName), OverrunPolicy: in.Body.OverrunPolicy, TenantName: in.TenantName, Value: in.Body.Value,
	}
	row, _ := in.RowID()
	l, err := limits.Get(tx, row)
	if store.IsNotFound(err) {
		return s.Add(tx, &limit{GroupID: in.GroupID, Value: w})
	}
	if err != nil {
		return out, err
	}
	l.Value = w
	return w, s.Put(tx, l)
}

// monthly is the default limit of the bytes that an instance may read in a month: 100 TiB, as on the service.
const monthly = 100 << 40

// begin gives a new instance its default limit.
func (s *Limits) begin(tx store.Tx, groupID model.ID, instance string) error {
	return limits.Put(tx, &limit{GroupID: groupID, ID: model.NewID(), Created: tx.Now(), Value: DataFederationTenantQueryLimit{
		LastModifiedDate: api.Time{Time: tx.Now()}, Name: "bytesProcessed.monthly", OverrunPolicy: "BLOCK", TenantName: instance, Value: monthly,
	}})
}
