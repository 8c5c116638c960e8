package serviceaccount

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	// maxSecrets is how many secrets an account has, those included that have expired and were not deleted.
	maxSecrets = 2
	// handover is how long the older secret lives on beside a new one (MongoDB documentation, "Rotate Service Account
	// Secrets").
	handover = 7 * 24 * time.Hour
)

type addSecretInOrgIn struct {
	inOrg
	Body ServiceAccountSecretRequest
}

func (s *Service) addSecretInOrg(ctx context.Context, in addSecretInOrgIn) (ServiceAccountSecret, error) {
	return s.addSecret(ctx, in.inOrg, in.Body.SecretExpiresAfterHours)
}

type addSecretInGroupIn struct {
	inGroup
	Body ServiceAccountSecretRequest
}

func (s *Service) addSecretInGroup(ctx context.Context, in addSecretInGroupIn) (ServiceAccountSecret, error) {
	return s.addSecret(ctx, in.inGroup, in.Body.SecretExpiresAfterHours)
}

func (s *Service) addSecret(ctx context.Context, at place, hours int) (out ServiceAccountSecret, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err != nil {
			return err
		}
		if err := f.manage(ctx); err != nil {
			return err
		}
		life, err := life(tx, f.OrgID, hours)
		if err != nil {
			return err
		}
		if len(f.Secrets) >= maxSecrets {
			return fault.SecretsLimit.With(strconv.Itoa(maxSecrets))
		}
		for i := range f.Secrets {
			if end := tx.Now().Add(handover); f.Secrets[i].Expires.After(end) {
				f.Secrets[i].Expires = end
			}
		}
		fresh, text := authn.NewSecret(tx.Now(), life)
		f.Secrets = append(f.Secrets, fresh)
		out = shape.Secret(&fresh, text)
		if err := state.ServiceAccounts.Put(tx, f.ServiceAccount); err != nil {
			return err
		}
		return event.Write(tx, f.event("SERVICE_ACCOUNT_SECRET_ADDED"))
	})
	return out, err
}

type endSecretInOrgIn struct {
	inOrg
	SecretID string `path:"secretId" doc:"Id of the secret."`
}

func (s *Service) endSecretInOrg(ctx context.Context, in endSecretInOrgIn) (api.None, error) {
	return s.endSecret(ctx, in.inOrg, in.SecretID)
}

type endSecretInGroupIn struct {
	inGroup
	SecretID string `path:"secretId" doc:"Id of the secret."`
}

func (s *Service) endSecretInGroup(ctx context.Context, in endSecretInGroupIn) (api.None, error) {
	return s.endSecret(ctx, in.inGroup, in.SecretID)
}

func (s *Service) endSecret(ctx context.Context, at place, id model.ID) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err != nil {
			return err
		}
		if err := f.manage(ctx); err != nil {
			return err
		}
		i := slices.IndexFunc(f.Secrets, func(s model.Secret) bool { return s.ID == id })
		if i < 0 {
			return fault.SecretNotFound.With(id)
		}
		f.Secrets = slices.Delete(f.Secrets, i, i+1)
		if err := authn.EndTokensOf(tx, f.ServiceAccount, id); err != nil {
			return err
		}
		if err := state.ServiceAccounts.Put(tx, f.ServiceAccount); err != nil {
			return err
		}
		return event.Write(tx, f.event("SERVICE_ACCOUNT_SECRET_DELETED"))
	})
}
