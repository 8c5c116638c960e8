package backup

import (
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// intervals are the intervals that a frequencyType can have: from 1 to a number, and those that are listed.
var intervals = map[string]struct {
	to   int
	also []int
}{"hourly": {2, []int{4, 6, 8, 12}}, "daily": {1, nil}, "weekly": {7, nil}, "monthly": {28, []int{lastOfAll}}, "yearly": {12, nil}}

// rhythms are the values of frequencyType, the rarest last.
var rhythms = []string{"hourly", "daily", "weekly", "monthly", "yearly"}

// possible reports whether the item's frequencyType can have its interval.
func (i PolicyItem) possible() bool {
	n := intervals[i.FrequencyType]
	return i.FrequencyInterval >= 1 && i.FrequencyInterval <= n.to || slices.Contains(n.also, i.FrequencyInterval)
}

// check checks a schedule against the rules of schedules. id is that of the cluster's policy.
func (w *DiskBackupSnapshotSchedule20240805) check(c *model.Cluster, id model.ID) error {
	var bad fault.Problems
	within(&bad, "referenceHourOfDay", w.ReferenceHour, 0, 23)
	within(&bad, "referenceMinuteOfHour", w.ReferenceMinute, 0, 59)
	within(&bad, "restoreWindowDays", w.RestoreWindowDays, 1, longestRetention)
	for i, e := range w.ExtraRetention {
		within(&bad, fmt.Sprintf("extraRetentionSettings[%d].retentionDays", i), e.RetentionDays, 0, longestRetention)
	}
	for i, s := range w.CopySettings {
		if !slices.ContainsFunc(c.Declared.Zones, func(z model.Zone) bool { return z.ZoneID == s.ZoneID }) {
			bad.Add(fmt.Sprintf("copySettings[%d]", i), "must be of a zone of the cluster")
		}
		for j, item := range s.Items {
			checkRetention(&bad, fmt.Sprintf("copySettings[%d].copyPolicyItems[%d].", i, j), retention{item.RetentionUnit, item.RetentionValue})
		}
	}
	if len(w.Policies) != 1 || w.Policies[0].ID != "" && w.Policies[0].ID != id {
		bad.Add("policies", "must be the cluster's policy")
		return bad.Err()
	}
	w.Policies[0].ID = id
	checkItems(&bad, "policies[0].policyItems", w.Policies[0].PolicyItems)
	return bad.Err()
}

// checkExport refuses to export to a bucket that the project does not have.
func (w *DiskBackupSnapshotSchedule20240805) checkExport(tx store.Tx, groupID model.ID) error {
	if w.Export == nil || w.Export.ExportBucketID == "" {
		if w.AutoExportEnabled {
			return fault.Field("export.exportBucketId", "is required for automatic exports")
		}
		return nil
	}
	b, err := bucketTable.Get(tx, w.Export.ExportBucketID)
	if store.IsNotFound(err) || err == nil && b.GroupID != groupID {
		return fault.Field("export.exportBucketId", "must be a bucket of the project")
	}
	return err
}

// checkItems checks the items of a policy against the rules of policies. in is the field of the body that has them.
func checkItems(bad *fault.Problems, in string, items []PolicyItem) {
	seen := map[string]bool{}
	for i, item := range items {
		field := fmt.Sprintf("%s[%d].", in, i)
		switch rhythm := item.FrequencyType; {
		case rhythm == "ondemand":
			bad.Add(field+"frequencyType", "must be hourly, daily, weekly, monthly or yearly")
		case !item.possible():
			bad.Add(field+"frequencyInterval", "is not possible for this frequencyType")
		case seen[rhythm] && (rhythm == "hourly" || rhythm == "daily"):
			bad.Add(field+"frequencyType", "is in the list already")
		}
		checkRetention(bad, field, item.kept())
		seen[item.FrequencyType] = true
	}
}

func checkRetention(bad *fault.Problems, field string, k retention) {
	if k.value < 1 && k.unit != "" || k.tooLong() {
		bad.Add(field+"retentionValue", "must be at least 1, and at most %d days", longestRetention)
	}
}

// within checks that a number, if the body has it, is in a range.
func within(bad *fault.Problems, field string, n *int, from, to int) {
	if n != nil && (*n < from || *n > to) {
		bad.Add(field, "must be between %d and %d", from, to)
	}
}
