// Package cloudaccess is the family Cloud Provider Access: roles with which the service would act at cloud providers. They
// are kept and shown, and give access to nothing.
package cloudaccess

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Objects[one, CloudProviderAccessRole, struct{}]
}

type role = kept.Object[CloudProviderAccessRole, struct{}]

// maxRoles bounds the list, which has no pages. It is Telamon's own limit.
const maxRoles = 200

var roles = &store.Table[role]{
	Name:    "cloud_access_roles",
	ID:      func(r *role) string { return r.ID },
	Rev:     func(r *role) *int64 { return &r.Rev },
	Indexes: []store.Index[role]{{Name: "group", Key: func(r *role) []string { return []string{r.GroupID} }}},
}

// New returns the family on st; a service account at GCP is made within duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{kept.Objects[one, CloudProviderAccessRole, struct{}]{
		Store: st, Table: roles, Limit: kept.Limit{N: maxRoles, Exceeded: rolesLimit}, Show: show, Events: events,
		States: &kept.States[CloudProviderAccessRole]{Duration: duration, Made: made, Show: func(w *CloudProviderAccessRole, state string) { w.Status = state }},
	}}
}

func made(w *CloudProviderAccessRole) []string {
	if w.ProviderName == model.GCP {
		return []string{"IN_PROGRESS", "COMPLETE"}
	}
	return nil
}

func events(r *role) kept.Events {
	kind := map[string]event.Type{model.AWS: "AWS_IAM_ROLE", model.Azure: "AZURE_SERVICE_PRINCIPAL", model.GCP: "GCP_SERVICE_ACCOUNT"}[r.Value.ProviderName]
	kind = "CLOUD_PROVIDER_ACCESS_" + kind
	return kept.Events{Created: kind + "_ADDED", Updated: kind + "_UPDATED", Deleted: kind + "_DELETED"}
}

// show completes a role with the fields that follow from its id.
func show(store.Tx, model.ID) (func(r *role) CloudProviderAccessRole, error) {
	return func(r *role) CloudProviderAccessRole {
		w := r.Value
		w.CreatedDate, w.FeatureUsages = api.Time{Time: r.Created}, []usage{}
		switch w.ProviderName {
		case model.AWS:
			w.RoleID, w.AtlasAWSAccountARN = r.ID, "arn:aws:iam::000000000000:root"
		case model.Azure:
			w.ID = r.ID
		default:
			w.RoleID, w.GCPServiceAccountForAtlas = r.ID, fmt.Sprintf("mongodb-atlas-%s@p-%s.iam.gserviceaccount.com", r.ID[8:], r.ID)
		}
		return w
	}, nil
}

type one struct {
	api.InGroup
	RoleID string `path:"roleId" api:"is=objectId" doc:"Id of the role."`
}

// RowID is the id of the role's row.
func (in one) RowID() (string, error) { return in.RoleID, roleNotFound.With(in.RoleID) }

type deleteIn struct {
	one
	CloudProvider string `path:"cloudProvider" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider."`
}

func (s *Service) delete(tx store.Tx, in deleteIn) (none api.None, err error) {
	r, err := s.Find(tx, in.one)
	if err == nil && r.Value.ProviderName != in.CloudProvider {
		err = roleNotFound.With(in.RoleID)
	}
	if err != nil {
		return none, err
	}
	return none, s.Remove(tx, r)
}

func (s *Service) list(tx store.Tx, in kept.In) (out CloudProviderAccessRoles, err error) {
	all, err := s.All(tx, in)
	by := map[string][]CloudProviderAccessRole{}
	for _, w := range all {
		by[w.ProviderName] = append(by[w.ProviderName], w)
	}
	return CloudProviderAccessRoles{api.List(by[model.AWS]), api.List(by[model.Azure]), api.List(by[model.GCP])}, err
}

func (s *Service) create(tx store.Tx, in kept.CreateIn[CloudProviderAccessRoleRequest]) (CloudProviderAccessRole, error) {
	w := in.Body
	is := CloudProviderAccessRole{
		ProviderName: w.ProviderName, AtlasAzureAppID: w.AtlasAzureAppID, ServicePrincipalID: w.ServicePrincipalID, TenantID: w.TenantID,
	}
	switch w.ProviderName {
	case model.AWS:
		is.AtlasAssumedRoleExternalID = uuid.NewString()
	case model.Azure:
		is.LastUpdatedDate = api.Time{Time: tx.Now()}
	}
	return s.Add(tx, &role{GroupID: in.GroupID, Value: is})
}

type authorizeIn struct {
	one
	Body CloudProviderAccessRoleRequest
}

func (s *Service) authorize(tx store.Tx, in authorizeIn) (CloudProviderAccessRole, error) {
	return s.Update(tx, in.one, func(r *role) error {
		w := in.Body
		switch {
		case w.ProviderName != r.Value.ProviderName:
			return fault.Field("providerName", "must be that of the role")
		case w.ProviderName == model.AWS && w.IAMAssumedRoleARN != r.Value.IAMAssumedRoleARN:
			if w.IAMAssumedRoleARN == "" {
				return fault.Field("iamAssumedRoleArn", "is required")
			}
			r.Value.IAMAssumedRoleARN, r.Value.AuthorizedDate = w.IAMAssumedRoleARN, api.Time{Time: tx.Now()}
		case w.ProviderName == model.Azure:
			r.Value.AtlasAzureAppID, r.Value.ServicePrincipalID, r.Value.TenantID = w.AtlasAzureAppID, w.ServicePrincipalID, w.TenantID
			r.Value.LastUpdatedDate = api.Time{Time: tx.Now()}
		}
		return nil
	})
}
