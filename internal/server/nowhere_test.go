package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
)

// TestWhatIsNowhereHasNoVersions: a path that does not exist is 404, whatever is asked for.
func TestWhatIsNowhereHasNoVersions(t *testing.T) {
	m := newScene(t)
	for _, uri := range []string{
		api.Prefix + "/groups/" + m.project + "/clusters/host/logs/", api.Prefix + "/nothing", "/api/atlas/v1.0/groups",
		strings.Replace(api.Prefix, "v2", "v1.0", 1) + "/groups/" + m.project + "/clusters",
	} {
		for _, accept := range []string{"application/vnd.atlas.2023-02-01+gzip", "application/json", "*/*", ""} {
			m.sendAs(m.owner, http.MethodGet, uri, http.Header{"Accept": {accept}}, "").refused(t, http.StatusNotFound, "RESOURCE_NOT_FOUND")
		}
	}
}
