package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/password"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Bootstrap is bootstrap.json: the server's addresses, and the first credentials of an empty store. The server stores only
// their hashes, so they can be read in this file only; its mode is 0600.
type Bootstrap struct {
	BaseURL       string `json:"baseUrl"`
	ManagementURL string `json:"managementUrl"`
	DNSAddress    string `json:"dnsAddress,omitempty"` // HOST:PORT that answers questions about names of clusters
	CAFile        string `json:"caFile,omitempty"`     // with the authority that callers and clients of clusters are to trust
	OrgID         string `json:"orgId"`
	OwnerUserID   string `json:"ownerUserId"`
	OwnerUsername string `json:"ownerUsername,omitempty"`
	OwnerPassword string `json:"ownerPassword,omitempty"`
	ProjectID     string `json:"projectId"`
	PublicKey     string `json:"publicKey,omitempty"`
	PrivateKey    string `json:"privateKey,omitempty"`
	ClientID      string `json:"clientId,omitempty"`
	ClientSecret  string `json:"clientSecret,omitempty"`
	New           bool   `json:"-"` // this start has made them
}

// bootstrapFile is all of bootstrap.json. The secret of the management listener belongs to the data directory, not to the
// store: each node has its own.
type bootstrapFile struct {
	Bootstrap
	ManagementSecret string `json:"managementSecret"`
}

const (
	firstOrganization = "Telamon"
	firstProject      = "Project0"
	firstOwner        = "owner@telamon.example"
	secretLife        = 365 * 24 * time.Hour
	bootstrapSetting  = "bootstrap-organization"
)

// start writes bootstrap.json, with new credentials if the store is empty: if it never had an organization, or if the last
// one has been deleted and nobody has credentials any more.
func (s *Server) start(ctx context.Context) (*bootstrapFile, error) {
	path := filepath.Join(s.cfg.DataDir, "bootstrap.json")
	before, err := readBootstrap(path)
	if err != nil {
		return nil, err
	}
	before.BaseURL = s.baseURL()
	before.ManagementURL = "http://" + reachable(s.manage.Addr())
	before.DNSAddress, before.CAFile = s.dns.address(), s.Authority()
	b := new(bootstrapFile)
	err = s.store.Update(ctx, func(tx store.Tx) error {
		*b = *before
		begun, err := beginning(tx)
		if err != nil {
			return err
		}
		some, err := state.Organizations.List(tx, store.Query{Limit: 1})
		if err != nil {
			return err
		}
		if len(some) > 0 && begun.Rev > 0 {
			return keep(b, string(begun.Value))
		}
		if err := s.found(tx, &b.Bootstrap, begun); err != nil {
			return err
		}
		// Written before the commit: a crash between the two leaves a file that the next start replaces, while the
		// other way round it would leave an organization that nobody has the credentials of. When another node has
		// begun the store at the same moment, this runs again, and the file is replaced too.
		b.New, b.ManagementSecret = true, bearer.Text()
		return writeBootstrap(path, b)
	})
	if err != nil {
		return nil, fmt.Errorf("server: bootstrap: %w", err)
	}
	return b, writeBootstrap(path, b)
}

// baseURL is where people and programs reach the API, and what links begin with: as configured, or else the address of the
// listener. The Host header of a request is not used, because a caller may make it up.
func (s *Server) baseURL() string {
	return cmp.Or(s.cfg.URL, s.scheme()+"://"+reachable(s.api.Addr()))
}

// reachable returns the address at which this machine reaches a listener: loopback for one that listens on all addresses.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if ip, perr := netip.ParseAddr(host); err == nil && perr == nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return a.String()
}

// keep sets the ids of the store's first objects, and drops credentials of another store.
func keep(b *bootstrapFile, setting string) error {
	var begun Bootstrap
	if err := json.Unmarshal([]byte(setting), &begun); err != nil {
		return err
	}
	if b.OrgID != begun.OrgID {
		*b = bootstrapFile{Bootstrap: Bootstrap{BaseURL: b.BaseURL, ManagementURL: b.ManagementURL}}
	}
	b.OrgID, b.OwnerUserID, b.ProjectID = begun.OrgID, begun.OwnerUserID, begun.ProjectID
	b.ManagementSecret = cmp.Or(b.ManagementSecret, bearer.Text())
	return nil
}

// beginning returns the ids of the store's first objects, with revision 0 if there are none.
func beginning(tx store.Tx) (*state.Setting, error) {
	begun, err := state.Settings.Get(tx, bootstrapSetting)
	if store.IsNotFound(err) {
		return &state.Setting{Name: bootstrapSetting}, nil
	}
	return begun, err
}

// firstUser returns the owner of the first organization with a new password. The user outlives that organization.
func firstUser(tx store.Tx) (u *model.CloudUser, secret string, err error) {
	u, err = state.UserNamed(tx, firstOwner)
	if store.IsNotFound(err) {
		u = &model.CloudUser{ID: model.NewID(), Username: firstOwner, FirstName: "Telamon", LastName: "Owner", Created: tx.Now()}
	} else if err != nil {
		return nil, "", err
	}
	secret = rand.Text()
	if u.PasswordHash, err = password.Hash(tx.Context(), secret); err != nil {
		return nil, "", err
	}
	return u, secret, state.Users.Put(tx, u)
}

// found creates the first organization with its owner, a project, an API key and a service account.
func (s *Server) found(tx store.Tx, b *Bootstrap, begun *state.Setting) error {
	now := tx.Now()
	owner, word, err := firstUser(tx)
	if err != nil {
		return err
	}
	org := &model.Organization{ID: model.NewID(), Name: firstOrganization, Created: now}
	project := &model.Project{ID: model.NewID(), OrgID: org.ID, Name: firstProject, Created: now, WithDefaultAlerts: true}
	grants := []authz.Grant{{Role: authz.OrgOwner, OrgID: org.ID}}
	key, private := authn.NewAPIKey(org.ID, "The first key", grants, now)
	account, secret := authn.NewServiceAccount(org.ID, "The first account", grants, now, secretLife)
	err = errors.Join(
		state.Organizations.Put(tx, org),
		state.Memberships.Put(tx, &model.Membership{
			UserID: owner.ID, Username: owner.Username, OrgID: org.ID, Roles: []authz.Role{authz.OrgOwner}, Created: now,
		}),
		state.Projects.Put(tx, project),
		state.Memberships.Put(tx, &model.Membership{
			UserID: owner.ID, Username: owner.Username, OrgID: org.ID, GroupID: project.ID, Roles: []authz.Role{authz.GroupOwner}, Created: now,
		}),
		state.APIKeys.Put(tx, key),
		state.ServiceAccounts.Put(tx, account),
		event.Write(tx, event.InOrg("ORG_CREATED", org.ID)),
		event.Write(tx, event.InProject("GROUP_CREATED", project)),
	)
	if err != nil {
		return err
	}
	b.OrgID, b.OwnerUserID, b.ProjectID = org.ID, owner.ID, project.ID
	b.OwnerUsername, b.OwnerPassword = owner.Username, word
	begun.Value, err = json.Marshal(Bootstrap{OrgID: b.OrgID, OwnerUserID: b.OwnerUserID, ProjectID: b.ProjectID})
	if err != nil {
		return err
	}
	b.PublicKey, b.PrivateKey, b.ClientID, b.ClientSecret = key.PublicKey, private, account.ClientID, secret
	return state.Settings.Put(tx, begun)
}

func readBootstrap(path string) (*bootstrapFile, error) {
	b := new(bootstrapFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, b); err != nil {
		return nil, fmt.Errorf("server: %s: %w", path, err)
	}
	return b, nil
}

// writeBootstrap replaces the file at once, so that a reader never sees half of it, and a crash never leaves less than
// the credentials that are nowhere else.
func writeBootstrap(path string, b *bootstrapFile) error {
	raw, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(path, append(raw, '\n'))
}
