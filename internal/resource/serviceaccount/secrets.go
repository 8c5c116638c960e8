package serviceaccount

import (
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	// maxSecrets is how many secrets an account may have, including expired ones that were not deleted.
	maxSecrets = 2
	// handover is how long the older secret stays valid beside a new one (MongoDB documentation, "Rotate Service Account
	// Secrets").
	handover = 7 * 24 * time.Hour
)

type addSecretIn[P ref] struct {
	At   P `in:"path"`
	Body ServiceAccountSecretRequest
}

func (a accounts[P, W]) addSecret(tx store.Tx, in addSecretIn[P]) (out ServiceAccountSecret, err error) {
	f, err := manageable(tx, in.At)
	if err != nil {
		return out, err
	}
	life, err := life(tx, f.OrgID, in.Body.SecretExpiresAfterHours)
	if err != nil {
		return out, err
	}
	if len(f.Secrets) >= maxSecrets {
		return out, secretsLimit.With(strconv.Itoa(maxSecrets))
	}
	for i := range f.Secrets {
		if end := tx.Now().Add(handover); f.Secrets[i].Expires.After(end) {
			f.Secrets[i].Expires = end
		}
	}
	fresh, text := authn.NewSecret(tx.Now(), life)
	f.Secrets = append(f.Secrets, fresh)
	return shape.Secret(&fresh, text), f.put(tx, "SERVICE_ACCOUNT_SECRET_ADDED")
}

type endSecretIn[P ref] struct {
	At       P      `in:"path"`
	SecretID string `path:"secretId" doc:"Id of the secret."`
}

func (a accounts[P, W]) endSecret(tx store.Tx, in endSecretIn[P]) (none api.None, err error) {
	f, err := manageable(tx, in.At)
	if err != nil {
		return none, err
	}
	i := slices.IndexFunc(f.Secrets, func(s model.Secret) bool { return s.ID == in.SecretID })
	if i < 0 {
		return none, secretNotFound.With(in.SecretID)
	}
	f.Secrets = slices.Delete(f.Secrets, i, i+1)
	if err := authn.DeleteTokensOf(tx, f.ServiceAccount, in.SecretID); err != nil {
		return none, err
	}
	return none, f.put(tx, "SERVICE_ACCOUNT_SECRET_DELETED")
}
