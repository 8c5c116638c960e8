package server_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/server"
	"github.com/telamon-db/telamon/telamontest"
)

func file(dir string) string { return filepath.Join(dir, "bootstrap.json") }

// content is bootstrap.json's text.
func content(t *testing.T, dir string) string {
	t.Helper()
	raw, err := os.ReadFile(file(dir))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// read reads bootstrap.json as a script would.
func read(t *testing.T, dir string) (b server.Bootstrap) {
	t.Helper()
	if err := json.Unmarshal([]byte(content(t, dir)), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// projects reports whether a digest key may list projects.
func projects(t *testing.T, b server.Bootstrap) int {
	t.Helper()
	client, err := admin.NewClient(admin.UseBaseURL(b.BaseURL), admin.UseDigestAuth(b.PublicKey, b.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	_, res, err := client.ProjectsApi.GetProject(t.Context(), b.ProjectID).Execute()
	if res == nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

func TestBootstrapFile(t *testing.T) {
	s := telamontest.Start(t)
	first := read(t, s.DataDir)
	info, err := os.Stat(file(s.DataDir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
	want := server.Bootstrap{
		BaseURL: s.URL, ManagementURL: s.ManagementURL, OrgID: s.OrgID, OwnerUserID: s.OwnerUserID, ProjectID: s.ProjectID,
		OwnerUsername: s.OwnerUsername, OwnerPassword: s.OwnerPassword,
		PublicKey: s.PublicKey, PrivateKey: s.PrivateKey, ClientID: s.ClientID, ClientSecret: s.ClientSecret,
	}
	if first != want || first.PrivateKey == "" || len(first.OwnerPassword) < 20 || first.ClientSecret == "" {
		t.Errorf("it says %+v, want %+v", first, want)
	}
	if err := os.Chmod(file(s.DataDir), 0o644); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	second := read(t, s.DataDir)
	if second.BaseURL != s.URL || second.BaseURL == first.BaseURL || second.ManagementURL != s.ManagementURL {
		t.Errorf("after a restart at %s it says %+v", s.URL, second)
	}
	if info, err := os.Stat(file(s.DataDir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("after a restart its mode is %v (%v)", info.Mode(), err)
	}
	first.BaseURL, first.ManagementURL = second.BaseURL, second.ManagementURL
	if second != first {
		t.Errorf("after a restart it says %+v, want %+v", second, first)
	}
	if got := projects(t, second); got != http.StatusOK {
		t.Errorf("its key is answered with %d", got)
	}
	if left, err := filepath.Glob(file(s.DataDir) + "?*"); err != nil || len(left) > 0 {
		t.Errorf("left beside it: %v (%v)", left, err)
	}
}

// TestBootstrapFileOfAnotherStore: credentials are shown beside the store that they open, and no other.
func TestBootstrapFileOfAnotherStore(t *testing.T) {
	one, other := telamontest.Start(t), telamontest.Start(t)
	theirs := content(t, other.DataDir)
	one.Stop()
	if err := os.WriteFile(file(one.DataDir), []byte(theirs), 0o600); err != nil {
		t.Fatal(err)
	}
	orgID := one.OrgID
	one.Restart()
	got := read(t, one.DataDir)
	if got.OrgID != orgID || got.BaseURL != one.URL {
		t.Errorf("it says %+v, want the organization %s at %s", got, orgID, one.URL)
	}
	if got.PublicKey+got.PrivateKey+got.ClientID+got.ClientSecret != "" {
		t.Errorf("it has another store's credentials: %+v", got)
	}
	wrong := read(t, other.DataDir)
	wrong.BaseURL = one.URL
	if status := projects(t, wrong); status != http.StatusUnauthorized {
		t.Errorf("another store's key is answered with %d", status)
	}
}

// TestBootstrapFileBesideAnEmptyStore: what a crash before the first commit left, or somebody copied, is replaced.
func TestBootstrapFileBesideAnEmptyStore(t *testing.T) {
	other := telamontest.Start(t)
	dir := t.TempDir()
	if err := os.WriteFile(file(dir), []byte(content(t, other.DataDir)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := telamontest.Start(t, telamontest.DataDir(dir))
	got := read(t, dir)
	if got.OrgID == other.OrgID || got.PrivateKey == other.PrivateKey || got.ClientSecret == other.ClientSecret || got.OrgID != s.OrgID {
		t.Errorf("it says %+v", got)
	}
	if status := projects(t, got); status != http.StatusOK {
		t.Errorf("its key is answered with %d", status)
	}
}

func TestLostAndBrokenBootstrapFiles(t *testing.T) {
	s := telamontest.Start(t)
	orgID := s.OrgID
	s.Stop()
	if err := os.WriteFile(file(s.DataDir), []byte(`{"orgId":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Open(t.Context(), config(s.DataDir)); err == nil || !strings.Contains(err.Error(), "bootstrap.json") {
		t.Errorf("half a file: %v", err)
	}
	if got := content(t, s.DataDir); got != `{"orgId":` {
		t.Errorf("a file that cannot be read was replaced by %s", got)
	}
	if err := os.Remove(file(s.DataDir)); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	if got := read(t, s.DataDir); got.OrgID != orgID || got.PrivateKey != "" || got.BaseURL != s.URL {
		t.Errorf("in place of the lost file there is %+v", got)
	}
}

// TestOpenFails: a server that cannot open lets go of everything that it took.
func TestOpenFails(t *testing.T) {
	s := telamontest.Start(t)
	dir := t.TempDir()
	for what, c := range map[string]server.Config{
		"taken API port":        {DataDir: dir, Listen: strings.TrimPrefix(s.URL, "http://"), Management: "127.0.0.1:0"},
		"taken management port": {DataDir: dir, Listen: "127.0.0.1:0", Management: strings.TrimPrefix(s.ManagementURL, "http://")},
		"directory in a file":   {DataDir: filepath.Join(file(s.DataDir), "x"), Listen: "127.0.0.1:0", Management: "127.0.0.1:0"},
	} {
		if _, err := server.Open(t.Context(), c); err == nil {
			t.Errorf("%s: it opens", what)
		}
	}
	telamontest.Start(t, telamontest.DataDir(dir))
}
