package certificate_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// user makes a user of $external.
func user(s *apitest.Server, name, kind string) (certs string) {
	s.Owner().Post("/groups/"+s.ProjectID+"/databaseUsers", object{
		"username": name, "databaseName": "$external", "x509Type": kind, "roles": []object{{"roleName": "readWrite", "databaseName": "shop"}},
	}).Want(http.StatusCreated)
	return "/groups/" + s.ProjectID + "/databaseUsers/" + name + "/certs"
}

// TestManaged: each certificate names its user, is valid for as long as requested, and is listed even after its user was
// deleted.
func TestManaged(t *testing.T) {
	s := apitest.Start(t)
	owner, certs := s.Owner(), user(s, "jane", "MANAGED")
	var serials []int64
	for _, months := range []int{0, 1, 24} {
		body := object{}
		if months > 0 {
			body["monthsUntilExpiration"] = months
		}
		a := owner.Post(certs, body).Want(http.StatusCreated)
		pair, err := tls.X509KeyPair(a.Body, a.Body)
		if err != nil {
			t.Fatalf("%s: %v", a.Body, err)
		}
		c := pair.Leaf
		begin, end := c.NotBefore.Add(time.Hour), c.NotAfter
		if months == 0 {
			months = 3
		}
		if !begin.AddDate(0, months, 0).Equal(end) || c.Subject.String() != "CN=jane" || !strings.HasPrefix(c.Issuer.CommonName, s.ProjectID) ||
			!slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) || c.IsCA {
			t.Errorf("%d months: %v to %v, of %s by %s", months, begin, end, c.Subject, c.Issuer)
		}
		if block, _ := pem.Decode(a.Body); block.Type != "CERTIFICATE" {
			t.Errorf("the answer begins with a %s", block.Type)
		}
		serials = append(serials, c.SerialNumber.Int64())
	}
	owner.Delete("/groups/" + s.ProjectID + "/databaseUsers/$external/jane").Want(http.StatusNoContent)
	owner.Get(certs).WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	user(s, "jane", "MANAGED")
	user(s, "other", "MANAGED")
	s.Restart()
	sdk := s.SDK()
	page, _, err := sdk.X509AuthenticationApi.ListDatabaseUserCertificates(t.Context(), s.ProjectID, "jane").Execute()
	if err != nil || page.GetTotalCount() != len(serials) {
		t.Fatalf("%v, %v", page, err)
	}
	for i, c := range page.GetResults() {
		if c.GetId() != serials[i] || c.GetSubject() != "CN=jane" || c.GetGroupId() != s.ProjectID || c.GetNotAfter().Before(c.GetCreatedAt()) || c.MonthsUntilExpiration != nil {
			t.Errorf("%d: %v, want %d", i, c, serials[i])
		}
	}
	want := []string{"MONGODB_USER_X509_CERT_CREATED", "MONGODB_USER_X509_CERT_CREATED", "MONGODB_USER_X509_CERT_CREATED"}
	if got := slices.DeleteFunc(s.EventTypes(s.ProjectID), func(e string) bool { return e != want[0] }); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner, certs := s.Owner(), user(s, "jane", "MANAGED")
	others := user(s, "CN=kim", "CUSTOMER")
	for body, fields := range map[string][]string{
		`{"monthsUntilExpiration":0}`: {"monthsUntilExpiration"}, `{"monthsUntilExpiration":-1}`: {"monthsUntilExpiration"},
		`{"monthsUntilExpiration":25}`: {"monthsUntilExpiration"}, `{"monthsUntilExpiration":"1"}`: {"monthsUntilExpiration"}, `{"x":1}`: {"x"},
	} {
		if got := owner.Post(certs, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, fields) {
			t.Errorf("%s: %v", body, got)
		}
	}
	if got := owner.Post(others, `{}`).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"username"}) {
		t.Errorf("a customer's user: %v", got)
	}
	owner.Post(strings.Replace(certs, "jane", "nobody", 1), `{}`).WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	security := "/groups/" + s.ProjectID + "/userSecurity"
	leaf := string(owner.Post(certs, `{}`).Want(http.StatusCreated).Body)
	for name, c := range map[string]struct {
		body   object
		fields []string
	}{
		"no certificate":     {object{"customerX509": object{"cas": "x"}}, []string{"customerX509.cas"}},
		"a key":              {object{"customerX509": object{"cas": leaf[strings.Index(leaf, "-----BEGIN PRIVATE"):]}}, []string{"customerX509.cas"}},
		"a user's":           {object{"customerX509": object{"cas": leaf[:strings.Index(leaf, "-----BEGIN PRIVATE")]}}, []string{"customerX509.cas"}},
		"a certificate torn": {object{"customerX509": object{"cas": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}}, []string{"customerX509.cas"}},
		"LDAP":               {object{"ldap": object{"authenticationEnabled": true, "authorizationEnabled": true}}, []string{"ldap.authenticationEnabled", "ldap.authorizationEnabled"}},
	} {
		got := owner.Patch(security, c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		if slices.Sort(got); !slices.Equal(got, c.fields) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestTheLastCertificate: a user has a bounded number of certificates.
func TestTheLastCertificate(t *testing.T) {
	s := apitest.Start(t)
	owner, certs := s.Owner(), user(s, "jane", "MANAGED")
	for range 500 {
		owner.Post(certs, `{}`).Want(http.StatusCreated)
	}
	if got := owner.Post(certs, `{}`).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"username"}) {
		t.Errorf("one more: %v", got)
	}
	owner.Post(user(s, "kim", "MANAGED"), `{}`).Want(http.StatusCreated)
}

// TestSecurity: certificates of authorities are shown byte for byte, and can be removed, also with the project.
func TestSecurity(t *testing.T) {
	s := apitest.Start(t)
	owner, security := s.Owner(), "/groups/"+s.ProjectID+"/userSecurity"
	none := `{"customerX509":{},"ldap":{"authenticationEnabled":false,"authorizationEnabled":false}}`
	is := func(want string) {
		t.Helper()
		if got := string(owner.Get(security).Want(http.StatusOK).Body); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	is(none)
	cas := authority(t) + "\n"
	owner.Patch(security, object{"customerX509": object{"cas": cas}}).Want(http.StatusAccepted)
	var got struct{ CustomerX509 struct{ CAs string } }
	if owner.Get(security).JSON(&got); got.CustomerX509.CAs != cas {
		t.Errorf("%q", got.CustomerX509.CAs)
	}
	if _, _, err := s.SDK().X509AuthenticationApi.DisableCustomerManagedX509(t.Context(), s.ProjectID).Execute(); err != nil {
		t.Error(err)
	}
	is(none)
	sdk := s.SDK()
	if _, _, err := sdk.LDAPConfigurationApi.SaveLdapConfiguration(t.Context(), s.ProjectID, &admin.UserSecurity{CustomerX509: &admin.DBUserTLSX509Settings{Cas: &cas}}).Execute(); err != nil {
		t.Error(err)
	}
	if u, _, err := sdk.LDAPConfigurationApi.GetLdapConfiguration(t.Context(), s.ProjectID).Execute(); err != nil || u.CustomerX509.GetCas() != cas {
		t.Errorf("%v %v", u, err)
	}
	owner.Post(user(s, "jane", "MANAGED"), `{}`).Want(http.StatusCreated)
	owner.Delete("/groups/" + s.ProjectID).Want(http.StatusNoContent)
	if where := s.Mentions(s.ProjectID); slices.ContainsFunc(where, func(w string) bool {
		return strings.Contains(w, "client_authorities") || strings.Contains(w, "security")
	}) {
		t.Errorf("it is still in %v", where)
	}
}
