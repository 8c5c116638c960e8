package databaseuser_test

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

// A request is told everything that is wrong with it at once.
func TestViolations(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	past := time.Now().Add(-time.Minute)
	for what, c := range map[string]struct {
		body   object
		fields []string
	}{
		"nothing":  {object{}, []string{"groupId", "roles", "username"}},
		"no roles": {user("x", object{"roles": []object{}}), []string{"roles"}},
		"many":     {user("x", object{"roles": slices.Repeat([]object{role("read", "a", "")}, 101)}), []string{"roles"}},
		"everything of a login": {user("", object{
			"databaseName": "$external", "password": nil, "roles": []object{}, "awsIAMType": "USER", "x509Type": "MANAGED", "ldapAuthType": "USER",
			"oidcAuthType": "USER", "deleteAfterDate": past,
		}), []string{"deleteAfterDate", "ldapAuthType", "oidcAuthType", "roles", "username", "x509Type"}},
		"no password":            {user("x", object{"password": nil}), []string{"password"}},
		"a password elsewhere":   {user("x", object{"databaseName": "$external"}), []string{"databaseName"}},
		"a certificate on admin": {user("x", object{"x509Type": "MANAGED"}), []string{"databaseName", "password"}},
		"a group elsewhere":      {user("x", object{"oidcAuthType": "IDP_GROUP", "databaseName": "$external", "password": nil}), []string{"databaseName"}},
		"roles": {user("x", object{"roles": []object{
			role("readWriteAnyDatabase", "shop", ""), role("read", "", ""), role("dbAdmin", "shop", "orders"), role("<a custom role name>", "admin", ""),
			role("readAnyDatabase", "shop", "orders"), role("read", "shop", "orders"), role("read", "a.b", ""), role("own", "shop", "c"),
		}}), []string{
			"roles[0].databaseName", "roles[1].databaseName", "roles[2].collectionName", "roles[3].roleName", "roles[4].collectionName", "roles[4].databaseName",
			"roles[6].databaseName", "roles[7].collectionName", "roles[7].databaseName", "roles[7].roleName",
		}},
		"shapes": {user(strings.Repeat("x", 1025), object{
			"password": "short", "description": strings.Repeat("x", 101), "roles": []object{{"roleName": 1}}, "labels": []object{{"key": ""}},
			"scopes": []object{{"name": "-a", "type": "CLUSTER"}, {"name": "a", "type": "X"}}, "awsIAMType": "X", "more": 1,
		}), []string{
			"awsIAMType", "description", "labels[0].key", "more", "password", "roles[0].databaseName", "roles[0].roleName", "scopes[0].name", "scopes[1].type", "username",
		}},
		"sizes": {user("x", object{
			"labels": slices.Repeat([]object{{"key": "a", "value": "b"}}, 201), "scopes": slices.Repeat([]object{{"name": "a", "type": "CLUSTER"}}, 201),
			"roles": []object{role("read", "a", strings.Repeat("c", 254)), role("read", "a", "$c"), role("read", "a", strings.Repeat("c", 253))},
		}), []string{"labels", "roles[0].collectionName", "roles[1].collectionName", "scopes"}},
		"characters":   {user("x", object{"password": "bell\a and more"}), []string{"password"}},
		"never":        {user("x", object{"deleteAfterDate": "0001-01-01T00:00:00Z"}), []string{"deleteAfterDate"}},
		"not a moment": {user("x", object{"deleteAfterDate": "tomorrow"}), []string{"deleteAfterDate"}},
	} {
		got := owner.Post(path(s), c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		slices.Sort(got)
		want := slices.DeleteFunc(c.fields, func(f string) bool { return f == "groupId" }) // read-only, so nobody must send it
		if !slices.Equal(got, want) {
			t.Errorf("%s: fields\n%v, want\n%v", what, got, want)
		}
	}
	owner.Post(path(s), `{"username":`).WantError(http.StatusBadRequest, "INVALID_JSON")
	if left := owner.Get(path(s)).Results(); len(left) > 0 {
		t.Errorf("the refused requests left %v", left)
	}
	longest := user(strings.Repeat("ü", 1024), object{"roles": slices.Repeat([]object{role("read", "a", "")}, 100), "description": strings.Repeat("ü", 100), "password": "8letters"})
	create(s, longest)
}

// A refused change changes nothing, not even by the parts of it that are right.
func TestRefusedUpdates(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	one := path(s) + "/admin/ann"
	create(s, user("ann"))
	before := string(owner.Get(one).Body)
	for body, want := range map[string][]string{
		`{"username":"bob","databaseName":"$external","x509Type":"CUSTOMER","roles":[],"deleteAfterDate":"2001-01-01T00:00:00Z","description":"x"}`: {
			"databaseName", "deleteAfterDate", "roles", "username", "x509Type"},
		`{"roles":[{"roleName":"read"}],"description":"x"}`: {"roles[0].databaseName"},
		`{"roles":null}`:                                             {"roles"},
		`{"password":"short","description":"x"}`:                     {"password"},
		`{"password":"bell\u0007 and more","description":"x"}`:       {"password"},
		`{"deleteAfterDate":"0001-01-01T00:00:00Z","labels":[]}`:     {"deleteAfterDate"},
		`{"scopes":[{"type":"CLUSTER"}],"description":"x","more":1}`: {"more", "scopes[0].name"},
	} {
		got := owner.Patch(one, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: fields %v, want %v", body, got, want)
		}
	}
	if after := string(owner.Get(one).Body); after != before {
		t.Errorf("the user was %s\nand is %s", before, after)
	}
	if got := s.EventTypes(s.ProjectID)[0]; got != "MONGODB_USER_ADDED" {
		t.Errorf("event %s", got)
	}
}

func TestTemporaryUsers(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	one := path(s) + "/admin/"
	at := func(d time.Duration) object {
		return object{"deleteAfterDate": time.Now().Add(d).UTC().Format(time.RFC3339)}
	}
	const week = 7 * 24 * time.Hour
	owner.Post(path(s), user("ann", at(week+time.Minute))).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post(path(s), user("ann", at(-time.Minute))).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	create(s, user("ann", at(week-time.Minute)))
	create(s, user("bob", at(time.Hour)))
	create(s, user("eve", at(time.Hour)))
	later := at(48 * time.Hour)
	if got := owner.Patch(one+"bob", later).Want(http.StatusOK).Object(); got["deleteAfterDate"] != later["deleteAfterDate"] {
		t.Errorf("moved to %v, want %v", got["deleteAfterDate"], later["deleteAfterDate"])
	}
	owner.Patch(one+"ann", at(2*time.Hour)).Want(http.StatusOK)
	// One who was deleted and made again for good stays.
	owner.Delete(one + "eve").Want(http.StatusNoContent)
	create(s, user("eve"))

	s.Advance(3 * time.Hour)
	owner.Get(one+"ann").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	owner.Get(one + "bob").Want(http.StatusOK)
	s.Restart()
	s.Advance(48 * time.Hour)
	owner = s.Owner()
	owner.Get(one+"bob").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	s.Advance(week)
	owner.Get(one + "eve").Want(http.StatusOK)
	if got := s.EventTypes(s.ProjectID)[:2]; !slices.Equal(got, []string{"MONGODB_USER_DELETED", "MONGODB_USER_DELETED"}) {
		t.Errorf("events %v", got)
	}
}

// No answer and no file tells a password, in no spelling.
func TestPasswordsAreKeptNowhere(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	const second = "An0ther-Passw0rd"
	one := path(s) + "/admin/ann"
	for _, a := range []*apitest.Answer{
		owner.Post(path(s), user("ann")), owner.Post(path(s), user("ann")), owner.Patch(one, object{"password": second}), owner.Get(one), owner.Get(path(s)),
		owner.Patch(one, object{"password": password, "username": "bob"}), owner.Get("/groups/" + s.ProjectID + "/events?includeRaw=true"),
	} {
		for _, secret := range []string{password, second, `"password":`, "scram", "salt", "storedKey"} {
			if bytes.Contains(a.Body, []byte(secret)) {
				t.Errorf("an answer has %s: %s", secret, a.Body)
			}
		}
	}
	s.Stop()
	files := 0
	err := filepath.WalkDir(s.DataDir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		files++
		for _, secret := range []string{password, second} {
			if bytes.Contains(raw, []byte(secret)) || bytes.Contains(raw, []byte(base64.StdEncoding.EncodeToString([]byte(secret)))) {
				t.Errorf("%s has a password", name)
			}
		}
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("%d files were searched (%v)", files, err)
	}
}
