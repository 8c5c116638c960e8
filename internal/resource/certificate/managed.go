package certificate

import (
	"crypto/x509/pkix"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/pki"
	"github.com/telamon-db/telamon/internal/store"
)

// UserCert describes a certificate. The certificate itself is shown once, when it is made.
type UserCert struct {
	Serial    int64     `json:"_id,omitempty" api:"readonly" doc:"Serial number of the certificate."`
	CreatedAt *api.Time `json:"createdAt,omitempty" api:"readonly" doc:"When the certificate becomes valid: an hour before it was made."`
	GroupID   string    `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Months    *int      `json:"monthsUntilExpiration,omitempty" api:"writeonly,max=24,default=3" doc:"For how many months the certificate is valid, 1 to 24."`
	NotAfter  *api.Time `json:"notAfter,omitempty" api:"readonly" doc:"When the certificate expires."`
	Subject   string    `json:"subject,omitempty" api:"readonly" doc:"The certificate's subject (RFC 2253)."`
}

// Issued is a certificate as it is stored. Its Internal is the name of its user. Its row stays when the user is deleted.
type Issued = kept.Object[UserCert, string]

var issued = &store.Table[Issued]{
	Name: "database_user_certificates",
	ID:   func(c *Issued) string { return c.ID },
	Rev:  func(c *Issued) *int64 { return &c.Rev },
	Indexes: []store.Index[Issued]{{Name: "user", Key: func(c *Issued) []string {
		return []string{c.GroupID, c.Internal, strconv.FormatInt(c.Created.UnixMicro(), 10), c.ID}
	}}},
}

// authority has the certificate authorities of a project's managed certificates: the newest, which signs, and earlier ones
// whose certificates may not have expired yet.
type authority struct {
	GroupID model.ID              `json:"groupId"`
	All     []pki.ClientAuthority `json:"all"`
	Rev     int64                 `json:"-"`
}

var authorities = &store.Table[authority]{
	Name: "client_authorities",
	ID:   func(a *authority) string { return a.GroupID },
	Rev:  func(a *authority) *int64 { return &a.Rev },
}

// ofUser names the certificates of a user.
type ofUser struct {
	api.InGroup
	Username string `path:"username" doc:"Name of the user."`
}

// RowID is not used: no operation is about a single certificate.
func (in ofUser) RowID() (string, error) { return "", fault.UsernameNotFound.With(in.Username) }

func created(c *Issued) kept.Events {
	return kept.Events{Created: "MONGODB_USER_X509_CERT_CREATED", About: []event.Subject{event.DatabaseUser(c.Internal)}}
}

type listIn struct {
	ofUser
	api.Paging
}

func (s *Service) list(tx store.Tx, in listIn) (page api.Page[UserCert], err error) {
	if _, err := s.users.X509(tx, in.GroupID, in.Username); err != nil {
		return page, store.IfMissing(err, fault.UsernameNotFound.With(in.Username))
	}
	return s.issued.Page(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging}, in.query())
}

// query selects the certificates of the user.
func (in ofUser) query() store.Query {
	return store.Query{Index: "user", Prefix: []string{in.GroupID, in.Username}}
}

type createIn struct {
	ofUser
	Body UserCert
}

const (
	fewestMonths = 1
	usualMonths  = 3
	mostOfUser   = 500 // certificates of one username; a limit of Telamon's own
)

func (s *Service) create(tx store.Tx, in createIn) (api.Verbatim, error) {
	kind, err := s.users.X509(tx, in.GroupID, in.Username)
	if err != nil {
		return "", store.IfMissing(err, fault.UsernameNotFound.With(in.Username))
	}
	months := api.Or(in.Body.Months, usualMonths)
	n, err := issued.Count(tx, in.query())
	if err != nil {
		return "", err
	}
	var bad fault.Problems
	if n >= mostOfUser {
		bad.Add("username", "has %d certificates, the most that a user may have", mostOfUser)
	}
	if kind != "MANAGED" {
		bad.Add("username", "must be of a user whose x509Type is MANAGED")
	}
	if months < fewestMonths {
		bad.Add("monthsUntilExpiration", "must be at least %d", fewestMonths)
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	now := tx.Now().Truncate(time.Second) // the precision of certificates
	end := now.AddDate(0, months, 0)
	ca, err := s.authority(tx, in.GroupID, now, end)
	if err != nil {
		return "", err
	}
	cert, text, err := ca.Issue(pkix.Name{CommonName: in.Username}, now, end)
	if err != nil {
		return "", err
	}
	_, err = s.issued.Add(tx, &Issued{GroupID: in.GroupID, Internal: in.Username, Value: UserCert{
		Serial: cert.SerialNumber.Int64(), CreatedAt: &api.Time{Time: cert.NotBefore}, GroupID: in.GroupID, NotAfter: &api.Time{Time: cert.NotAfter},
		Subject: cert.Subject.String(),
	}})
	return api.Verbatim(text), err
}

// authority returns the authority that signs a certificate that expires at end, and makes one if none lasts so long.
func (s *Service) authority(tx store.Tx, groupID model.ID, now, end time.Time) (ca pki.ClientAuthority, err error) {
	a, err := authorities.Get(tx, groupID)
	if store.IsNotFound(err) {
		a, err = &authority{GroupID: groupID}, nil
	}
	if err != nil {
		return ca, err
	}
	if n := len(a.All); n > 0 {
		cert, err := a.All[n-1].Parse()
		if err != nil || !end.After(cert.NotAfter) {
			return a.All[n-1], err
		}
	}
	ca, err = pki.NewClientAuthority(pkix.Name{CommonName: groupID, OrganizationalUnit: []string{"Clients"}, Organization: []string{"Telamon"}}, now)
	if err != nil {
		return ca, err
	}
	a.All = append(a.All, ca)
	return ca, authorities.Put(tx, a)
}
