package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Schedule is a cluster's schedule in stored form. It has a row once it has been changed.
type Schedule struct {
	ClusterID model.ID                           `json:"clusterId"`
	Is        DiskBackupSnapshotSchedule20240805 `json:"is"`
	Last      time.Time                          `json:"last,omitzero"` // instants up to this one have been handled
	Rev       int64                              `json:"-"`
}

// Schedules, by their cluster.
var Schedules = &store.Table[Schedule]{
	Name: "backup_schedules",
	ID:   func(s *Schedule) string { return s.ClusterID },
	Rev:  func(s *Schedule) *int64 { return &s.Rev },
}

// items are the items of the schedule's policy.
func (s *Schedule) items() []PolicyItem { return s.Is.Policies[0].PolicyItems }

// reference is how long after midnight the schedule's days begin. Those of a Flex cluster begin at the time of day of its
// creation.
func (s *Schedule) reference(c *model.Cluster) time.Duration {
	if c.Flex {
		return c.Created.Sub(c.Created.Truncate(day)).Truncate(time.Second)
	}
	return time.Duration(*s.Is.ReferenceHour)*time.Hour + time.Duration(*s.Is.ReferenceMinute)*time.Minute
}

// extra is how many days longer than their items say snapshots of a frequencyType are kept.
func (s *Schedule) extra(rhythm string) (days int) {
	for _, e := range s.Is.ExtraRetention {
		if strings.EqualFold(e.FrequencyType, rhythm) {
			days = api.Or(e.RetentionDays, 0)
		}
	}
	return days
}

// usual is the schedule that a cluster has until it is changed, as on the service. The ids in it follow from the cluster's
// id.
func usual(c *model.Cluster) (s DiskBackupSnapshotSchedule20240805) {
	id := func(what string) model.ID {
		sum := sha256.Sum256([]byte(c.ID + what))
		return hex.EncodeToString(sum[:12])
	}
	hour, minute := c.Created.UTC().Hour(), c.Created.UTC().Minute()
	s.ReferenceHour, s.ReferenceMinute, s.RestoreWindowDays = &hour, &minute, api.Ptr(7)
	s.CopySettings = []DiskBackupCopySetting20240805{}
	if c.Flex {
		s.Policies = []SchedulePolicy{{ID: id("policy"), PolicyItems: []PolicyItem{{1, "daily", id("daily"), "days", 8}}}}
		return s
	}
	s.Policies = []SchedulePolicy{{ID: id("policy"), PolicyItems: []PolicyItem{
		{6, "hourly", id("hourly"), "days", 7}, {1, "daily", id("daily"), "days", 7}, {6, "weekly", id("weekly"), "weeks", 4},
		{40, "monthly", id("monthly"), "months", 12}, {12, "yearly", id("yearly"), "years", 1},
	}}}
	return s
}

// showSchedule writes a schedule in a version's shape.
func showSchedule[W any, P scheduleShape[W]](tx store.Tx, s *Schedule, c *model.Cluster) (w W) {
	group := "/groups/" + c.GroupID
	is := s.Is
	is.ClusterID, is.ClusterName, is.NextSnapshot = c.ID, c.Name, api.Time{Time: s.next(tx, c)}
	is.Links = append(api.Self(group+"/clusters/"+c.Name+"/backup/schedule"), api.Link{Href: api.Prefix + group, Rel: relation + "group"})
	P(&w).show(is, c)
	return w
}

type scheduleIn struct{ dedicated }

// find returns the cluster that in names and its schedule, stored or not.
func (in scheduleIn) find(tx store.Tx) (*Schedule, *model.Cluster, error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return nil, nil, err
	}
	s, err := scheduleOf(tx, c)
	return s, c, err
}

// scheduleOf is a cluster's schedule, stored or not.
func scheduleOf(tx store.Tx, c *model.Cluster) (*Schedule, error) {
	s, err := Schedules.Get(tx, c.ID)
	if store.IsNotFound(err) {
		return &Schedule{ClusterID: c.ID, Is: usual(c)}, nil
	}
	return s, err
}

func getSchedule[W any, P scheduleShape[W]](tx store.Tx, in scheduleIn) (out W, err error) {
	s, c, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return showSchedule[W, P](tx, s, c), nil
}

type updateScheduleIn[W any] struct {
	scheduleIn
	Body api.Patch[W]
}

func updateSchedule[W any, P scheduleShape[W]](tx store.Tx, in updateScheduleIn[W]) (out W, err error) {
	return changeSchedule[W, P](tx, in.scheduleIn, func(s *Schedule, c *model.Cluster) error {
		body, err := in.Body.Apply(showSchedule[W, P](tx, s, c))
		if err != nil {
			return err
		}
		next := P(&body).read(c)
		if err := next.check(c, s.Is.Policies[0].ID); err != nil {
			return err
		}
		if err := next.checkExport(tx, c.GroupID); err != nil {
			return err
		}
		next.keepIDs(s.Is.Policies[0])
		s.Is = next
		s.Is.forget()
		drop := api.Or(next.DeleteSnapshots, false)
		if err := forbidden(tx, c, &s.Is, drop); err != nil {
			return err
		}
		return s.follow(tx, c, api.Or(next.UpdateSnapshots, false), drop)
	})
}

// deleteSchedule removes all items; the rest of the schedule stays as it is.
func deleteSchedule[W any, P scheduleShape[W]](tx store.Tx, in scheduleIn) (out W, err error) {
	return changeSchedule[W, P](tx, in, func(s *Schedule, c *model.Cluster) error {
		s.Is.Policies = []SchedulePolicy{{ID: s.Is.Policies[0].ID, PolicyItems: []PolicyItem{}}}
		return forbidden(tx, c, &s.Is, false)
	})
}

// changeSchedule calls change with a cluster's schedule and stores it. The changed items apply from now on, not to instants
// that have passed.
func changeSchedule[W any, P scheduleShape[W]](tx store.Tx, in scheduleIn, change func(*Schedule, *model.Cluster) error) (out W, err error) {
	s, c, err := in.find(tx)
	if err == nil && c.Declared.Shared() {
		err = fault.TenantUnsupported.With(c.Name)
	}
	if err != nil {
		return out, err
	}
	before := s.Is
	if err := change(s, c); err != nil || reflect.DeepEqual(before, s.Is) {
		return showSchedule[W, P](tx, s, c), err
	}
	s.Last = tx.Now()
	if err := Schedules.Put(tx, s); err != nil {
		return out, err
	}
	if err := reconcile.Schedule(tx, ScheduleKind, c.ID, c.Node, tx.Now()); err != nil {
		return out, err
	}
	return showSchedule[W, P](tx, s, c), write(tx, c.GroupID, c.Name, "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT")
}

// forget clears the fields that are not stored: requests to change or delete snapshots and copies, and fields of the answer
// only.
func (w *DiskBackupSnapshotSchedule20240805) forget() {
	w.DeleteCopiedBackups, w.DeleteCopySnapshots, w.DeleteSnapshots, w.UpdateCopySnapshots, w.UpdateSnapshots = nil, nil, nil, nil, nil
	w.ClusterID, w.ClusterName, w.Links, w.NextSnapshot = "", "", nil, api.Time{}
}

// keepIDs gives the items the ids that items of the same frequencyType had, in their order, or new ones.
func (w *DiskBackupSnapshotSchedule20240805) keepIDs(had SchedulePolicy) {
	left := slices.Clone(had.PolicyItems)
	items := w.Policies[0].PolicyItems
	for i := range items {
		items[i].ID = model.NewID()
		at := slices.IndexFunc(left, func(old PolicyItem) bool { return old.FrequencyType == items[i].FrequencyType })
		if at >= 0 {
			items[i].ID = left[at].ID
			left = slices.Delete(left, at, at+1)
		}
	}
}
