package root_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// Everybody may ask where the control plane is, with credentials or without.
func TestControlPlane(t *testing.T) {
	s := apitest.Start(t)
	const path = "/unauth/controlPlaneIPAddresses"
	nowhere := map[string]any{"aws": map[string]any{}, "azure": map[string]any{}, "gcp": map[string]any{}}
	here := map[string]any{"aws": map[string]any{"us-east-1": []any{"127.0.0.1/32"}}, "azure": map[string]any{}, "gcp": map[string]any{}}
	want := map[string]any{"gateways": []any{}, "inbound": nowhere, "outbound": here}
	for name, c := range map[string]*apitest.Caller{"owner": s.Owner(), "nobody": s.Anonymous(), "a stranger": s.As("abcdefgh", "wrong")} {
		if got := c.Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is told %v", name, got)
		}
	}
	s.Anonymous().At("2023-10-01").Get(path).WantError(http.StatusNotAcceptable, "INVALID_VERSION_DATE")
	if a := s.Anonymous().Do(http.MethodPost, path, "{}"); a.Status != http.StatusUnauthorized && a.Status != http.StatusMethodNotAllowed {
		t.Errorf("another method answers %d", a.Status)
	}
	got, _, err := s.SDK().RootApi.ReturnAllControlPlaneIpAddresses(t.Context()).Execute()
	if in := got.GetInbound(); err != nil || len(in.GetAws()) != 0 {
		t.Errorf("SDK: %v %v", got, err)
	}
}
