// Package policy holds changes against the resource policies of an organization: statements in Cedar that forbid what
// clusters, access lists and connections of its projects may be. Families ask Check in the transaction of a change, after
// they have written it, so what a policy sees is the state that the change makes, whatever else happens at the same time.
//
// The vocabulary of policies, vocabulary.cedarschema, is that of MongoDB's documentation ("Atlas Resource Policies").
package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Policy is a resource policy of an organization: statements under one name.
type Policy struct {
	ID          model.ID    `json:"id"`
	OrgID       model.ID    `json:"orgId"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Statements  []Statement `json:"statements"`
	Created     Stamp       `json:"created"`
	Updated     Stamp       `json:"updated"`
	Rev         int64       `json:"-"`
}

// Statement is one Cedar statement.
type Statement struct {
	ID   model.ID `json:"id"`
	Body string   `json:"body"`
}

// Stamp says who did something, and when.
type Stamp struct {
	ID   string    `json:"id,omitempty"`
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at"`
}

// Policies: names are unique in an organization.
var Policies = &store.Table[Policy]{
	Name: "resource_policies",
	ID:   func(p *Policy) string { return p.ID },
	Rev:  func(p *Policy) *int64 { return &p.Rev },
	Indexes: []store.Index[Policy]{
		{Name: "org", Key: func(p *Policy) []string { return []string{p.OrgID, state.TimeKey(p.Created.At)} }},
		{Name: "name", Unique: true, Key: func(p *Policy) []string { return []string{p.OrgID, p.Name} }},
	},
}

// Of selects the policies of an organization, oldest first.
func Of(orgID model.ID) store.Query { return store.Query{Index: "org", Prefix: []string{orgID}} }

// Subject is what policies are held against: an action on a resource of a project, with what they may ask about it.
type Subject struct {
	Action  string // without its namespace
	GroupID model.ID
	Cluster *model.Cluster // nil: the resource is the project
	Context cedar.Record
}

// Holder is a family with objects that policies speak of.
type Holder interface {
	// PolicySubjects returns them as they are.
	PolicySubjects(tx store.Tx, groupID model.ID) ([]Subject, error)
}

// Permit is Check for everything in a project that a family has.
func Permit(tx store.Tx, groupID model.ID, of Holder) error {
	all, err := of.PolicySubjects(tx, groupID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := Check(tx, s); err != nil {
			return err
		}
	}
	return nil
}

// Check refuses what a policy of the project's organization forbids. Error: fault.PolicyViolation with the policies' names.
func Check(tx store.Tx, s Subject) error {
	p, err := state.Project(tx, s.GroupID)
	if err != nil {
		return err
	}
	all, err := Policies.List(tx, Of(p.OrgID))
	if err != nil || len(all) == 0 {
		return err
	}
	if found := Forbidding(all, s); len(found) > 0 {
		var names []string
		for _, f := range found {
			names = append(names, f.Policy.Name)
		}
		return fault.PolicyViolation.With(strings.Join(names, ", "))
	}
	return nil
}

// Finding is a policy that forbids something.
type Finding struct {
	Policy     *Policy
	Statements []model.ID // of it
}

// Forbidding returns those of an organization's policies that forbid s.
func Forbidding(policies []*Policy, s Subject) (found []Finding) {
	if len(policies) == 0 {
		return nil
	}
	entities, request := s.entities(policies[0].OrgID), s.request()
	for _, p := range policies {
		set := make(cedar.PolicyMap, len(p.Statements))
		for _, st := range p.Statements {
			if compiled, err := compile(st.Body); err == nil { // each was compiled before it was stored
				set[cedar.PolicyID(st.ID)] = compiled
			}
		}
		_, told := cedar.Authorize(set, entities, request)
		if len(told.Reasons) == 0 {
			continue
		}
		f := Finding{Policy: p}
		for _, r := range told.Reasons {
			f.Statements = append(f.Statements, string(r.PolicyID))
		}
		slices.Sort(f.Statements)
		found = append(found, f)
	}
	return found
}

const namespace = "ResourcePolicy::"

func uid(kind, id string) cedar.EntityUID {
	return cedar.NewEntityUID(cedar.EntityType(namespace+kind), cedar.String(id))
}

func (s Subject) resource() cedar.EntityUID {
	if s.Cluster != nil {
		return uid("Cluster", s.Cluster.ID)
	}
	return uid("Project", s.GroupID)
}

func (s Subject) request() cedar.Request {
	return cedar.Request{Principal: uid("CloudUser", ""), Action: uid("Action", s.Action), Resource: s.resource(), Context: s.Context}
}

// entities says where the resource is.
func (s Subject) entities(orgID model.ID) cedar.EntityMap {
	org, project := uid("Organization", orgID), uid("Project", s.GroupID)
	all := cedar.EntityMap{
		org:     {UID: org},
		project: {UID: project, Parents: cedar.NewEntityUIDSet(org)},
	}
	if s.Cluster != nil {
		all[s.resource()] = cedar.Entity{UID: s.resource(), Parents: cedar.NewEntityUIDSet(project)}
	}
	return all
}
