package customrole_test

import (
	"net/http"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

// wantCode ends the test unless err is the API's error.
func wantCode(t *testing.T, err error, status int, code string) {
	t.Helper()
	if e, ok := admin.AsError(err); !ok || e.Error != status || e.ErrorCode != code {
		t.Fatalf("want %d %s, got %v", status, code, err)
	}
}

// The SDK of today: a role with a user on it, and each error with its type.
func TestCurrentSDK(t *testing.T) {
	s := apitest.Start(t)
	sdk, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseDigestAuth(s.PublicKey, s.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	api, ctx := sdk.CustomDatabaseRolesApi, t.Context()
	clerk := &admin.UserCustomDBRole{
		RoleName: "clerk",
		Actions: &[]admin.DatabasePrivilegeAction{
			{Action: "FIND", Resources: &[]admin.DatabasePermittedNamespaceResource{{Db: "shop", Collection: "orders"}}},
			{Action: "SERVER_STATUS", Resources: &[]admin.DatabasePermittedNamespaceResource{{Cluster: true}}},
		},
	}
	made, res, err := api.CreateCustomDbRole(ctx, s.ProjectID, clerk).Execute()
	if err != nil || res.StatusCode != http.StatusAccepted || len(made.GetActions()) != 2 {
		t.Fatalf("create: %v (%v)", made, err)
	}
	_, _, err = api.CreateCustomDbRole(ctx, s.ProjectID, clerk).Execute()
	wantCode(t, err, http.StatusConflict, "ATLAS_CUSTOM_ROLE_NAME_ALREADY_EXISTS")
	_, _, err = sdk.DatabaseUsersApi.CreateDatabaseUser(ctx, s.ProjectID, &admin.CloudDatabaseUser{
		DatabaseName: "admin", Username: "ann", Password: admin.PtrString(password),
		Roles: &[]admin.DatabaseUserRole{{RoleName: "clerk", DatabaseName: "admin"}},
	}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.DeleteCustomDbRole(ctx, s.ProjectID, "clerk").Execute()
	wantCode(t, err, http.StatusConflict, "ATLAS_CUSTOM_ROLE_IN_USE_BY_USERS")
	_, _, err = api.UpdateCustomDbRole(ctx, s.ProjectID, "clerk", &admin.UpdateCustomDBRole{Actions: &[]admin.DatabasePrivilegeAction{}}).Execute()
	wantCode(t, err, http.StatusBadRequest, "ATLAS_CUSTOM_ROLE_HAS_NO_PERMISSIONS")
	if _, err := sdk.DatabaseUsersApi.DeleteDatabaseUser(ctx, s.ProjectID, "admin", "ann").Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := api.DeleteCustomDbRole(ctx, s.ProjectID, "clerk").Execute(); err != nil {
		t.Fatal(err)
	}
	_, _, err = api.GetCustomDbRole(ctx, s.ProjectID, "clerk").Execute()
	wantCode(t, err, http.StatusNotFound, "ATLAS_CUSTOM_ROLE_NOT_FOUND")
}
