package root_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/server"
)

func TestStatus(t *testing.T) {
	s := apitest.Start(t)
	for _, path := range []string{"", "/", "?pretty=true"} {
		st := s.Owner().Get(path).Want(http.StatusOK).Object()
		if st["appName"] != "MongoDB Atlas" || st["build"] != server.Version || st["throttling"] != false {
			t.Errorf("%q: %v", path, st)
		}
		if k := st["apiKey"].(map[string]any); k["publicKey"] != s.PublicKey || len(k["roles"].([]any)) != 1 || len(k["accessList"].([]any)) != 0 {
			t.Errorf("%q: key %v", path, k)
		}
	}
	s.Anonymous().Get("").Want(http.StatusUnauthorized)

	var k struct{ ID, PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"x","roles":["ORG_MEMBER"]}`).Want(http.StatusOK).JSON(&k)
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys/"+k.ID+"/accessList", `[{"ipAddress":"127.0.0.1"},{"cidrBlock":"10.0.0.0/8"}]`).Want(http.StatusOK)
	list := s.As(k.PublicKey, k.PrivateKey).Get("").Want(http.StatusOK).Object()["apiKey"].(map[string]any)["accessList"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["ipAddress"] != nil || list[1].(map[string]any)["ipAddress"] != "127.0.0.1" {
		t.Errorf("access list %v", list)
	}
	got, _, err := s.SDK().RootApi.GetSystemStatus(t.Context()).Execute()
	if err != nil || got.ApiKey.PublicKey != s.PublicKey {
		t.Errorf("SDK: %v %v", got, err)
	}
}

// A service account is no API key.
func TestServiceAccount(t *testing.T) {
	s := apitest.Start(t)
	got, _, err := s.OAuthSDK(t.Context()).RootApi.GetSystemStatus(t.Context()).Execute()
	if err != nil || got.GetBuild() != server.Version || got.ApiKey.Id != "" {
		t.Errorf("status %v, %v", got, err)
	}
}
