package backup

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Policy is a project's compliance policy in stored form.
type Policy struct {
	GroupID model.ID               `json:"groupId"`
	Is      BackupCompliancePolicy `json:"is"`
	Rev     int64                  `json:"-"`
}

// Policies, by their project.
var Policies = &store.Table[Policy]{
	Name: "backup_compliance_policies",
	ID:   func(p *Policy) string { return p.GroupID },
	Rev:  func(p *Policy) *int64 { return &p.Rev },
}

// policyOf is a project's policy; nil if it has none.
func policyOf(tx store.Tx, groupID model.ID) (*Policy, error) {
	p, err := Policies.Get(tx, groupID)
	if store.IsNotFound(err) {
		return nil, nil
	}
	return p, err
}

type policyIn struct{ api.InGroup }

func getPolicy(tx store.Tx, in policyIn) (out BackupCompliancePolicy, err error) {
	p, err := policyOf(tx, in.GroupID)
	if p == nil || err != nil {
		return out, err
	}
	return p.Is, nil
}

type putPolicyIn[W policyShape] struct {
	api.InGroup
	Overwrite bool `query:"overwriteBackupPolicies" api:"default=true" doc:"Whether schedules that do not meet the policy are changed so that they do. Otherwise such a schedule makes the request fail."`
	Body      W
}

// putPolicy declares a policy, or strengthens the one that there is. It is ENABLING or UPDATING for a moment.
func putPolicy[W policyShape](s *Service) func(store.Tx, putPolicyIn[W]) (W, error) {
	return func(tx store.Tx, in putPolicyIn[W]) (out W, err error) {
		before, err := policyOf(tx, in.GroupID)
		if err != nil {
			return out, err
		}
		p := &Policy{GroupID: in.GroupID}
		what := event.Type("CPS_DATA_PROTECTION_ENABLE_REQUESTED")
		p.Is = BackupCompliancePolicy(in.Body)
		p.Is.State = "ENABLING"
		if before != nil {
			p.Rev, p.Is.State, what = before.Rev, "UPDATING", "CPS_DATA_PROTECTION_UPDATE_REQUESTED"
		}
		p.complete(tx)
		if err := p.check(before); err != nil {
			return out, err
		}
		if err := p.impose(tx, in.Overwrite); err != nil {
			return out, err
		}
		if err := Policies.Put(tx, p); err != nil {
			return out, err
		}
		if err := reconcile.Schedule(tx, ComplianceKind, p.GroupID, "", tx.Now().Add(s.MinDuration)); err != nil {
			return out, err
		}
		return W(p.Is), event.WriteInProject(tx, in.GroupID, what)
	}
}

// complete fills in what a request leaves out, and what only the server sets.
func (p *Policy) complete(tx store.Tx) {
	w := &p.Is
	for _, b := range []**bool{&w.CopyProtection, &w.Encryption, &w.PointInTime} {
		*b = api.Ptr(api.Or(*b, false))
	}
	w.Deletable, w.RestoreWindow, w.ProjectID = new(bool), api.Ptr(api.Or(w.RestoreWindow, 0)), p.GroupID
	w.UpdatedDate, w.UpdatedUser = api.Time{Time: tx.Now()}, authz.From(tx.Context()).Name
	if w.Scheduled == nil {
		w.Scheduled = []BackupComplianceScheduledPolicyItem{}
	}
}

// disablePolicy refuses: whoever could delete the policy could delete what it protects.
func disablePolicy(tx store.Tx, in policyIn) (none api.None, err error) {
	p, err := policyOf(tx, in.GroupID)
	if err == nil && p == nil {
		return none, fault.ResourceNotFound.With("backup compliance policy of project " + in.GroupID)
	}
	if err == nil {
		err = complianceForbids.With("disabling the policy")
	}
	return none, err
}

// ComplianceKind is the work of a changed policy, which becomes ACTIVE; its key is the project's id.
const ComplianceKind reconcile.Kind = "backup compliance"

// Complying does the work of policies.
type Complying struct{ *Service }

// Reconcile makes a policy ACTIVE that has been ENABLING or UPDATING for long enough.
func (c Complying) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	err = c.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		p, err := Policies.Get(tx, key)
		if err != nil || p.Is.State == "ACTIVE" {
			return store.IfMissing(err, nil)
		}
		if at := p.Is.UpdatedDate.Add(c.MinDuration); tx.Now().Before(at) {
			again = at
			return nil
		}
		what := event.Type("CPS_DATA_PROTECTION_ENABLED")
		if p.Is.State == "UPDATING" {
			what = "CPS_DATA_PROTECTION_UPDATED"
		}
		p.Is.State = "ACTIVE"
		if err := Policies.Put(tx, p); err != nil {
			return err
		}
		return event.WriteInProject(tx, p.GroupID, what)
	})
	return again, err
}

// GiveUp keeps the work: what is in the way may go away.
func (Complying) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// OnProjectDelete removes the project's policy, and the snapshots that have outlived their clusters. The clusters are gone
// already.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return errors.Join(Policies.DeleteAll(tx, store.Query{IDs: []string{groupID}}), dropAll(tx, store.Query{Index: "name", Prefix: []string{groupID}}))
}

// impose checks the schedules of the project's clusters against the policy. With overwrite, it changes those that do not
// meet it.
func (p *Policy) impose(tx store.Tx, overwrite bool) error {
	clusters, err := state.ClustersOf(tx, p.GroupID, false)
	if err != nil {
		return err
	}
	for _, c := range clusters {
		if c.Declared.Shared() {
			continue
		}
		s, err := scheduleOf(tx, c)
		if err != nil {
			return err
		}
		if p.met(&s.Is) == nil {
			continue
		}
		if !overwrite {
			return complianceUnmet.With("the schedule of cluster " + c.Name)
		}
		p.raise(&s.Is)
		s.Last = tx.Now()
		if err := Schedules.Put(tx, s); err != nil {
			return err
		}
		if err := reconcile.Schedule(tx, ScheduleKind, c.ID, c.Node, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}
