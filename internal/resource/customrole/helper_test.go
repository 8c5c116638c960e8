package customrole_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type object = map[string]any

const password = "Tr0ub4dor-and-3-horses"

func roles(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/customDBRoles/roles" }
func users(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/databaseUsers" }

// on is a resource: a collection of a database, each of which may be empty.
func on(db, coll string) object { return object{"cluster": false, "db": db, "collection": coll} }

var cluster = object{"cluster": true, "db": "", "collection": ""}

// may is an action on resources.
func may(action string, resources ...object) object {
	return object{"action": action, "resources": append([]object{}, resources...)}
}

func inherit(role, db string) object { return object{"role": role, "db": db} }

// role is a creation's body.
func role(name string, actions []object, parents ...object) object {
	return object{"roleName": name, "actions": append([]object{}, actions...), "inheritedRoles": append([]object{}, parents...)}
}

func create(s *apitest.Server, body object) object {
	return s.Owner().Post(roles(s), body).Want(http.StatusAccepted).Object()
}

// user makes a database user with roles, each a name and a database.
func user(s *apitest.Server, name string, held ...string) {
	var list []object
	for i := 0; i < len(held); i += 2 {
		list = append(list, object{"roleName": held[i], "databaseName": held[i+1]})
	}
	s.Owner().Post(users(s), object{"databaseName": "admin", "username": name, "password": password, "roles": list}).Want(http.StatusCreated)
}

// reader calls with a key that only reads.
func reader(t *testing.T, s *apitest.Server) *apitest.Caller {
	t.Helper()
	var k struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"reads","roles":["ORG_READ_ONLY"]}`).Want(http.StatusOK).JSON(&k)
	return s.As(k.PublicKey, k.PrivateKey)
}

// fill puts n roles into the store, and sets the project's limit.
func fill(t *testing.T, s *apitest.Server, n int, limit int64) {
	t.Helper()
	s.Stop()
	tables := []*store.Schema{state.CustomRoles.Schema(), state.Projects.Schema()}
	st, err := sqlite.Open(t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, tables)
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			r := &model.CustomRole{GroupID: s.ProjectID, Name: fmt.Sprintf("role%03d", i), Inherits: []model.DatabaseRole{{Name: "read", Database: "shop"}}}
			if err := state.CustomRoles.Put(tx, r); err != nil {
				return err
			}
		}
		p, err := state.Projects.Get(tx, s.ProjectID)
		if err != nil || limit == 0 {
			return err
		}
		p.Limits = model.Overrides{model.LimitCustomRoles: limit}
		return state.Projects.Put(tx, p)
	})
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	s.Restart()
}

// deployment makes a cluster that everybody reaches, and returns its connection string.
func deployment(t *testing.T, s *apitest.Server) string {
	t.Helper()
	owner := s.Owner()
	owner.Post("/groups/"+s.ProjectID+"/accessList", `[{"cidrBlock":"127.0.0.0/8"}]`).Want(http.StatusOK)
	owner.Post("/groups/"+s.ProjectID+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	s.Advance(time.Minute)
	strings := owner.Get("/groups/" + s.ProjectID + "/clusters/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)
	return strings["standard"].(string)
}

// connect is a driver's client of a user.
func connect(t *testing.T, uri, name string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(10 * time.Second).
		SetAuth(options.Credential{Username: name, Password: password, AuthSource: "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}
