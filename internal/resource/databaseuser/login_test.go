package databaseuser_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestOtherLogins keeps users of every kind that does not log in by a password, as clients write and read them.
func TestOtherLogins(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for _, c := range []struct{ field, kind, database, name, escaped string }{
		{"x509Type", "MANAGED", "$external", "ann", "ann"},
		{"x509Type", "CUSTOMER", "$external", "CN=ben,OU=a/b", "CN=ben,OU=a%2Fb"},
		{"ldapAuthType", "USER", "$external", "CN=carl,DC=example", "CN=carl,DC=example"},
		{"ldapAuthType", "GROUP", "$external", "CN=staff,DC=example", "CN=staff,DC=example"},
		{"oidcAuthType", "USER", "$external", "0123456789abcdef01234567/dora", "0123456789abcdef01234567%2Fdora"},
		{"oidcAuthType", "IDP_GROUP", "admin", "0123456789abcdef01234567/staff", "0123456789abcdef01234567%2Fstaff"},
		{"awsIAMType", "USER", "$external", "arn:aws:iam::123456789012:user/eve", "arn:aws:iam::123456789012:user%2Feve"},
		{"awsIAMType", "ROLE", "$external", "arn:aws:iam::123456789012:role/app", "arn:aws:iam::123456789012:role%2Fapp"},
	} {
		body := user(c.name, object{"password": nil, "databaseName": c.database, c.field: c.kind})
		created := owner.Post(path(s), body).Want(http.StatusCreated).Object()
		one := path(s) + "/" + c.database + "/" + c.escaped
		is := func(u object) {
			t.Helper()
			for _, field := range []string{"awsIAMType", "ldapAuthType", "oidcAuthType", "x509Type"} {
				want := "NONE"
				if field == c.field {
					want = c.kind
				}
				if u[field] != want {
					t.Errorf("%s: %s is %v, want %s", c.name, field, u[field], want)
				}
			}
		}
		is(created)
		is(owner.Get(one).Want(http.StatusOK).Object())
		is(owner.Patch(one, object{c.field: c.kind, "roles": []object{role("read", "shop", "")}}).Want(http.StatusOK).Object())
		other := map[string]any{c.field: "NONE", "password": password}
		if got := owner.Patch(one, other).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{c.field, "password"}) {
			t.Errorf("%s: another way to log in: %v", c.name, got)
		}
		owner.Delete(one).Want(http.StatusNoContent)
		owner.Get(one).WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	}
}
