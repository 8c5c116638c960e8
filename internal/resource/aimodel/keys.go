// Package aimodel is the families AI Model API Keys and AI Model Rate Limits: keys to models that the service would run, and how
// often they may be called. They are checked, kept and shown; there are no models.
package aimodel

import (
	"crypto/rand"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Keys serves keys to models.
type Keys struct {
	kept.Objects[oneKey, AiModelApiKeyResponse, inOrg]
}

// inOrg is the organization of a key's or limit's project.
type inOrg struct {
	OrgID model.ID `json:"orgId"`
}

type key = kept.Object[AiModelApiKeyResponse, inOrg]

// The kinds of errors that only these families answer with.
var (
	keyNotFound   = fault.NewKind("AI_MODEL_API_KEY_NOT_FOUND", fault.NotFound, "There is no key with id %s.")                         // Telamon's own
	keysLimit     = fault.NewKind("MAX_AI_MODEL_API_KEYS_EXCEEDED", fault.BadRequest, "A project has at most %s keys to models.")      // Telamon's own
	limitNotFound = fault.NewKind("AI_MODEL_RATE_LIMIT_NOT_FOUND", fault.NotFound, "There is no limit of the group of models %s.")     // Telamon's own
	limitsLimit   = fault.NewKind("MAX_AI_MODEL_RATE_LIMITS_EXCEEDED", fault.BadRequest, "A project has at most %s limits of models.") // Telamon's own
)

// most is how many keys, and how many limits, a project has at most. It is no rule of the API.
const most = 100

var keys = &store.Table[key]{
	Name: "ai_model_api_keys",
	ID:   func(k *key) string { return k.ID },
	Rev:  func(k *key) *int64 { return &k.Rev },
	Indexes: []store.Index[key]{
		{Name: "group", Key: func(k *key) []string { return []string{k.GroupID, k.ID} }},
		{Name: "org", Key: func(k *key) []string { return []string{k.Internal.OrgID, k.ID} }},
	},
}

// NewKeys returns the keys on st.
func NewKeys(st store.Store) *Keys {
	return &Keys{kept.Objects[oneKey, AiModelApiKeyResponse, inOrg]{
		Store: st, Table: keys, Limit: kept.Limit{N: most, Exceeded: keysLimit}, Show: showKey,
		Events: func(*key) kept.Events {
			return kept.Events{Created: "AI_MODELS_APIS_API_KEY_CREATED", Updated: "AI_MODELS_APIS_API_KEY_UPDATED", Deleted: "AI_MODELS_APIS_API_KEY_DELETED"}
		},
	}}
}

func showKey(store.Tx, model.ID) (func(k *key) AiModelApiKeyResponse, error) {
	return func(k *key) AiModelApiKeyResponse {
		w := k.Value
		w.APIKeyID, w.GroupID, w.CreatedAt, w.Status = k.ID, k.GroupID, k.Created.Format(time.RFC3339), "ACTIVE"
		return w
	}, nil
}

type oneKey struct {
	api.InGroup
	APIKeyID string `path:"apiKeyId" api:"is=objectId" doc:"Id of the key."`
}

// RowID is the id of the key's row.
func (in oneKey) RowID() (string, error) { return in.APIKeyID, keyNotFound.With(in.APIKeyID) }

// create makes a key. Only this answer has its secret, and nothing can be opened with it.
func (s *Keys) create(tx store.Tx, in kept.CreateIn[AiModelApiKeyCreateRequest]) (out AiModelApiKeyResponse, err error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	secret := "al-" + rand.Text()
	out, err = s.Add(tx, &key{GroupID: in.GroupID, Internal: inOrg{p.OrgID}, Value: AiModelApiKeyResponse{
		Cloud: in.Body.Cloud, CreatedBy: authz.From(tx.Context()).Name, Geography: in.Body.Geography, MaskedSecret: kept.Masked(secret), Name: in.Body.Name,
	}})
	out.Secret = secret
	return out, err
}

type updateKeyIn struct {
	oneKey
	Body AiModelApiKeyUpdateRequest
}

func (s *Keys) update(tx store.Tx, in updateKeyIn) (AiModelApiKeyResponse, error) {
	return s.Update(tx, in.oneKey, func(k *key) error {
		k.Value.Name = in.Body.Name
		return nil
	})
}

type listInOrg struct {
	api.InOrg
	api.Paging
}

// inOrgPage is a page of what a family has in an organization's projects.
func inOrgPage[K kept.Ref, W any](s *kept.Objects[K, W, inOrg]) func(store.Tx, listInOrg) (api.Page[W], error) {
	return func(tx store.Tx, in listInOrg) (api.Page[W], error) {
		return s.Page(tx, kept.ListIn{Paging: in.Paging}, store.Query{Index: "org", Prefix: []string{in.OrgID}})
	}
}

type oneKeyInOrg struct {
	api.InOrg
	APIKeyID string `path:"apiKeyId" api:"is=objectId" doc:"Id of the key."`
}

func (s *Keys) getInOrg(tx store.Tx, in oneKeyInOrg) (out AiModelApiKeyResponse, err error) {
	k, err := keys.Get(tx, in.APIKeyID)
	if err == nil && k.Internal.OrgID != in.OrgID {
		err = store.ErrNotFound
	}
	if err != nil {
		return out, store.IfMissing(err, keyNotFound.With(in.APIKeyID))
	}
	return s.Get(tx, oneKey{api.InGroup{GroupID: k.GroupID}, k.ID})
}
