// Package people tests how a person joins an organization and leaves it: by a letter over SMTP, a page, a login, and the
// API.
package people

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/mail/smtptest"
	"github.com/telamon-db/telamon/telamontest"
)

const (
	password = "Tr0ub4dor-and-3-horses"
	ann      = "ann@example.com"
)

// world is a server, a mail server, and the organization's owner.
type world struct {
	*telamontest.Server
	t     *testing.T
	post  *smtptest.Server
	log   *program.Log
	owner *admin.APIClient
	told  []string // secrets that the log must not have
}

func begin(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, post: new(smtptest.Server).Start(t), log: new(program.Log), told: []string{password}}
	logger := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.Server = telamontest.Start(t, telamontest.SMTP("smtp://"+w.post.Addr()+"?from=telamon@example.org"), telamontest.Logger(logger))
	w.owner = w.client(admin.UseDigestAuth(w.PublicKey, w.PrivateKey))
	t.Cleanup(func() {
		w.Stop()
		for _, secret := range w.told {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log has the secret %s", secret)
			}
		}
	})
	return w
}

func (w *world) client(auth admin.ClientModifier) *admin.APIClient {
	w.t.Helper()
	c, err := admin.NewClient(admin.UseBaseURL(w.URL), auth)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// must fails the test if a call of the SDK fails.
func must[T any](w *world) func(T, *http.Response, error) T {
	return func(v T, _ *http.Response, err error) T {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		return v
	}
}

// refused fails the test unless a call of the SDK is refused.
func (w *world) refused(status int, err error) {
	w.t.Helper()
	if e, ok := admin.AsError(err); !ok || e.GetError() != status {
		w.t.Fatalf("want %d: %v", status, err)
	}
}

// page gets a page, or sends its form.
func (w *world) page(link string, form url.Values) (int, string) {
	w.t.Helper()
	var res *http.Response
	var err error
	if form == nil {
		res, err = http.Get(link)
	} else {
		res, err = http.PostForm(link, form)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// want fails the test unless a page has the status and the text.
func (w *world) want(status int, text string) func(int, string) {
	return func(got int, page string) {
		w.t.Helper()
		if got != status || !strings.Contains(page, text) {
			w.t.Fatalf("want %d and %q, got %d %s", status, text, got, page)
		}
	}
}

var link = regexp.MustCompile(`http://\S+/invitations/(\S+)`)

// letter waits for letter number n and returns the link in it.
func (w *world) letter(n int, to string) string {
	w.t.Helper()
	l := w.post.Next(n)
	found := link.FindStringSubmatch(l.Text)
	if l.To != to || l.From != "telamon@example.org" || found == nil || !strings.Contains(l.Subject, "Telamon") {
		w.t.Fatalf("the letter is %+v", l)
	}
	w.told = append(w.told, found[1])
	return found[0]
}

func account(secret string) url.Values {
	return url.Values{"answer": {"accept"}, "firstName": {"Ann"}, "lastName": {"Lee"}, "password": {secret}, "again": {secret}}
}

// login logs Ann in to a program, in the way of the Atlas CLI, and returns a client with her token.
func (w *world) login() *admin.APIClient {
	w.t.Helper()
	asked := w.device("authorize", url.Values{"scope": {"openid profile offline_access"}})
	form := url.Values{"code": {asked["user_code"].(string)}, "username": {ann}, "password": {password}}
	w.want(http.StatusOK, "Logged in")(w.page(asked["verification_uri"].(string), form))
	got := w.device("token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {asked["device_code"].(string)}})
	token := got["access_token"].(string)
	w.told = append(w.told, token, got["refresh_token"].(string), asked["device_code"].(string))
	return w.client(admin.UseHTTPClient(&http.Client{Transport: bearer(token)}))
}

// bearer adds an access token to requests.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func TestSomebodyComesAndGoes(t *testing.T) {
	w, ctx := begin(t), t.Context()
	team := w.teamWithRoles(ctx, "GROUP_DATABASE_ACCESS_ADMIN")

	// The mail server is down when the owner invites Ann: the letter waits.
	w.post.Down()
	invited := must[*admin.OrgUserResponse](w)(w.owner.MongoDBCloudUsersApi.CreateOrgUser(ctx, w.OrgID, &admin.OrgUserRequest{
		Username: ann, Roles: admin.OrgUserRolesRequest{OrgRoles: []string{"ORG_MEMBER"}}, TeamIds: &[]string{team},
	}).Execute())
	w.Advance(time.Minute)
	if invited.OrgMembershipStatus != "PENDING" || len(w.post.Letters()) != 0 || !strings.Contains(w.log.String(), "it waits") {
		t.Fatalf("%+v, %d letters", invited, len(w.post.Letters()))
	}
	w.post.Up()
	w.Advance(time.Hour)
	page := w.letter(1, ann)

	// Another link, a weak password and an incomplete form are refused.
	w.want(http.StatusOK, "You have no account yet")(w.page(page, nil))
	w.want(http.StatusNotFound, "no invitation")(w.page(page[:len(page)-2]+"zz", account(password)))
	w.want(http.StatusBadRequest, "commonest")(w.page(page, account("password123")))
	form := account(password)
	form.Set("again", "something else")
	w.want(http.StatusBadRequest, "not the same")(w.page(page, form))
	form = account(password)
	form.Del("lastName")
	w.want(http.StatusBadRequest, "names are needed")(w.page(page, form))
	if u := w.user(ctx, invited.Id); u.OrgMembershipStatus != "PENDING" {
		t.Fatalf("an incomplete form was accepted: %+v", u)
	}

	// She accepts, once.
	w.want(http.StatusOK, "You have joined")(w.page(page, account(password)))
	w.want(http.StatusGone, "works once")(w.page(page, account(password)))
	if u := w.user(ctx, invited.Id); u.OrgMembershipStatus != "ACTIVE" || u.GetFirstName() != "Ann" {
		t.Fatalf("%+v", u)
	}

	// She logs in, and has the team's roles.
	annie := w.login()
	orgs := must[*admin.PaginatedOrganization](w)(annie.OrganizationsApi.ListOrgs(ctx).Execute())
	if len(orgs.GetResults()) != 1 || orgs.GetResults()[0].GetId() != w.OrgID {
		t.Fatalf("%+v", orgs)
	}
	must[*admin.CloudDatabaseUser](w)(annie.DatabaseUsersApi.CreateDatabaseUser(ctx, w.ProjectID, databaseUser("app")).Execute())
	_, err := annie.ProjectsApi.DeleteGroup(ctx, w.ProjectID).Execute()
	w.refused(http.StatusForbidden, err)
	events := must[*admin.GroupPaginatedEvent](w)(w.owner.EventsApi.ListGroupEvents(ctx, w.ProjectID).EventType([]string{"MONGODB_USER_ADDED"}).Execute())
	if e := events.GetResults(); len(e) != 1 || e[0].GetUsername() != ann || e[0].GetUserId() != invited.Id {
		t.Fatalf("the event does not say who did it: %+v", e)
	}

	// When she is removed from the team, she loses its project at once; when she is removed from the organization,
	// everything.
	must[*admin.OrgUserResponse](w)(w.owner.MongoDBCloudUsersApi.RemoveOrgTeamUser(ctx, w.OrgID, team, &admin.AddOrRemoveUserFromTeam{Id: invited.Id}).Execute())
	_, _, err = annie.DatabaseUsersApi.CreateDatabaseUser(ctx, w.ProjectID, databaseUser("another")).Execute()
	w.refused(http.StatusForbidden, err)
	must[*admin.AtlasOrganization](w)(annie.OrganizationsApi.GetOrg(ctx, w.OrgID).Execute())
	if _, err := w.owner.MongoDBCloudUsersApi.RemoveOrgUser(ctx, w.OrgID, invited.Id).Execute(); err != nil {
		t.Fatal(err)
	}
	_, _, err = annie.OrganizationsApi.GetOrg(ctx, w.OrgID).Execute()
	w.refused(http.StatusForbidden, err)
	orgs = must[*admin.PaginatedOrganization](w)(annie.OrganizationsApi.ListOrgs(ctx).Execute())
	if len(orgs.GetResults()) != 0 {
		t.Fatalf("%+v", orgs)
	}
}

// TestAnInvitationExpires moves the clock past the thirty days of an invitation.
func TestAnInvitationExpires(t *testing.T) {
	w, ctx := begin(t), t.Context()
	inv := must[*admin.OrganizationInvitation](w)(w.owner.OrganizationsApi.CreateOrgInvite(ctx, w.OrgID, &admin.OrganizationInvitationRequest{
		Username: admin.PtrString(ann), Roles: &[]string{"ORG_READ_ONLY"},
	}).Execute())
	page := w.letter(1, ann)
	w.Advance(inv.GetExpiresAt().Sub(inv.GetCreatedAt()) - time.Minute)
	w.want(http.StatusOK, "Accept")(w.page(page, nil))
	w.Advance(2 * time.Minute)
	w.want(http.StatusGone, "has expired")(w.page(page, nil))
	w.want(http.StatusGone, "has expired")(w.page(page, account(password)))
	_, _, err := w.owner.OrganizationsApi.GetOrgInvite(ctx, w.OrgID, inv.GetId()).Execute()
	w.refused(http.StatusNotFound, err)
}

// teamWithRoles makes a team that has roles in the project.
func (w *world) teamWithRoles(ctx context.Context, roles ...string) (id string) {
	w.t.Helper()
	team := must[*admin.Team](w)(w.owner.TeamsApi.CreateOrgTeam(ctx, w.OrgID, &admin.Team{Name: "crew", Usernames: []string{"owner@telamon.example"}}).Execute())
	must[*admin.PaginatedTeamRole](w)(w.owner.TeamsApi.AddGroupTeams(ctx, w.ProjectID, &[]admin.TeamRole{{TeamId: team.GetId(), RoleNames: roles}}).Execute())
	return team.GetId()
}

func (w *world) user(ctx context.Context, id string) *admin.OrgUserResponse {
	w.t.Helper()
	return must[*admin.OrgUserResponse](w)(w.owner.MongoDBCloudUsersApi.GetOrgUser(ctx, w.OrgID, id).Execute())
}

func databaseUser(name string) *admin.CloudDatabaseUser {
	return &admin.CloudDatabaseUser{
		DatabaseName: "admin", Username: name, Password: admin.PtrString(password),
		Roles: &[]admin.DatabaseUserRole{{RoleName: "read", DatabaseName: "test"}},
	}
}

// device calls an endpoint of the device authorization grant.
func (w *world) device(endpoint string, form url.Values) (body map[string]any) {
	w.t.Helper()
	form.Set("client_id", "0oabtxactgS3gHIR0297") // the Atlas CLI's
	status, raw := w.page(w.URL+"/api/private/unauth/account/device/"+endpoint, form)
	if err := json.Unmarshal([]byte(raw), &body); err != nil || status != http.StatusOK {
		w.t.Fatalf("%s: %d %s (%v)", endpoint, status, raw, err)
	}
	return body
}
