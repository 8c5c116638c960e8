package databaseuser_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type object = map[string]any

const password = "Tr0ub4dor-and-3-horses"

func path(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/databaseUsers" }

// user is a creation's body, changed by what follows; nil takes a field away.
func user(name string, more ...object) object {
	o := object{"databaseName": "admin", "username": name, "password": password, "roles": []object{role("readWrite", "shop", "")}}
	for _, m := range more {
		maps.Copy(o, m)
	}
	maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil })
	return o
}

func role(name, database, collection string) object {
	o := object{"roleName": name, "databaseName": database}
	if collection != "" {
		o["collectionName"] = collection
	}
	return o
}

// create creates a user and returns what the answer shows.
func create(s *apitest.Server, body object) object {
	return s.Owner().Post(path(s), body).Want(http.StatusCreated).Object()
}

// reader calls with a key that only reads.
func reader(t *testing.T, s *apitest.Server) *apitest.Caller {
	t.Helper()
	var k struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", fmt.Sprintf(`{"desc":"reads","roles":[%q]}`, "ORG_READ_ONLY")).Want(http.StatusOK).JSON(&k)
	return s.As(k.PublicKey, k.PrivateKey)
}

// fill puts n users into the store, without the hashing of passwords that takes its time.
func fill(t *testing.T, s *apitest.Server, n int) {
	t.Helper()
	s.Stop()
	st, err := sqlite.Open(t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, []*store.Schema{databaseuser.Users.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			u := &databaseuser.User{GroupID: s.ProjectID, Value: databaseuser.CloudDatabaseUser{
				DatabaseName: "admin", Username: fmt.Sprintf("user%02d", i), Labels: []shape.ComponentLabel{}, Roles: []databaseuser.DatabaseUserRole{}, Scopes: []databaseuser.UserScope{},
			}}
			if err := databaseuser.Users.Put(tx, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	s.Restart()
}
