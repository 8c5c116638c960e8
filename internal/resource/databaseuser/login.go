package databaseuser

import "github.com/telamon-db/telamon/internal/fault"

// Login is how a user logs in where that is not by a password: the kind of each way, "" for none. At most one is set.
// Gateways let in users with a password only, so far; the others are kept and shown.
type Login struct {
	AWSIAM string `json:"awsIAM,omitempty"`
	LDAP   string `json:"ldap,omitempty"`
	OIDC   string `json:"oidc,omitempty"`
	X509   string `json:"x509,omitempty"`
}

// loginOf reads how a user logs in.
func loginOf(w *CloudDatabaseUser) (l Login) {
	for _, way := range ways {
		if kind := *way.asked(w); kind != none {
			*way.kept(&l) = kind
		}
	}
	return l
}

// way is a way to log in other than by a password.
type way struct {
	field string
	asked func(*CloudDatabaseUser) *string
	kept  func(*Login) *string
}

var ways = []way{
	{"awsIAMType", func(w *CloudDatabaseUser) *string { return &w.AWSIAMType }, func(l *Login) *string { return &l.AWSIAM }},
	{"ldapAuthType", func(w *CloudDatabaseUser) *string { return &w.LDAPAuthType }, func(l *Login) *string { return &l.LDAP }},
	{"oidcAuthType", func(w *CloudDatabaseUser) *string { return &w.OIDCAuthType }, func(l *Login) *string { return &l.OIDC }},
	{"x509Type", func(w *CloudDatabaseUser) *string { return &w.X509Type }, func(l *Login) *string { return &l.X509 }},
}

// checkLogin holds a new user's way to log in against its database and password. Only users with a password and the
// groups of an identity provider are on admin (API reference, databaseName).
func checkLogin(w *CloudDatabaseUser) (bad []fault.Violation) {
	login := loginOf(w)
	var chosen []string
	for _, way := range ways {
		if *way.kept(&login) != "" {
			chosen = append(chosen, way.field)
		}
	}
	if len(chosen) > 1 {
		for _, field := range chosen[1:] {
			bad = append(bad, fault.Violation{Field: field, Description: "must be NONE: the user logs in as " + chosen[0] + " says"})
		}
		return bad
	}
	byPassword := len(chosen) == 0
	switch {
	case byPassword && w.Password == nil:
		bad = append(bad, fault.Violation{Field: "password", Description: "is required for a user who logs in by SCRAM"})
	case !byPassword && w.Password != nil:
		bad = append(bad, fault.Violation{Field: "password", Description: "belongs to users who log in by SCRAM"})
	}
	switch onAdmin := byPassword || login.OIDC == "IDP_GROUP"; {
	case onAdmin && w.DatabaseName != "admin":
		bad = append(bad, fault.Violation{Field: "databaseName", Description: "must be admin for this way to log in"})
	case !onAdmin && w.DatabaseName != "$external":
		bad = append(bad, fault.Violation{Field: "databaseName", Description: "must be $external for this way to log in"})
	}
	return bad
}

// checkSameLogin refuses a change of how the user logs in.
func (u *User) checkSameLogin(w *CloudDatabaseUser) (bad []fault.Violation) {
	for _, way := range ways {
		kind := *way.asked(w)
		if kind != "" && kind != orNone(*way.kept(&u.Login)) {
			bad = append(bad, fault.Violation{Field: way.field, Description: "cannot change"})
		}
	}
	if w.Password != nil && u.Login != (Login{}) {
		bad = append(bad, fault.Violation{Field: "password", Description: "belongs to users who log in by SCRAM"})
	}
	return bad
}

// orNone is a kind as the API writes it.
func orNone(kind string) string {
	if kind == "" {
		return none
	}
	return kind
}
