package encryption_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

const (
	role   = "0123456789abcdef01234567"
	secret = "a secret of the tests that nobody keeps"
	off    = `"azureKeyVault":{"enabled":false,"valid":false},"enabledForSearchNodes":false,"googleCloudKms":{"enabled":false,"valid":false}}`
)

func TestConfiguration(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/encryptionAtRest"
	is := func(want string) {
		t.Helper()
		if got := string(s.Owner().Get(path).Want(http.StatusOK).Body); got != want {
			t.Errorf("the configuration is %s, want %s", got, want)
		}
	}
	is(`{"awsKms":{"enabled":false,"valid":false},` + off)
	full := `{"awsKms":{"customerMasterKeyID":"key","enabled":true,"region":"US_EAST_1","roleId":"` + role + `","valid":true},` + off
	a := s.Owner().Patch(path, `{"awsKms":{"customerMasterKeyID":"key","enabled":true,"region":"US_EAST_1","roleId":"`+role+`","valid":false},"azureKeyVault":{},"googleCloudKms":{}}`)
	if got := string(a.Want(http.StatusOK).Body); got != full {
		t.Errorf("the change is answered with %s", got)
	}
	s.Owner().Patch(path, `{}`).Want(http.StatusOK)
	s.Restart()
	is(full)
	s.Owner().Patch(path, `{"awsKms":{"accessKeyID":"AKIAIOSFODNN7EXAMPLE","secretAccessKey":"`+secret+`","customerMasterKeyID":"key","enabled":true,"region":"US_EAST_1"}}`).Want(http.StatusOK)
	is(`{"awsKms":{"accessKeyID":"AKIAIOSFODNN7EXAMPLE","customerMasterKeyID":"key","enabled":true,"region":"US_EAST_1","valid":true},` + off)
	s.Owner().Patch(path, `{"awsKms":{"enabled":false,"region":"US_EAST_1"},"googleCloudKms":{"enabled":false},"azureKeyVault":{"enabled":false}}`).Want(http.StatusOK)
	is(`{"awsKms":{"enabled":false,"valid":false},` + off)
	if got := s.EventTypes(s.ProjectID); len(got) != 4 || got[0] != "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED" {
		t.Errorf("events %v", got)
	}
}

// TestSecrets: no file in the data directory has the secrets.
func TestSecrets(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/encryptionAtRest"
	s.Owner().Patch(path, `{"googleCloudKms":{"enabled":true,"keyVersionResourceID":"the name of a key","serviceAccountKey":"`+secret+`"}}`).Want(http.StatusOK)
	found := false
	err := filepath.WalkDir(s.DataDir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		found = found || strings.Contains(string(raw), "the name of a key")
		if strings.Contains(string(raw), secret) {
			t.Errorf("%s has the secret", filepath.Base(path))
		}
		return err
	})
	if err != nil || !found {
		t.Errorf("the configuration is not in the data directory (%v): the test looks in the wrong place", err)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/encryptionAtRest"
	for body, want := range map[string][]string{
		`{"awsKms":{"enabled":true}}`: {"awsKms.customerMasterKeyID", "awsKms.region", "awsKms.roleId"},
		`{"azureKeyVault":{"enabled":true,"keyIdentifier":"k","clientID":"c"}}`: {
			"azureKeyVault.keyVaultName", "azureKeyVault.resourceGroupName", "azureKeyVault.subscriptionID",
		},
		`{"googleCloudKms":{"enabled":true}}`:                    {"googleCloudKms.keyVersionResourceID"},
		`{"awsKms":{"enabled":true,"roleId":"x"}}`:               {"awsKms.roleId"},
		`{"azureKeyVault":{"azureEnvironment":"MOON"}}`:          {"azureKeyVault.azureEnvironment"},
		`{"ibmKms":{"enabled":true}}`:                            {"ibmKms"},
		`{"awsKms":{"enabled":"yes"},"enabledForSearchNodes":1}`: {"awsKms.enabled", "enabledForSearchNodes"},
	} {
		if got := s.Owner().Patch(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, want) {
			t.Errorf("%s: %v", body, got)
		}
	}
}
