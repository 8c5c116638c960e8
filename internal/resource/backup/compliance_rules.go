package backup

import (
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// check checks a policy against the rules of policies, and against the one that it replaces: a policy may only become
// stronger.
func (p *Policy) check(before *Policy) error {
	var bad fault.Problems
	w := &p.Is
	checkItems(&bad, "scheduledPolicyItems", p.items())
	within(&bad, "restoreWindowDays", w.RestoreWindow, 0, longestRetention)
	if w.OnDemand != nil {
		checkRetention(&bad, "onDemandPolicyItem.", retention{w.OnDemand.RetentionUnit, w.OnDemand.RetentionValue})
	}
	if err := bad.Err(); err != nil {
		return err
	}
	p.keepIDs(before)
	if before == nil {
		return nil
	}
	was := &before.Is
	switch {
	case *was.CopyProtection && !*w.CopyProtection, *was.Encryption && !*w.Encryption, *was.PointInTime && !*w.PointInTime:
		return complianceForbids.With("switching off a protection")
	case *w.RestoreWindow < *was.RestoreWindow:
		return complianceForbids.With("a shorter restore window")
	case was.OnDemand != nil && (w.OnDemand == nil || p.onDemand().shorter(before.onDemand())):
		return complianceForbids.With("a shorter retention of snapshots on demand")
	}
	for _, item := range before.items() {
		if !meets(p.items(), item) {
			return complianceForbids.With("fewer snapshots, or a shorter retention")
		}
	}
	return nil
}

// items are the policy's items in the form that schedules have.
func (p *Policy) items() (all []PolicyItem) {
	for _, item := range p.Is.Scheduled {
		all = append(all, PolicyItem(item))
	}
	return all
}

func (p *Policy) onDemand() retention {
	if p == nil || p.Is.OnDemand == nil {
		return retention{}
	}
	return retention{p.Is.OnDemand.RetentionUnit, p.Is.OnDemand.RetentionValue}
}

// keepIDs gives the items the ids that they have in the policy before.
func (p *Policy) keepIDs(before *Policy) {
	next := DiskBackupSnapshotSchedule20240805{schedule: schedule{Policies: []SchedulePolicy{{PolicyItems: p.items()}}}}
	if before == nil {
		before = new(Policy)
	}
	next.keepIDs(SchedulePolicy{PolicyItems: before.items()})
	for i, item := range next.Policies[0].PolicyItems {
		p.Is.Scheduled[i].ID = item.ID
	}
	if w := p.Is.OnDemand; w != nil {
		w.ID = model.NewID()
		if before.Is.OnDemand != nil {
			w.ID = before.Is.OnDemand.ID
		}
	}
}

// shorter reports whether k is a shorter time than other.
func (k retention) shorter(other retention) bool {
	t := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	return k.after(t).Before(other.after(t))
}

// meets reports whether one of items has snapshots taken at least as often as want demands, and kept at least as long.
func meets(items []PolicyItem, want PolicyItem) bool {
	return slices.ContainsFunc(items, func(i PolicyItem) bool {
		often := i.FrequencyInterval == want.FrequencyInterval || want.FrequencyType == "hourly" && i.FrequencyInterval < want.FrequencyInterval
		return i.FrequencyType == want.FrequencyType && often && !i.kept().shorter(want.kept())
	})
}

// met returns an error that says what of a schedule does not meet the policy. If p is nil, every schedule does.
func (p *Policy) met(s *DiskBackupSnapshotSchedule20240805) error {
	if p == nil {
		return nil
	}
	for _, item := range p.items() {
		if !meets(s.Policies[0].PolicyItems, item) {
			return complianceUnmet.With(fmt.Sprintf("the schedule's %s item", item.FrequencyType))
		}
	}
	if api.Or(s.RestoreWindowDays, 0) < *p.Is.RestoreWindow {
		return complianceUnmet.With("restoreWindowDays")
	}
	return nil
}

// raise makes a schedule meet the policy: it adds the items that the schedule lacks, or puts them in place of weaker ones.
func (p *Policy) raise(s *DiskBackupSnapshotSchedule20240805) {
	policy := SchedulePolicy{ID: s.Policies[0].ID, PolicyItems: slices.Clone(s.Policies[0].PolicyItems)}
	for _, want := range p.items() {
		if meets(policy.PolicyItems, want) {
			continue
		}
		want.ID = model.NewID()
		weaker := slices.IndexFunc(policy.PolicyItems, func(i PolicyItem) bool {
			return i.FrequencyType == want.FrequencyType && (i.FrequencyInterval == want.FrequencyInterval || i.FrequencyType == "hourly")
		})
		if weaker < 0 {
			policy.PolicyItems = append(policy.PolicyItems, want)
			continue
		}
		want.ID = policy.PolicyItems[weaker].ID
		policy.PolicyItems[weaker] = want
	}
	s.Policies = []SchedulePolicy{policy}
	s.RestoreWindowDays = api.Ptr(max(api.Or(s.RestoreWindowDays, 0), *p.Is.RestoreWindow))
}

// forbidden refuses what the project's policy forbids: a schedule that does not meet it, and, if drop is set, the deletion
// of snapshots.
func forbidden(tx store.Tx, c *model.Cluster, s *DiskBackupSnapshotSchedule20240805, drop bool) error {
	p, err := policyOf(tx, c.GroupID)
	if err == nil && p != nil && drop {
		err = complianceForbids.With("deleting snapshots")
	}
	if err != nil {
		return err
	}
	return p.met(s)
}

// protected refuses to make a snapshot expire earlier, at end, or to delete it (end is zero), if the project has a policy.
func (s *Snapshot) protected(tx store.Tx, end time.Time) error {
	p, err := policyOf(tx, s.GroupID)
	switch {
	case err != nil || p == nil || !end.Before(s.Expires):
		return err
	case end.IsZero():
		return complianceForbids.With("deleting snapshots")
	}
	return complianceForbids.With("a shorter retention of a snapshot")
}
