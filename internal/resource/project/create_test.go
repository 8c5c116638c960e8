package project_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

func TestCreate(t *testing.T) {
	s := apitest.Start(t)
	tags := []any{object{"key": "environment", "value": "test"}, object{"key": "Environment", "value": "test"}}
	got := s.Owner().Post("/groups", body(s, "Sales-Europe", object{"tags": tags, "withDefaultAlertsSettings": false})).Want(http.StatusOK).Object()
	id := got["id"].(string)
	if got["name"] != "Sales-Europe" || got["orgId"] != s.OrgID || got["clusterCount"] != 0.0 || got["withDefaultAlertsSettings"] != false ||
		!reflect.DeepEqual(got["tags"], any(tags)) {
		t.Errorf("created %v", got)
	}
	if again := s.Owner().Get("/groups/" + id).Want(http.StatusOK).Object(); !reflect.DeepEqual(again, got) {
		t.Errorf("read again: %v, want %v", again, got)
	}
	if plain := s.Owner().Get("/groups/" + create(s, "plain")).Object(); plain["withDefaultAlertsSettings"] != true || plain["tags"] != nil {
		t.Errorf("without tags and alerts: %v", plain)
	}
	if got := s.EventTypes(id); !slices.Equal(got, []string{"JOINED_GROUP", "GROUP_CREATED"}) {
		t.Errorf("events %v", got)
	}
	s.Restart()
	if again := s.Owner().Get("/groups/byName/Sales-Europe").Want(http.StatusOK).Object(); again["id"] != id || again["withDefaultAlertsSettings"] != false {
		t.Errorf("after a restart: %v", again)
	}
}

func TestTheOldestOwnerOwnsAProject(t *testing.T) {
	s := apitest.Start(t)
	onDisk(t, s, func(tx store.Tx) error { return addOwners(tx, s.OrgID) })
	if got := members(s, create(s, "first")); !slices.Equal(got, []string{"old@telamon.example GROUP_OWNER"}) {
		t.Errorf("the project's people are %v", got)
	}
	id := s.Owner().Post("/groups?projectOwnerId="+s.OwnerUserID, body(s, "second", nil)).Want(http.StatusOK).Object()["id"].(string)
	if got := members(s, id); !slices.Equal(got, []string{"owner@telamon.example GROUP_OWNER"}) {
		t.Errorf("with a named owner they are %v", got)
	}
}

// addOwners adds an owner older than the first one, and one still older who has only been invited.
func addOwners(tx store.Tx, orgID string) error {
	for i, name := range []string{"old@telamon.example", "invited@telamon.example"} {
		u := &model.CloudUser{ID: model.NewID(), Username: name, Created: tx.Now()}
		if err := state.Users.Put(tx, u); err != nil {
			return err
		}
		m := &model.Membership{
			UserID: u.ID, Username: name, OrgID: orgID, Roles: []authz.Role{authz.OrgOwner}, Pending: i == 1,
			Created: tx.Now().Add(-time.Duration(i+1) * time.Hour),
		}
		if err := state.Memberships.Put(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// What is refused leaves nothing: the name is free afterwards.
func TestRefusedCreations(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	twice := []any{object{"key": "a", "value": "1"}, object{"key": "a", "value": "2"}}
	for what, c := range map[string]struct {
		body   any
		fields []string
	}{
		"nothing":       {object{}, []string{"name", "orgId"}},
		"names":         {body(s, " x", nil), []string{"name"}},
		"angle bracket": {body(s, "a<b", nil), []string{"name"}},
		"long name":     {body(s, fmt.Sprintf("%065d", 0), nil), []string{"name"}},
		"tag twice":     {body(s, "new", object{"tags": twice}), []string{"tags[1].key"}},
		"empty tag":     {body(s, "new", object{"tags": []any{object{"key": "", "value": ""}}}), []string{"tags[0].key", "tags[0].value"}},
		"government":    {body(s, "new", object{"regionUsageRestrictions": "GOV_REGIONS_ONLY"}), []string{"regionUsageRestrictions"}},
		"both":          {body(s, "new", object{"regionUsageRestrictions": "GOV_REGIONS_ONLY", "tags": twice}), []string{"regionUsageRestrictions", "tags[1].key"}},
		"unknown field": {body(s, "new", object{"colour": "red"}), []string{"colour"}},
		"no object":     {"[]", []string{"body"}},
	} {
		if got := owner.Post("/groups", c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	owner.Post("/groups", `{`).WantError(http.StatusBadRequest, "INVALID_JSON")
	owner.Post("/groups?projectOwnerId="+nobody, body(s, "new", nil)).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	owner.Post("/groups?projectOwnerId=x", body(s, "new", nil)).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post("/groups", object{"name": "new", "orgId": nobody}).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	if got := names(owner.Get("/groups")); !slices.Equal(got, []string{"Project0"}) {
		t.Errorf("the refused requests left %v", got)
	}
	create(s, "new")
}

func TestDuplicateName(t *testing.T) {
	s := apitest.Start(t)
	create(s, "twice")
	var e struct{ Parameters []any }
	a := s.Owner().Post("/groups", body(s, "twice", nil))
	a.WantError(http.StatusConflict, "GROUP_ALREADY_EXISTS")
	if a.JSON(&e); !slices.Equal(e.Parameters, []any{"twice"}) {
		t.Errorf("parameters %v", e.Parameters)
	}
	create(s, "Twice")
}

func TestWhoMayCreate(t *testing.T) {
	s := apitest.Start(t)
	for _, role := range []string{"ORG_MEMBER", "ORG_READ_ONLY", "ORG_BILLING_ADMIN"} {
		keyWith(s, role).Post("/groups", body(s, "new", nil)).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	}
	keyWith(s, "ORG_GROUP_CREATOR").Post("/groups", body(s, "new", nil)).Want(http.StatusOK)
	s.Anonymous().Post("/groups", body(s, "newer", nil)).Want(http.StatusUnauthorized)

	other := &model.Organization{ID: model.NewID(), Name: "Others"}
	onDisk(t, s, func(tx store.Tx) error { return state.Organizations.Put(tx, other) })
	s.Owner().Post("/groups", object{"name": "theirs", "orgId": other.ID}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	// The same name may stand in two organizations.
	theirs := keyIn(t, s, other.ID, authz.Grant{Role: authz.OrgOwner, OrgID: other.ID})
	id := theirs.Post("/groups", object{"name": "new", "orgId": other.ID}).Want(http.StatusOK).Object()["id"].(string)
	s.Owner().Get("/groups/"+id).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Owner().Delete("/groups/"+id).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if got := names(theirs.Get("/groups")); !slices.Equal(got, []string{"new"}) {
		t.Errorf("the others see %v", got)
	}
}

func TestOneNameIsAdmittedOnce(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	var admitted atomic.Int32
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			switch a := owner.Post("/groups", body(s, "wanted", nil)); a.Status {
			case http.StatusOK:
				admitted.Add(1)
			case http.StatusConflict:
			default:
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	if admitted.Load() != 1 || len(names(owner.Get("/groups"))) != 2 {
		t.Errorf("%d were admitted, there are %v", admitted.Load(), names(owner.Get("/groups")))
	}
}
