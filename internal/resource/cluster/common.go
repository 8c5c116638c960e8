package cluster

import (
	"cmp"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// none is shown in place of a keeper of keys or a role where there is none.
const none = "NONE"

// unset stands for a number that the request does not name; complete puts a default in its place.
const unset = -1

// oneShard refuses a number of shards other than 1.
func (p *problems) oneShard(field string, shards *int) {
	if api.Or(shards, 1) != 1 {
		p.Add(field, "must be 1: Telamon has no sharded clusters so far")
	}
}

// set changes a field that the request names.
func set[T any](member *T, named *T) {
	if named != nil {
		*member = *named
	}
}

// setList is set for lists; an empty one clears.
func setList[T any](member *[]T, named []T) {
	if named != nil {
		*member = append([]T(nil), named...)
	}
}

// declare changes what the body names, and adds to bad what Telamon does not have.
func (w *common) declare(d *model.Declared, bad *problems) {
	w.refuse(d, bad)
	d.DiskWarming = cmp.Or(w.DiskWarmingMode, d.DiskWarming)
	d.ScalingStrategy = cmp.Or(w.ScalingStrategy, d.ScalingStrategy)
	d.ReleaseSystem = cmp.Or(w.VersionReleaseSystem, d.ReleaseSystem)
	set(&d.Paused, w.Paused)
	set(&d.PointInTime, w.PITEnabled)
	set(&d.TerminationProtection, w.TerminationProtection)
	if w.EncryptionAtRest != "" {
		d.EncryptionAtRest = strings.TrimSuffix(w.EncryptionAtRest, none)
	}
	if w.BIConnector != nil {
		set(&d.BIConnector, w.BIConnector.Enabled)
		d.BIReadPreference = cmp.Or(w.BIConnector.ReadPreference, d.BIReadPreference)
	}
	d.MajorVersion = cmp.Or(w.MajorVersion, d.MajorVersion)
	if a := w.AdvancedConfiguration; a != nil {
		a.declare(d)
	}
	if w.Tags != nil {
		tags, err := shape.Tags("tags", w.Tags)
		bad.AddAll(err)
		d.Tags = tags
	}
	if w.Labels != nil {
		d.Labels = nil
		for _, l := range w.Labels {
			d.Labels = append(d.Labels, model.Tag(l))
		}
	}
}

func (w *AdvancedConfiguration) declare(d *model.Declared) {
	d.Advanced.MinimumTLS = cmp.Or(w.MinimumTLS, d.Advanced.MinimumTLS)
	d.Advanced.CipherMode = cmp.Or(w.CipherMode, d.Advanced.CipherMode)
	setList(&d.Advanced.Ciphers12, w.Ciphers12)
	setList(&d.Advanced.Ciphers13, w.Ciphers13)
}

// isReadPreference reports whether s is empty or names nodes that BI tools may read from. The OpenAPI document has the
// names in capitals, the service answers in small letters: both are kept as they come.
func isReadPreference(s string) bool {
	return s == "" || slices.Contains([]string{"primary", "secondary", "analytics"}, strings.ToLower(s))
}

// refuse adds to bad what would change how a cluster behaves, which Telamon does not have.
func (w *common) refuse(d *model.Declared, bad *problems) {
	for _, r := range []struct {
		field   string
		asked   bool
		problem string
	}{
		{"acceptDataRisksAndForceReplicaSetReconfig", w.AcceptDataRisks != nil, "is not accepted: the members share one copy of the data, so that no reconfiguration can lose any"},
		{"biConnector.readPreference", w.BIConnector != nil && !isReadPreference(w.BIConnector.ReadPreference), "must be primary, secondary or analytics"},
		{"clusterType", cmp.Or(w.ClusterType, d.Type) != d.Type, "must be REPLICASET: Telamon has no sharded clusters so far"},
		{"configServerManagementMode", cmp.Or(w.ConfigServerManagement, "ATLAS_MANAGED") != "ATLAS_MANAGED", "is for sharded clusters, which Telamon does not have so far"},
		{"globalClusterSelfManagedSharding", api.Or(w.GlobalSelfManaged, false), "is for global clusters, which Telamon does not have so far"},
		{"mongoDBMajorVersion", !slices.Contains(model.MajorVersions, cmp.Or(w.MajorVersion, d.MajorVersion)), "must be one of " + strings.Join(model.MajorVersions, ", ")},
	} {
		if r.asked {
			bad.Add(r.field, "%s", r.problem)
		}
	}
}

// view is a cluster and what is known of it beyond its row.
type view struct {
	cluster *model.Cluster
	version string // that its database says it is
}

// show writes the fields that every version has.
func (w *common) show(v view) {
	c, d := v.cluster, &v.cluster.Declared
	path := "/groups/" + c.GroupID + "/clusters/" + c.Name
	*w = common{
		BIConnector: &BIConnector{Enabled: &d.BIConnector, ReadPreference: d.BIReadPreference}, ClusterType: d.Type,
		ConnectionStrings: connectionStrings(c), CreateDate: api.Time{Time: c.Created},
		DiskWarmingMode: d.DiskWarming, EncryptionAtRest: cmp.Or(d.EncryptionAtRest, none), EmployeeAccess: grant(c.Access), FCV: c.FCV(), FCVExpiry: api.Time{Time: c.Pinned.Expires}, GlobalSelfManaged: new(bool), GroupID: c.GroupID, ID: c.ID,
		Labels: []shape.ComponentLabel{}, MajorVersion: d.MajorVersion, Version: v.version, Name: c.Name, Paused: &d.Paused, PITEnabled: &d.PointInTime,
		ScalingStrategy: d.ScalingStrategy, RootCertType: "ISRGROOTX1", StateName: string(c.State),
		Tags: append([]shape.ResourceTag{}, shape.ResourceTags(d.Tags)...), TerminationProtection: &d.TerminationProtection, VersionReleaseSystem: d.ReleaseSystem,
		Links: []api.Link{
			{Href: api.Prefix + path, Rel: "self"},
			{Href: api.Prefix + path + "/backup/restoreJobs", Rel: "https://cloud.mongodb.com/restoreJobs"},
			{Href: api.Prefix + path + "/backup/snapshots", Rel: "https://cloud.mongodb.com/snapshots"},
		},
	}
	for _, l := range d.Labels {
		w.Labels = append(w.Labels, shape.ComponentLabel(l))
	}
	if !d.Shared() {
		w.AdvancedConfiguration = &AdvancedConfiguration{
			Ciphers12: append([]string{}, d.Advanced.Ciphers12...), Ciphers13: append([]string{}, d.Advanced.Ciphers13...),
			MinimumTLS: d.Advanced.MinimumTLS, CipherMode: d.Advanced.CipherMode,
		}
	}
}

// declareZones replaces the zones of d. Zones and their disks keep what the body does not name.
func declareZones(d *model.Declared, zones []model.Zone, bad *problems) {
	if len(zones) != 1 {
		bad.Add("replicationSpecs", "must have exactly one item: the cluster is a replica set")
	}
	had, disk := d.Zones, diskOf(d)
	d.Zones = nil
	for i, told := range zones {
		z := model.NewZone()
		if i < len(had) {
			z = had[i]
		}
		z.Name, z.Regions = cmp.Or(told.Name, z.Name), told.Regions
		complete(z.Regions, disk)
		d.Zones = append(d.Zones, z)
	}
}

// diskOf is the size of the disks of a cluster, 0 if it has no nodes yet.
func diskOf(d *model.Declared) float64 {
	for _, z := range d.Zones {
		for _, r := range z.Regions {
			return r.Electable.DiskGB
		}
	}
	return 0
}

// setDisk gives all nodes disks of one size: gb, or the least that all their providers have if that is more. A free
// cluster's disk keeps its size.
func setDisk(d *model.Declared, gb float64) {
	for _, z := range d.Zones {
		for _, r := range z.Regions {
			gb = roomy(r.Provider, gb)
		}
		for i := range z.Regions {
			if z.Regions[i].Provider == model.Tenant {
				continue
			}
			for _, h := range hardwareOf(&z.Regions[i]) {
				h.DiskGB = gb
			}
		}
	}
}

func hardwareOf(r *model.Region) []*model.Hardware {
	return []*model.Hardware{&r.Electable, &r.ReadOnly, &r.Analytics}
}

func connectionStrings(c *model.Cluster) *ConnectionStrings {
	s := c.ConnectionStrings()
	return &ConnectionStrings{Standard: s.Standard, StandardSRV: s.StandardSRV, Private: s.Private, PrivateSRV: s.PrivateSRV}
}
