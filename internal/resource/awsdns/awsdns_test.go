package awsdns_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestToggle(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/awsCustomDNS"
	if body := string(owner.Get(path).Want(http.StatusOK).Body); body != `{"enabled":false}` {
		t.Errorf("at first %s", body)
	}
	if body := string(owner.Patch(path, `{"enabled":true}`).Want(http.StatusOK).Body); body != `{"enabled":true}` {
		t.Errorf("switched to %s", body)
	}
	for _, body := range []string{`{}`, `{"enabled":null}`, `{"enabled":1}`} {
		if got := owner.Patch(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"enabled"}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	s.Restart()
	if body := string(s.Owner().Get(path).Body); body != `{"enabled":true}` {
		t.Errorf("after a restart %s", body)
	}
	if a := s.Owner().Get(path + "?envelope=true"); string(a.Body) != `{"status":200,"content":{"enabled":true}}` {
		t.Errorf("in an envelope %s", a.Body)
	}
	s.Owner().Get("/groups/"+strings.Repeat("0", 24)+"/awsCustomDNS").WantError(http.StatusNotFound, "GROUP_NOT_FOUND")

	var reader struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"reads","roles":["ORG_READ_ONLY"]}`).Want(http.StatusOK).JSON(&reader)
	s.As(reader.PublicKey, reader.PrivateKey).Get(path).Want(http.StatusOK)
	s.As(reader.PublicKey, reader.PrivateKey).Patch(path, `{"enabled":false}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")

	var member struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"reads less","roles":["ORG_MEMBER"]}`).Want(http.StatusOK).JSON(&member)
	s.As(member.PublicKey, member.PrivateKey).Get(path).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		if _, _, err := sdk.AWSClustersDNSApi.ToggleAwsCustomDns(t.Context(), s.ProjectID, &admin.AWSCustomDNSEnabled{Enabled: true}).Execute(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, _, err := sdk.AWSClustersDNSApi.GetAwsCustomDns(t.Context(), s.ProjectID).Execute()
		if err != nil || !got.GetEnabled() {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}
