package server_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestAStoreWithoutOrganizationsBeginsAnew: who deletes the last one ends the last credentials; the next start makes others.
func TestAStoreWithoutOrganizationsBeginsAnew(t *testing.T) {
	s := apitest.Start(t)
	before := read(t, s.DataDir)
	s.Owner().Delete("/groups/" + s.ProjectID).Want(http.StatusNoContent)
	s.Owner().Delete("/orgs/" + s.OrgID).Want(http.StatusNoContent)
	s.Owner().Get("/orgs").Want(http.StatusUnauthorized)
	s.Restart()
	after := read(t, s.DataDir)
	if after.OrgID == before.OrgID || after.PrivateKey == before.PrivateKey || after.OwnerUserID != before.OwnerUserID {
		t.Errorf("bootstrap.json says %+v", after)
	}
	its := s.As(after.PublicKey, after.PrivateKey)
	if got := its.Get("/orgs").Want(http.StatusOK).Results(); len(got) != 1 || got[0]["id"] != after.OrgID {
		t.Errorf("organizations %v", got)
	}
	its.Get("/groups/" + after.ProjectID).Want(http.StatusOK)
	// It stays as long as there is any organization.
	var second struct{ Organization struct{ ID string } }
	its.Post("/orgs", `{"name":"second"}`).Want(http.StatusCreated).JSON(&second)
	its.Delete("/groups/" + after.ProjectID).Want(http.StatusNoContent)
	its.Delete("/orgs/" + after.OrgID).Want(http.StatusNoContent)
	s.Restart()
	if got := read(t, s.DataDir); got.OrgID != after.OrgID {
		t.Errorf("with another organization left, bootstrap.json says %+v", got)
	}
}
