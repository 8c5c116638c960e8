package authn

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/model"
)

// NewAPIKey makes a key and its private part, which is stored nowhere: an 8-letter public key and a UUID, as the
// service's are.
func NewAPIKey(orgID model.ID, desc string, grants []authz.Grant, now time.Time) (*model.APIKey, string) {
	public, private := letters(8), uuid()
	return &model.APIKey{
		ID: model.NewID(), OrgID: orgID, PublicKey: public, HA1: HA1(public, private), Tail: private[len(private)-12:],
		Desc: desc, Grants: grants, Created: now,
	}, private
}

// NewServiceAccount makes an account with one secret, which is stored nowhere.
func NewServiceAccount(orgID model.ID, name string, grants []authz.Grant, now time.Time, life time.Duration) (*model.ServiceAccount, string) {
	secret, text := NewSecret(now, life)
	return &model.ServiceAccount{
		ClientID: "mdb_sa_id_" + model.NewID(), OrgID: orgID, Name: name, Grants: grants, Created: now, Secrets: []model.Secret{secret},
	}, text
}

// NewSecret makes a service account's secret and its text, which is stored nowhere.
func NewSecret(now time.Time, life time.Duration) (model.Secret, string) {
	text := "mdb_sa_sk_" + bearer.Text()
	sum := sha256.Sum256([]byte(text))
	return model.Secret{ID: model.NewID(), SHA256: sum[:], Tail: text[len(text)-4:], Created: now, Expires: now.Add(life)}, text
}

func letters(n int) string {
	b := make([]byte, 0, n)
	for len(b) < n {
		var c [1]byte
		rand.Read(c[:])         // never fails (crypto/rand)
		if c[0] < 26*(256/26) { // an even share for every letter
			b = append(b, 'a'+c[0]%26)
		}
	}
	return string(b)
}

func uuid() string {
	var b [16]byte
	rand.Read(b[:])                             // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // version 4 (RFC 9562)
	x := hex.EncodeToString(b[:])
	return fmt.Sprintf("%s-%s-%s-%s-%s", x[:8], x[8:12], x[12:16], x[16:20], x[20:])
}
