package databaseuser

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// A user of before the shape was stored as it is is found, shown and changed.
func TestOlder(t *testing.T) {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, []*store.Schema{Users.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = st.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.Put(Users.Schema(), store.Row{ID: Key("g", "$external", "ann"), Keys: [][]string{{"g", "$external", "ann"}}, Body: []byte(`{
			"id":"i","groupId":"g","database":"$external","name":"ann","description":"d","roles":[{"name":"read","database":"shop","collection":"c"}],
			"login":{"awsIAM":"ROLE"},"scopes":[{"name":"one","type":"CLUSTER"}],"labels":[{"key":"k","value":"v"}],"deleteAfter":"2030-01-01T00:00:00.5Z",
			"scramSHA256":{"iterations":15000},"scramSHA1":{"iterations":10000},"created":"2025-01-01T00:00:00Z"}`)})
		if err != nil {
			return err
		}
		u, err := Users.Get(tx, Key("g", "$external", "ann"))
		if err != nil {
			return err
		}
		if err := Users.Put(tx, u); err != nil {
			return err
		}
		again, err := Users.Get(tx, Users.ID(u))
		if err != nil {
			return err
		}
		got, err := json.Marshal(again)
		want := `{"groupId":"g","id":"i","is":{"awsIAMType":"ROLE","databaseName":"$external","deleteAfterDate":"2030-01-01T00:00:00Z","description":"d","groupId":"",` +
			`"labels":[{"key":"k","value":"v"}],"ldapAuthType":"NONE","oidcAuthType":"NONE","roles":[{"collectionName":"c","databaseName":"shop","roleName":"read"}],` +
			`"scopes":[{"name":"one","type":"CLUSTER"}],"username":"ann","x509Type":"NONE"},"own":`
		if string(got[:min(len(got), len(want))]) != want || again.Internal.ID != "i" || again.Internal.SHA256.Iterations != 15000 || again.Internal.SHA1.Iterations != 10000 {
			t.Errorf("%s\n%+v", got, again.Internal)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
