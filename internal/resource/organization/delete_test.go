package organization_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestRename(t *testing.T) {
	s := apitest.Start(t)
	id, its := found(s, "before")
	owner := its()
	wantNew(t, owner, id, func() {
		if o := owner.Patch("/orgs/"+id, object{"name": "after", "isDeleted": true}).Want(http.StatusOK).Object(); o["name"] != "after" || o["isDeleted"] != false {
			t.Errorf("renamed %v", o)
		}
		owner.Patch("/orgs/"+id, object{"name": "after"}).Want(http.StatusOK)
		owner.Patch("/orgs/"+id, object{"skipDefaultAlertsSettings": true}).Want(http.StatusOK)
	}, "ORG_RENAMED")
	s.Restart()
	owner = its()
	if o := owner.Get("/orgs/" + id).Want(http.StatusOK).Object(); o["name"] != "after" || o["skipDefaultAlertsSettings"] != true {
		t.Errorf("after a restart %v", o)
	}
	owner.Patch("/orgs/"+id, object{"name": "a<b"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Patch("/orgs/"+id, `[]`).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Patch("/orgs/"+nobody, object{"name": "x"}).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	keyWith(s, "ORG_READ_ONLY").Patch("/orgs/"+s.OrgID, object{"name": "x"}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Owner().Patch("/orgs/"+id, object{"name": "x"}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

// An organization goes with everything that is its own, and never before its projects.
func TestDelete(t *testing.T) {
	s := apitest.Start(t)
	id, its := found(s, "short-lived")
	owner := its()
	var member struct{ PublicKey, PrivateKey string }
	owner.Post("/orgs/"+id+"/apiKeys", `{"desc":"another","roles":["ORG_READ_ONLY"]}`).Want(http.StatusOK).JSON(&member)
	reader := s.As(member.PublicKey, member.PrivateKey)
	user := owner.Post("/users", object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "password": "Tr0ub4dor-and-3-horses",
		"username": "jane@telamon.example", "roles": []object{{"orgId": id, "roleName": "ORG_MEMBER"}},
	}).Want(http.StatusOK).Object()["id"].(string)
	owner.Post("/orgs/"+id+"/teams", object{"name": "t", "usernames": []string{"owner@telamon.example"}}).Want(http.StatusOK)
	project := owner.Post("/groups", object{"name": "p", "orgId": id}).Want(http.StatusOK).Object()["id"].(string)
	reader.Delete("/orgs/"+id).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Owner().Delete("/orgs/"+id).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.Delete("/orgs/"+id).WantError(http.StatusConflict, "ORG_NOT_EMPTY")
	owner.Get("/orgs/" + id).Want(http.StatusOK)
	owner.Delete("/groups/" + project).Want(http.StatusNoContent)
	owner.Delete("/orgs/" + id).Want(http.StatusNoContent)

	owner.Get("/orgs").Want(http.StatusUnauthorized)
	reader.Get("/orgs").Want(http.StatusUnauthorized)
	s.Owner().Get("/orgs/"+id).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	s.Owner().Get("/users/"+user).WantError(http.StatusNotFound, "USER_NOT_FOUND") // shares no organization with the caller
	s.Advance(31 * 24 * time.Hour)                                                 // the invitation would expire
	if got := s.Mentions(id); len(got) > 0 {
		t.Errorf("the organization is gone, but it is in the tables %v", got)
	}
	s.Owner().Get("/orgs/" + s.OrgID).Want(http.StatusOK)
}
