package docdb

import (
	"runtime"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestWriteConcerns asks one member for more and less than it can give. The write is done in any case.
func TestWriteConcerns(t *testing.T) {
	x := fresh(t)
	n := int32(0)
	for _, tc := range []struct {
		w    any
		code int32
	}{
		{0, 0}, {1, 0}, {1.0, 0}, {int64(1), 0}, {"majority", 0}, {nil, 0}, {2, 100}, {int64(50), 100}, {3.0, 100}, {d{{"dc", 1}}, 100},
		{"nonsense", 79}, {"Majority", 79}, {"1", 79}, {"", 79},
	} {
		reply := x.run(d{{"insert", "c"}, {"documents", a{d{}, d{}}}, {"writeConcern", d{{"w", tc.w}, {"j", true}, {"wtimeout", 500}}}})
		if n += 2; reply.Lookup("ok").Double() != 1 || reply.Lookup("n").Int32() != 2 {
			t.Errorf("%v: %s", tc.w, reply)
		}
		code, _ := reply.Lookup("writeConcernError", "code").Int32OK()
		if has := reply.Lookup("writeConcernError").Type != 0; code != tc.code || has != (tc.code != 0) {
			t.Errorf("%v: %s", tc.w, reply)
		}
	}
	for _, w := range []any{-1, 51, 1.5, true, a{1}, d{}} {
		x.fails(wire.FailedToParse, d{{"insert", "c"}, {"documents", a{d{}}}, {"writeConcern", d{{"w", w}}}})
	}
	if got := x.ok(d{{"count", "c"}}).Lookup("n").Int32(); got != n {
		t.Errorf("%d of %d documents", got, n)
	}
}

// TestMembersThatAreAway are waited for, until the write concern's time is over or they are back. The write is done.
func TestMembersThatAreAway(t *testing.T) {
	x := fresh(t)
	insert := func(w, wtimeout int) bson.Raw {
		return x.ok(d{{"insert", "c"}, {"documents", a{d{}}}, {"writeConcern", d{{"w", w}, {"wtimeout", wtimeout}}}})
	}
	x.e.Configure(Parameters{Members: 3})
	if reply := insert(3, 0); reply.Lookup("writeConcernError").Type != 0 {
		t.Errorf("%s", reply)
	}
	x.e.Configure(Parameters{Members: 3, Away: 1})
	if reply := insert(2, 0); reply.Lookup("writeConcernError").Type != 0 {
		t.Errorf("%s", reply)
	}
	reply := insert(3, 20)
	if failed := reply.Lookup("writeConcernError").Document(); failed.Lookup("code").Int32() != 64 || !failed.Lookup("errInfo", "wtimeout").Boolean() {
		t.Errorf("%s", reply)
	}
	if reply := insert(4, 20); reply.Lookup("writeConcernError", "code").Int32() != 100 {
		t.Errorf("%s", reply)
	}
	answered := make(chan bson.Raw, 1)
	other := x.other()
	go func() {
		answered <- other.run(d{{"insert", "c"}, {"documents", a{d{{"_id", "waits"}}}}, {"writeConcern", d{{"w", 3}}}})
	}()
	for len(x.find("c", e{"filter", d{{"_id", "waits"}}})) == 0 { // it is done, and waits
		runtime.Gosched()
	}
	x.e.Configure(Parameters{Members: 3})
	if reply := <-answered; reply.Lookup("ok").Double() != 1 || reply.Lookup("writeConcernError").Type != 0 {
		t.Errorf("%s", reply)
	}
	if n := x.ok(d{{"count", "c"}}).Lookup("n").Int32(); n != 5 {
		t.Errorf("%d documents", n)
	}
}

// TestUnmetWriteConcerns shows the error beside the reply of every kind of write, also where it has errors of its own and
// where it is retried, and of no other command.
func TestUnmetWriteConcerns(t *testing.T) {
	x := fresh(t)
	concern := e{"writeConcern", d{{"w", "nonsense"}}}
	retried := d{{"insert", "c"}, {"documents", a{d{{"_id", 1}}, d{{"_id", 1}}}}, {"lsid", session(1)}, {"txnNumber", int64(1)}}
	for _, cmd := range []d{
		retried, retried,
		{{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$set", d{{"x", 1}}}}}}}}},
		{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 9}}}, {"u", d{{"$set", d{{"x", 1}}}}}}}}},
		{{"findAndModify", "c"}, {"update", d{{"x", 2}}}},
		{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}},
		{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"x", 1}}}, {"name", "x_1"}}}}},
		{{"dropIndexes", "c"}, {"index", "x_1"}},
		{{"create", "other"}},
		{{"drop", "other"}},
		{{"dropDatabase", 1}},
	} {
		reply := x.run(append(cmd[:len(cmd):len(cmd)], concern))
		failed, _ := reply.Lookup("writeConcernError").DocumentOK()
		if reply.Lookup("ok").Double() != 1 || failed == nil {
			t.Errorf("%v: %s", cmd, reply)
			continue
		}
		shows(t, []bson.Raw{failed}, `{"code":79,"codeName":"UnknownReplWriteConcern","errmsg":"No write concern mode named 'nonsense' found in replica set configuration",`+
			`"errInfo":{"writeConcern":{"w":"nonsense","wtimeout":0,"provenance":"clientSupplied"}}}`)
		if _, errs := reply.Lookup("writeErrors").ArrayOK(); errs != (cmd[0].Key == "insert") {
			t.Errorf("%v: %s", cmd, reply)
		}
	}
	if reply := x.ok(d{{"find", "c"}, concern}); reply.Lookup("writeConcernError").Type != 0 {
		t.Error(reply)
	}
}
