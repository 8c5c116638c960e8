package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Schedule is a cluster's schedule in stored form, once it has been changed.
type Schedule struct {
	ClusterID model.ID                           `json:"clusterId"`
	Is        DiskBackupSnapshotSchedule20240805 `json:"is"`
	Rev       int64                              `json:"-"`
}

// Schedules, by their cluster.
var Schedules = &store.Table[Schedule]{
	Name: "backup_schedules",
	ID:   func(s *Schedule) string { return s.ClusterID },
	Rev:  func(s *Schedule) *int64 { return &s.Rev },
}

// usual is the schedule of a cluster whose owner has said nothing, as the service has it. Its ids are always the same.
func usual(c *model.Cluster) (s DiskBackupSnapshotSchedule20240805) {
	id := func(what string) model.ID {
		sum := sha256.Sum256([]byte(c.ID + what))
		return hex.EncodeToString(sum[:12])
	}
	hour, minute := c.Created.UTC().Hour(), c.Created.UTC().Minute()
	s.ReferenceHour, s.ReferenceMinute, s.RestoreWindowDays = &hour, &minute, api.Ptr(7)
	s.CopySettings = []DiskBackupCopySetting20240805{}
	s.Policies = []SchedulePolicy{{ID: id("policy"), PolicyItems: []PolicyItem{
		{6, "hourly", id("hourly"), "days", 7}, {1, "daily", id("daily"), "days", 7}, {6, "weekly", id("weekly"), "weeks", 4},
		{40, "monthly", id("monthly"), "months", 12}, {12, "yearly", id("yearly"), "years", 1},
	}}}
	return s
}

// showSchedule writes a schedule in a version's shape.
func showSchedule[W any, P scheduleShape[W]](s *Schedule, c *model.Cluster) (w W) {
	group := "/groups/" + c.GroupID
	is := s.Is
	is.ClusterID, is.ClusterName = c.ID, c.Name
	is.Links = append(api.Self(group+"/clusters/"+c.Name+"/backup/schedule"), api.Link{Href: api.Prefix + group, Rel: relation + "group"})
	P(&w).show(is, c)
	return w
}

type scheduleIn struct{ api.InCluster }

// find returns the cluster that in names and its schedule, stored or not.
func (in scheduleIn) find(tx store.Tx) (*Schedule, *model.Cluster, error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return nil, nil, err
	}
	s, err := Schedules.Get(tx, c.ID)
	if store.IsNotFound(err) {
		return &Schedule{ClusterID: c.ID, Is: usual(c)}, c, nil
	}
	return s, c, err
}

func getSchedule[W any, P scheduleShape[W]](tx store.Tx, in scheduleIn) (out W, err error) {
	s, c, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return showSchedule[W, P](s, c), nil
}

type updateScheduleIn[W any] struct {
	scheduleIn
	Body api.Patch[W]
}

func updateSchedule[W any, P scheduleShape[W]](tx store.Tx, in updateScheduleIn[W]) (out W, err error) {
	return changeSchedule[W, P](tx, in.scheduleIn, func(s *Schedule, c *model.Cluster) error {
		body, err := in.Body.Apply(showSchedule[W, P](s, c))
		if err != nil {
			return err
		}
		next := P(&body).read(c)
		next.forget()
		if err := next.check(c, s.Is.Policies[0].ID); err != nil {
			return err
		}
		next.keepIDs(s.Is.Policies[0])
		s.Is = next
		return nil
	})
}

// deleteSchedule takes all items away; the policy and the rest stay as they are.
func deleteSchedule[W any, P scheduleShape[W]](tx store.Tx, in scheduleIn) (out W, err error) {
	return changeSchedule[W, P](tx, in, func(s *Schedule, _ *model.Cluster) error {
		s.Is.Policies = []SchedulePolicy{{ID: s.Is.Policies[0].ID, PolicyItems: []PolicyItem{}}}
		return nil
	})
}

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
		return showSchedule[W, P](s, c), err
	}
	if err := Schedules.Put(tx, s); err != nil {
		return out, err
	}
	return showSchedule[W, P](s, c), write(tx, c.GroupID, c.Name, "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT")
}

// forget drops what is not kept: orders about snapshots and copies, and what is of the answer.
func (w *DiskBackupSnapshotSchedule20240805) forget() {
	w.DeleteCopiedBackups, w.DeleteCopySnapshots, w.DeleteSnapshots, w.UpdateCopySnapshots, w.UpdateSnapshots = nil, nil, nil, nil, nil
	w.ClusterID, w.ClusterName, w.Links = "", "", nil
}

// intervals are the intervals that a rhythm can have: from 1 to the number, beside those that are listed.
var intervals = map[string]struct {
	to   int
	also []int
}{"hourly": {2, []int{4, 6, 8, 12}}, "daily": {1, nil}, "weekly": {7, nil}, "monthly": {28, []int{40}}, "yearly": {12, nil}}

// check holds a schedule against the rules of schedules. id is that of the cluster's policy.
func (w *DiskBackupSnapshotSchedule20240805) check(c *model.Cluster, id model.ID) error {
	var bad fault.Problems
	if len(w.Policies) != 1 || w.Policies[0].ID != "" && w.Policies[0].ID != id {
		bad.Add("policies", "must be the cluster's policy")
		return bad.Err()
	}
	w.Policies[0].ID = id
	seen := map[string]bool{}
	for i, item := range w.Policies[0].PolicyItems {
		field := func(name string) string { return fmt.Sprintf("policies[0].policyItems[%d].%s", i, name) }
		n, known := intervals[item.FrequencyType]
		switch rhythm := item.FrequencyType; {
		case !known:
			bad.Add(field("frequencyType"), "must be hourly, daily, weekly, monthly or yearly")
		case (item.FrequencyInterval < 1 || item.FrequencyInterval > n.to) && !slices.Contains(n.also, item.FrequencyInterval):
			bad.Add(field("frequencyInterval"), "is not one that the rhythm has")
		case seen[rhythm] && (rhythm == "hourly" || rhythm == "daily"):
			bad.Add(field("frequencyType"), "is there already")
		}
		seen[item.FrequencyType] = true
	}
	for i, s := range w.CopySettings {
		if !slices.ContainsFunc(c.Declared.Zones, func(z model.Zone) bool { return z.ZoneID == s.ZoneID }) {
			bad.Add(fmt.Sprintf("copySettings[%d]", i), "must be of a zone of the cluster")
		}
	}
	if w.AutoExportEnabled || w.Export != nil && w.Export.ExportBucketID != "" {
		bad.Add("export", "is not there yet: Telamon has no export buckets")
	}
	return bad.Err()
}

// keepIDs gives the items the ids that items of their rhythms had, in their order, or new ones.
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
