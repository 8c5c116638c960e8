package collections

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/plane"
)

var (
	inSnapshot = []plane.Content{
		{Namespace: plane.Namespace{DB: "shop", Collection: "orders"}, Documents: 7}, {Namespace: plane.Namespace{DB: "shop", Collection: "a.b"}, Documents: 2},
		{Namespace: plane.Namespace{DB: "crm", Collection: "people"}},
	}
	inTarget = []plane.Namespace{{DB: "shop", Collection: "orders"}, {DB: "other", Collection: "orders"}}
)

func TestPlan(t *testing.T) {
	for name, c := range map[string]struct {
		job  Job
		want []string // from > asked > to
		says string
	}{
		"one, over itself":   {Job{Collections: []RestoreNamespace{{Source: "shop.orders"}}, Writes: overwrite}, []string{"shop.orders > shop.orders > shop.orders"}, ""},
		"one, beside itself": {Job{Collections: []RestoreNamespace{{Source: "shop.orders"}}, Writes: createNew}, []string{"shop.orders > shop.orders > shop.orders_ID"}, ""},
		"dots in its name":   {Job{Collections: []RestoreNamespace{{Source: "shop.a.b"}}, Writes: createNew}, []string{"shop.a.b > shop.a.b > shop.a.b"}, ""},
		"another name":       {Job{Collections: []RestoreNamespace{{"shop.orders", "old.them"}}, Writes: createNew}, []string{"shop.orders > old.them > old.them"}, ""},
		"suffixes": {Job{Collections: []RestoreNamespace{{"shop.orders", "old.them"}}, DatabaseSuffix: "_d", CollectionSuffix: "_c", Writes: createNew},
			[]string{"shop.orders > old_d.them_c > old_d.them_c"}, ""},
		"a database beside itself": {Job{Databases: []RestoreNamespace{{Source: "shop"}}, Writes: createNew},
			[]string{"shop.orders > shop.orders > shop_ID.orders", "shop.a.b > shop.a.b > shop_ID.a.b"}, ""},
		"a database over another": {Job{Databases: []RestoreNamespace{{"shop", "other"}}, Writes: overwrite}, []string{"shop.orders > other.orders > other.orders", "shop.a.b > other.a.b > other.a.b"}, ""},
		"both": {Job{Databases: []RestoreNamespace{{Source: "crm"}}, Collections: []RestoreNamespace{{Source: "shop.a.b"}}, Writes: createNew},
			[]string{"crm.people > crm.people > crm.people", "shop.a.b > shop.a.b > shop.a.b"}, ""},
		"nothing there": {Job{Collections: []RestoreNamespace{{Source: "shop.none"}, {Source: "shop.a.b"}}, Writes: createNew},
			[]string{"shop.none > shop.none > shop.none", "shop.a.b > shop.a.b > shop.a.b"}, "has no shop.none"},
		"no such database": {Job{Databases: []RestoreNamespace{{Source: "none"}}, Writes: createNew}, []string{"none > none > "}, "has no none"},
		"two to one": {Job{Collections: []RestoreNamespace{{"shop.orders", "x.y"}, {"shop.a.b", "x.y"}}, Writes: overwrite},
			[]string{"shop.orders > x.y > x.y", "shop.a.b > x.y > x.y"}, "two collections"},
		"too long": {Job{Databases: []RestoreNamespace{{"crm", strings.Repeat("x", 64)}}, Writes: overwrite},
			[]string{"crm.people > " + strings.Repeat("x", 64) + ".people > " + strings.Repeat("x", 64) + ".people"}, "too long"},
	} {
		c.job.ID = "ID"
		parts, err := c.job.Plan(inSnapshot, inTarget)
		var got []string
		for _, p := range parts {
			got = append(got, p.From+" > "+p.Asked+" > "+p.To)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
		if (err != nil) != (c.says != "") || err != nil && (!errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		w    CollectionRestoreJobRequest
		want []string
	}{
		"nothing":              {CollectionRestoreJobRequest{}, []string{"collections"}},
		"good":                 {CollectionRestoreJobRequest{Collections: []RestoreNamespace{{"shop.orders", "x.y"}}, Databases: []RestoreNamespace{{Source: "crm"}}, DatabaseSuffix: "_1"}, nil},
		"a database only":      {CollectionRestoreJobRequest{Collections: []RestoreNamespace{{Source: "shop"}}}, []string{"collections[0].sourceNamespace", "collections[0].targetNamespace"}},
		"a collection":         {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{Source: "shop.orders"}}}, []string{"databases[0].sourceNamespace"}},
		"the server's own":     {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{"shop", "admin"}, {Source: "local"}}}, []string{"databases[0].targetNamespace", "databases[1].sourceNamespace"}},
		"twice":                {CollectionRestoreJobRequest{Collections: []RestoreNamespace{{Source: "a.b"}, {Source: "a.b"}}}, []string{"collections[1].sourceNamespace"}},
		"with its database":    {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{Source: "a"}}, Collections: []RestoreNamespace{{Source: "a.b"}}}, []string{"collections[0].sourceNamespace"}},
		"a bad letter":         {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{"a", "b/c"}}}, []string{"databases[0].targetNamespace"}},
		"a bad suffix":         {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{Source: "a"}}, DatabaseSuffix: "$"}, []string{"databases[0].targetNamespace"}},
		"a collection's":       {CollectionRestoreJobRequest{Collections: []RestoreNamespace{{Source: "a.b"}}, CollectionSuffix: "\x00"}, []string{"collections[0].targetNamespace"}},
		"system collections":   {CollectionRestoreJobRequest{Collections: []RestoreNamespace{{"a.b", "a.system.users"}}}, []string{"collections[0].targetNamespace"}},
		"a dot in a suffix":    {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{Source: "a"}}, DatabaseSuffix: ".b"}, []string{"databases[0].targetNamespace"}},
		"too long for a name":  {CollectionRestoreJobRequest{Databases: []RestoreNamespace{{Source: strings.Repeat("x", 60)}}, DatabaseSuffix: "_four"}, []string{"databases[0].targetNamespace"}},
		"of the server's in a": {CollectionRestoreJobRequest{Collections: []RestoreNamespace{{"config.x", "a.b"}}}, []string{"collections[0].sourceNamespace"}},
	} {
		var bad fault.Problems
		c.w.Check(&bad)
		var got []string
		if f, ok := fault.Of(bad.Err()); ok {
			for _, v := range f.Violations {
				got = append(got, v.Field)
			}
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestKeeps(t *testing.T) {
	index := func(more ...bson.E) bson.Raw {
		raw, err := bson.Marshal(append(bson.D{{Key: "name", Value: "x"}}, more...))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	plain, expiring := index(), index(bson.E{Key: "expireAfterSeconds", Value: 0})
	for strategy, want := range map[string][]bool{allIndexes: {true, true}, noExpiring: {true, false}, noIndexes: {false, false}} {
		j := Job{Indexes: strategy}
		if got := []bool{j.Keeps(plain), j.Keeps(expiring)}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", strategy, got)
		}
	}
}
