package certificate

import (
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/pki"
	"github.com/telamon-db/telamon/internal/store"
)

// UserSecurity has the certificate authorities and the LDAP configuration of a project's database users.
type UserSecurity struct {
	CustomerX509 CustomerX509 `json:"customerX509" doc:"The customer's own authorities."`
	LDAP         LDAP         `json:"ldap" doc:"LDAP, which can only be off."`
}

// CustomerX509 has the customer's own certificate authorities.
type CustomerX509 struct {
	CAs string `json:"cas,omitempty" api:"maxLen=65536" doc:"The certificates of the authorities, as PEM."`
}

// LDAP is a project's LDAP configuration.
type LDAP struct {
	Authentication bool `json:"authenticationEnabled" doc:"Whether users log in by LDAP."`
	Authorization  bool `json:"authorizationEnabled" doc:"Whether LDAP groups have roles."`
}

var security = kept.Table[UserSecurity]("user_security", nil)

func check(w *UserSecurity) error {
	var bad fault.Problems
	if w.CustomerX509.CAs != "" {
		if _, err := pki.ReadAuthorities(w.CustomerX509.CAs); err != nil {
			bad.Add("customerX509.cas", "%s", err)
		}
	}
	if w.LDAP.Authentication {
		bad.Add("ldap.authenticationEnabled", "cannot be true: login by LDAP is not supported")
	}
	if w.LDAP.Authorization {
		bad.Add("ldap.authorizationEnabled", "cannot be true: LDAP groups are not supported")
	}
	return bad.Err()
}

func (s *Service) disable(tx store.Tx, in kept.In) (UserSecurity, error) {
	return s.security.Update(tx, in.GroupID, func(w *UserSecurity) error {
		w.CustomerX509 = CustomerX509{}
		return nil
	})
}
