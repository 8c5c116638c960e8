// Package resourcepolicy is the family Resource Policies. Package policy holds changes against them.
package resourcepolicy

import (
	"fmt"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store   store.Store
	Holders []policy.Holder // whose objects policies speak of
}

// The kinds of errors that only this family answers with.
var (
	notFound  = fault.NewKind("RESOURCE_POLICY_NOT_FOUND", fault.NotFound, "There is no resource policy with id %s.")                                  // Telamon's own
	nameTaken = fault.NewKind("RESOURCE_POLICY_NAME_ALREADY_EXISTS", fault.BadRequest, "The organization already has a resource policy of that name.") // Telamon's own
	tooMany   = fault.NewKind("MAX_RESOURCE_POLICIES_EXCEEDED", fault.BadRequest, "An organization has at most %s resource policies.")                 // Telamon's own
)

// maxPolicies is how many an organization has at most. It is no rule of the API.
const maxPolicies = 50

type listIn struct{ api.InOrg }

func list(tx store.Tx, in listIn) ([]ApiAtlasResourcePolicyView, error) {
	all, err := policy.Policies.List(tx, policy.Of(in.OrgID))
	out := []ApiAtlasResourcePolicyView{}
	for _, p := range all {
		out = append(out, toWire(p))
	}
	return out, err
}

type oneIn struct {
	api.InOrg
	ID string `path:"resourcePolicyId" api:"is=objectId" doc:"Id of the policy."`
}

func (in oneIn) find(tx store.Tx) (*policy.Policy, error) {
	p, err := policy.Policies.Get(tx, in.ID)
	if err == nil && p.OrgID != in.OrgID {
		err = store.ErrNotFound
	}
	return p, store.IfMissing(err, notFound.With(in.ID))
}

func get(tx store.Tx, in oneIn) (out ApiAtlasResourcePolicyView, err error) {
	p, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return toWire(p), nil
}

type createIn struct {
	api.InOrg
	Body ApiAtlasResourcePolicyCreateView
}

func create(tx store.Tx, in createIn) (out ApiAtlasResourcePolicyView, err error) {
	p := &policy.Policy{ID: model.NewID(), OrgID: in.OrgID, Created: stamp(tx)}
	if err := define(p, &in.Body.Name, in.Body.Description, in.Body.Policies); err != nil {
		return out, err
	}
	if _, err := state.Organization(tx, in.OrgID); err != nil {
		return out, err
	}
	n, err := policy.Policies.Count(tx, policy.Of(in.OrgID))
	if err == nil && n >= maxPolicies {
		err = tooMany.With(fmt.Sprint(maxPolicies))
	}
	if err != nil {
		return out, err
	}
	return put(tx, p, "RESOURCE_POLICY_CREATED")
}

type updateIn struct {
	oneIn
	Body ApiAtlasResourcePolicyEditView
}

func update(tx store.Tx, in updateIn) (out ApiAtlasResourcePolicyView, err error) {
	p, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if err := define(p, in.Body.Name.Value, in.Body.Description, in.Body.Policies); err != nil {
		return out, err
	}
	return put(tx, p, "RESOURCE_POLICY_MODIFIED")
}

func remove(tx store.Tx, in oneIn) (none api.Empty, err error) {
	p, err := in.find(tx)
	if err != nil {
		return none, err
	}
	if err := policy.Policies.Delete(tx, p); err != nil {
		return none, err
	}
	return none, event.Write(tx, event.InOrg("RESOURCE_POLICY_DELETED", p.OrgID))
}

// validate is create, without storing anything.
func validate(_ store.Tx, in createIn) (out ApiAtlasResourcePolicyView, err error) {
	p := &policy.Policy{OrgID: in.OrgID}
	if err := define(p, &in.Body.Name, in.Body.Description, in.Body.Policies); err != nil {
		return out, err
	}
	w := toWire(p)
	w.CreatedByUser, w.LastUpdatedByUser, w.CreatedDate, w.LastUpdatedDate = nil, nil, api.Time{}, api.Time{}
	return w, nil
}

// define changes what a body names of p. A statement that p has already keeps its id.
func define(p *policy.Policy, name *string, description api.Nullable[string], statements []ApiAtlasPolicyCreateView) error {
	var bad fault.Problems
	p.Name = api.Or(name, p.Name)
	description.Set(&p.Description)
	ids := map[string]model.ID{}
	for _, s := range p.Statements {
		ids[s.Body] = s.ID
	}
	var all []policy.Statement
	for i, s := range statements {
		policy.Verify(&bad, fmt.Sprintf("policies[%d].body", i), s.Body)
		id := ids[s.Body]
		if id == "" {
			id = model.NewID()
		}
		delete(ids, s.Body)
		all = append(all, policy.Statement{ID: id, Body: s.Body})
	}
	if statements != nil {
		p.Statements = all
	}
	return bad.Err()
}

// put stores p with its event.
func put(tx store.Tx, p *policy.Policy, what event.Type) (out ApiAtlasResourcePolicyView, err error) {
	p.Updated = stamp(tx)
	err = policy.Policies.Put(tx, p)
	if _, taken := store.Duplicate(err); taken {
		err = nameTaken.With()
	}
	if err != nil {
		return out, err
	}
	return toWire(p), event.Write(tx, event.InOrg(what, p.OrgID))
}

func stamp(tx store.Tx) policy.Stamp {
	who := authz.From(tx.Context())
	return policy.Stamp{ID: who.ID, Name: who.Name, At: tx.Now()}
}

// nonCompliant holds what there is in the projects that the caller can read against the policies.
func (s *Service) nonCompliant(tx store.Tx, in listIn) ([]ApiAtlasNonCompliantResourceView, error) {
	out := []ApiAtlasNonCompliantResourceView{}
	policies, err := policy.Policies.List(tx, policy.Of(in.OrgID))
	if err != nil || len(policies) == 0 {
		return out, err
	}
	projects, err := state.ReadableProjects(tx, authz.From(tx.Context()), in.OrgID)
	if err != nil {
		return out, err
	}
	for _, p := range projects {
		found := findings{policies: policies, project: p}
		for _, h := range s.Holders {
			subjects, err := h.PolicySubjects(tx, p.ID)
			if err != nil {
				return out, err
			}
			for _, sub := range subjects {
				found.add(sub)
			}
		}
		out = append(out, found.list...)
	}
	return out, nil
}

// findings are what does not comply in a project.
type findings struct {
	policies []*policy.Policy
	project  *model.Project
	list     []ApiAtlasNonCompliantResourceView
}

func (f *findings) add(s policy.Subject) {
	for _, by := range policy.Forbidding(f.policies, s) {
		about := ApiAtlasResourcePolicyMetadataView{ResourcePolicyID: by.Policy.ID, ResourcePolicyName: by.Policy.Name}
		for _, id := range by.Statements {
			about.PoliciesCausingNonCompliance = append(about.PoliciesCausingNonCompliance, ApiAtlasPolicyMetadataView{PolicyID: id})
		}
		at := f.of(s)
		at.ResourcePoliciesCausingNonCompliance = append(at.ResourcePoliciesCausingNonCompliance, about)
	}
}

// of is the entry of a subject's project or cluster.
func (f *findings) of(s policy.Subject) *ApiAtlasNonCompliantResourceView {
	w := ApiAtlasNonCompliantResourceView{OrgID: f.project.OrgID, ResourceID: f.project.ID, ResourceName: f.project.Name, ResourceType: "PROJECT"}
	if s.Cluster != nil {
		w.ResourceID, w.ResourceName, w.ResourceType = s.Cluster.ID, s.Cluster.Name, "CLUSTER"
	}
	for i := range f.list {
		if f.list[i].ResourceID == w.ResourceID {
			return &f.list[i]
		}
	}
	f.list = append(f.list, w)
	return &f.list[len(f.list)-1]
}

// OnOrgDelete deletes the policies of an organization that is being deleted.
func (s *Service) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	return policy.Policies.DeleteAll(tx, policy.Of(orgID))
}

// Tables are the family's tables.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{policy.Policies.Schema()} }
