package clouduser_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"golang.org/x/crypto/argon2"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/telamontest"
)

// The password is in the creation's answer, as a hash in the store, and nowhere else.
func TestThePasswordIsKeptAsAHash(t *testing.T) {
	s := apitest.Start(t)
	id := create(t, s, "jane@example.com", inProject(s, "GROUP_OWNER"))
	answer(t, linkOf(t, s, "jane@example.com"), "accept")
	refused := s.Owner().Post("/users", person("jane@example.com")).Want(http.StatusConflict).Body
	bad := person("joe@example.com")
	bad["country"] = "xx"
	refused = append(refused, s.Owner().Post("/users", bad).Want(http.StatusBadRequest).Body...)
	refused = append(refused, s.Owner().Get("/users/"+id).Body...)
	refused = append(refused, s.Owner().At("2023-01-01").Get("/groups/"+s.ProjectID+"/users").Body...)
	if strings.Contains(string(refused), password) {
		t.Errorf("an answer tells the password: %s", refused)
	}
	onDisk(t, s, func(tx store.Tx) error {
		u, err := state.Users.Get(tx, id)
		if err != nil {
			return err
		}
		verify(t, u.PasswordHash)
		return nil
	}, state.Users.Schema())
	s.Stop()
	err := filepath.WalkDir(s.DataDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), password) {
			t.Errorf("%s has the password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A log at its chattiest knows neither the password nor a link's token.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	var log bytes.Buffer
	s := telamontest.Start(t, telamontest.Logger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	outbox := filepath.Join(s.DataDir, "outbox")
	if err := os.WriteFile(outbox, nil, 0o600); err != nil { // the first deliveries fail, and are logged
		t.Fatal(err)
	}
	client, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseDigestAuth(s.PublicKey, s.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	u := &admin.CloudAppUser{
		Country: "US", FirstName: "Jane", LastName: "Doe", MobileNumber: "2125550179", Password: password, Username: "jane@example.com",
		Roles: &[]admin.CloudAccessRoleAssignment{{OrgId: &s.OrgID, RoleName: admin.PtrString("ORG_MEMBER")}},
	}
	for _, want := range []int{http.StatusOK, http.StatusConflict} {
		if _, res, _ := client.MongoDBCloudUsersApi.CreateUser(t.Context(), u).Execute(); res == nil || res.StatusCode != want {
			t.Fatalf("want %d: %v", want, res)
		}
	}
	s.Advance(time.Second)
	if err := os.Remove(outbox); err != nil {
		t.Fatal(err)
	}
	s.Advance(time.Hour)
	names, err := filepath.Glob(filepath.Join(outbox, "*.eml"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%v (%v)", names, err)
	}
	token := path(read(t, names[0]).link)
	if status, page := answer(t, s.URL+token, "accept"); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	s.Stop()
	text := log.String()
	if !strings.Contains(text, "could not be sent") || strings.Contains(text, password) || strings.Contains(text, strings.TrimPrefix(token, "/invitations/")) {
		t.Errorf("the log is %s", text)
	}
}

// verify computes the hash again from what the PHC string says.
func verify(t *testing.T, phc string) {
	t.Helper()
	parts := strings.Split(phc, "$")
	var memory, passes uint32
	var lanes uint8
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != "v=19" {
		t.Fatalf("the hash is %s", phc)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		t.Fatal(err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		t.Fatal(err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		t.Fatal(err)
	}
	if got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want))); !slices.Equal(got, want) || len(salt) != 16 {
		t.Fatal("the hash is not the password's")
	}
}
