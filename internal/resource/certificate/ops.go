// Package certificate is the family X.509 Authentication, and the part of a project's user security that is about it: the
// certificates that database users log in with, the authority that makes them, and the customer's own authorities.
package certificate

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	store    store.Store
	issued   kept.Objects[ofUser, UserCert, string]
	security kept.Setting[UserSecurity]
	users    Users
}

// Users is the family that has a project's database users.
type Users interface {
	// X509 returns the x509Type of a user of $external: MANAGED, CUSTOMER or NONE. Error: store.ErrNotFound if there is no such
	// user.
	X509(tx store.Tx, groupID model.ID, username string) (string, error)
}

// New returns the family on st.
func New(st store.Store, users Users) *Service {
	return &Service{
		store: st, users: users,
		issued:   kept.Objects[ofUser, UserCert, string]{Store: st, Table: issued, Events: created},
		security: kept.Setting[UserSecurity]{Store: st, Table: security, Validate: check},
	}
}

const (
	tag      = "X.509 Authentication"
	certs    = "/groups/{groupId}/databaseUsers/{username}/certs"
	userPath = "/groups/{groupId}/userSecurity"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listDatabaseUserCertificates", Aliases: []string{"listGroupDatabaseUserCerts", "listDatabaseUserCerts"}, Method: http.MethodGet, Path: certs, Tag: tag,
		Summary: "Return all certificates of one database user", Description: "Returns the certificates that the project's authority has issued, oldest first.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UsernameNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.store, s.list)),
	}, {
		ID: "createDatabaseUserCertificate", Aliases: []string{"createGroupDatabaseUserCert", "createDatabaseUserCert"}, Method: http.MethodPost, Path: certs, Tag: tag,
		Summary: "Create one certificate for one database user",
		Description: "Issues a certificate with which a user whose x509Type is MANAGED logs in to the project's clusters over TLS. The answer is " +
			"the certificate and its private key as PEM, which cannot be requested again.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{fault.UsernameNotFound},
		Versions: api.Since("2023-01-01", store.Write(s.store, s.create)),
	}, {
		ID: "getLdapConfiguration", Aliases: []string{"getGroupUserSecurity", "getUserSecurity"}, Method: http.MethodGet, Path: userPath, Tag: "LDAP Configuration",
		Summary: "Return the certificate authorities and the LDAP configuration of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.store, s.security.Get)),
	}, {
		ID: "saveLdapConfiguration", Aliases: []string{"updateGroupUserSecurity", "updateUserSecurity"}, Method: http.MethodPatch, Path: userPath,
		Tag:         "LDAP Configuration",
		Summary:     "Update the certificate authorities and the LDAP configuration of one project",
		Description: "Sets the authorities (customerX509.cas) for users whose x509Type is CUSTOMER, from their next login on. LDAP can only be off.",
		Roles:       authz.Any(authz.GroupOwner), Status: http.StatusAccepted, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.store, s.security.Patch)),
	}, {
		ID: "disableCustomerManagedX509", Aliases: []string{"disableGroupUserSecurityCustomerX509", "disableSecurityCustomerX509"}, Method: http.MethodDelete,
		Path: userPath + "/customerX509", Tag: tag,
		Summary: "Remove the customer's certificate authorities of one project", Description: "From then on nobody can log in with certificates of these authorities.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusAccepted, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.store, s.disable)),
	}}
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema {
	return []*store.Schema{issued.Schema(), security.Schema(), authorities.Schema()}
}

// OnProjectDelete deletes all that the project has of the family.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	if err := s.issued.OnProjectDelete(tx, groupID); err != nil {
		return err
	}
	if err := s.security.OnProjectDelete(tx, groupID); err != nil {
		return err
	}
	a, err := authorities.Get(tx, groupID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return authorities.Delete(tx, a)
}
