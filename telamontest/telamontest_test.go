package telamontest_test

import (
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/telamontest"
)

func TestAServerInOneLine(t *testing.T) {
	srv := telamontest.Start(t)
	client, err := admin.NewClient(admin.UseBaseURL(srv.URL), admin.UseDigestAuth(srv.PublicKey, srv.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		project, _, err := client.ProjectsApi.GetProject(t.Context(), srv.ProjectID).Execute()
		if err != nil {
			t.Fatal(err)
		}
		if project.OrgId != srv.OrgID {
			t.Fatalf("the project belongs to %s, not %s", project.OrgId, srv.OrgID)
		}
		srv.Restart()
		if client, err = admin.NewClient(admin.UseBaseURL(srv.URL), admin.UseDigestAuth(srv.PublicKey, srv.PrivateKey)); err != nil {
			t.Fatal(err)
		}
	}
}
