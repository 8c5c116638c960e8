package accesslist

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

func TestAdmits(t *testing.T) {
	now := time.Date(2025, 3, 12, 9, 42, 0, 0, time.UTC)
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), func() time.Time { return now }, []*store.Schema{Entries.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	err = st.Update(t.Context(), func(tx store.Tx) error {
		for _, e := range []*Entry{
			{GroupID: "a", Internal: "10.0.0.0/8"},
			{GroupID: "a", Internal: "2001:db8::/32"},
			{GroupID: "a", Internal: "1.2.3.4/32", Value: NetworkPermissionEntry{DeleteAfterDate: &api.Time{Time: now.Add(time.Second)}}},
			{GroupID: "a", Internal: "1.2.3.5/32", Value: NetworkPermissionEntry{DeleteAfterDate: &api.Time{Time: now}}},
			{GroupID: "a", Internal: "sg-12345678", Value: NetworkPermissionEntry{AWSSecurityGroup: "sg-12345678"}},
			{GroupID: "b", Internal: "0.0.0.0/0"},
		} {
			if err := Entries.Put(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		group, addr string
		want        bool
	}{
		{"a", "10.1.2.3", true}, {"a", "11.1.2.3", false}, {"a", "::ffff:10.1.2.3", true}, {"a", "2001:db8::9", true}, {"a", "2001:db9::9", false},
		{"a", "1.2.3.4", true}, {"a", "1.2.3.5", false},
		{"b", "9.9.9.9", true}, {"b", "2001:db8::9", false},
		{"none", "127.0.0.1", false},
	} {
		err := st.View(t.Context(), func(tx store.Tx) error {
			got, err := Admits(tx, c.group, netip.MustParseAddr(c.addr))
			if got != c.want {
				t.Errorf("%s admits %s: %v", c.group, c.addr, got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	err = st.Update(t.Context(), func(tx store.Tx) error {
		if err := New(st).OnProjectDelete(tx, "a"); err != nil {
			return err
		}
		n, err := Entries.Count(tx, store.Query{})
		if n != 1 {
			t.Errorf("%d entries after project a has gone", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
