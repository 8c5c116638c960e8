package model

import (
	"slices"
	"strings"
)

// Declared is what a cluster's owner has asked for. Every version of the API maps from and to it.
//
// Telamon makes one database of it. Sizes bound what it may hold (see Size), regions are places of members.
// A setting that would change how it behaves, and that Telamon lacks, is refused.
type Declared struct {
	Type                  string   `json:"type"`
	Zones                 []Zone   `json:"zones"`
	MajorVersion          string   `json:"majorVersion"`
	ReleaseSystem         string   `json:"releaseSystem"`
	Backup                bool     `json:"backup,omitempty"`
	PointInTime           bool     `json:"pointInTime,omitempty"`
	ContinuousBackup      bool     `json:"continuousBackup,omitempty"` // of serverless instances
	TerminationProtection bool     `json:"terminationProtection,omitempty"`
	Paused                bool     `json:"paused,omitempty"`
	Tags                  []Tag    `json:"tags,omitempty"`
	Labels                []Tag    `json:"labels,omitempty"`
	Advanced              Advanced `json:"advanced,omitzero"`
	BIConnector           bool     `json:"biConnector,omitempty"`
	BIReadPreference      string   `json:"biReadPreference,omitempty"`
	EncryptionAtRest      string   `json:"encryptionAtRest,omitempty"` // who would keep the keys; "": nobody
	RedactLogs            bool     `json:"redactLogs,omitempty"`
	RetainBackups         bool     `json:"retainBackups,omitempty"`
	DiskWarming           string   `json:"diskWarming,omitempty"`
	ScalingStrategy       string   `json:"scalingStrategy,omitempty"`
	AdaptiveCapacity      string   `json:"adaptiveCapacity,omitempty"` // "": as the service sees fit
	FastInitialSync       bool     `json:"fastInitialSync,omitempty"`
	Process               Process  `json:"process,omitzero"`
}

// Process are parameters of a cluster's databases; nil stands for the database's default. Those about TLS are in
// Advanced.
type Process struct {
	ChangeStreamExpiry  *int     `json:"changeStreamExpiry,omitempty"` // seconds
	ChunkMigrations     *int     `json:"chunkMigrations,omitempty"`
	DefaultMaxTimeMS    *int     `json:"defaultMaxTimeMS,omitempty"`
	DefaultReadConcern  *string  `json:"defaultReadConcern,omitempty"`
	DefaultWriteConcern *string  `json:"defaultWriteConcern,omitempty"`
	FailIndexKeyTooLong *bool    `json:"failIndexKeyTooLong,omitempty"`
	JavaScript          *bool    `json:"javaScript,omitempty"`
	NoTableScan         *bool    `json:"noTableScan,omitempty"`
	OplogHours          *float64 `json:"oplogHours,omitempty"`
	OplogMB             *int     `json:"oplogMB,omitempty"`
	QueryStats          *int     `json:"queryStats,omitempty"`
	BIRefresh           *int     `json:"biRefresh,omitempty"` // seconds
	BISample            *int     `json:"biSample,omitempty"`
	TransactionLifetime *int64   `json:"transactionLifetime,omitempty"` // seconds
}

// Advanced says how clients may use TLS with a cluster.
type Advanced struct {
	MinimumTLS string   `json:"minimumTLS,omitempty"`
	CipherMode string   `json:"cipherMode,omitempty"`
	Ciphers12  []string `json:"ciphers12,omitempty"`
	Ciphers13  []string `json:"ciphers13,omitempty"`
}

// Zone is one replica set of a cluster: the API's replication spec.
type Zone struct {
	ID      ID       `json:"id"`
	ZoneID  ID       `json:"zoneId"`
	Name    string   `json:"name"`
	Regions []Region `json:"regions"`
}

// Region is the part of a replica set that is in one region.
type Region struct {
	Provider         string      `json:"provider"`
	Backing          string      `json:"backing,omitempty"` // the provider under TENANT or FLEX
	Name             string      `json:"name"`
	Priority         int         `json:"priority"` // in elections: 7 is the first, 0 is never elected
	Electable        Hardware    `json:"electable"`
	ReadOnly         Hardware    `json:"readOnly,omitzero"`
	Analytics        Hardware    `json:"analytics,omitzero"`
	Scaling          AutoScaling `json:"scaling,omitzero"`
	AnalyticsScaling AutoScaling `json:"analyticsScaling,omitzero"`
}

// Hardware is a number of nodes and what they run on.
type Hardware struct {
	Nodes      int     `json:"nodes,omitempty"`
	Size       string  `json:"size,omitempty"`
	DiskGB     float64 `json:"diskGB,omitempty"`
	IOPS       int     `json:"iops,omitempty"`
	Throughput int     `json:"throughput,omitempty"` // megabytes a second
	Volume     string  `json:"volume,omitempty"`
}

// AutoScaling says how nodes may grow and shrink by themselves.
type AutoScaling struct {
	Compute   bool   `json:"compute,omitempty"`
	ScaleDown bool   `json:"scaleDown,omitempty"`
	MinSize   string `json:"minSize,omitempty"`
	MaxSize   string `json:"maxSize,omitempty"`
	Disk      bool   `json:"disk,omitempty"`
}

// MajorVersions are the versions of MongoDB that a cluster can say it is compatible with, oldest first. One engine is
// behind all of them.
var MajorVersions = []string{"7.0", "8.0"}

// NewDeclared returns the defaults of a cluster, from which its owner's declaration starts. version is that of the
// databases, such as 8.0.4.
func NewDeclared(version string) Declared {
	return Declared{
		Type: "REPLICASET", MajorVersion: version[:strings.LastIndexByte(version, '.')], ReleaseSystem: "LTS",
		DiskWarming: "FULLY_WARMED", ScalingStrategy: "WORKLOAD_TYPE", BIReadPreference: "secondary",
		Advanced: Advanced{MinimumTLS: "TLS1_2", CipherMode: "DEFAULT"},
	}
}

// The form of every Flex cluster.
const (
	flexNodes  = 3
	flexDiskGB = 5
)

// NewFlex returns the defaults of a Flex cluster in a region of a provider.
func NewFlex(version, backing, region string) Declared {
	d, z := NewDeclared(version), NewZone()
	d.Backup, d.ContinuousBackup = true, true
	z.Regions = []Region{{
		Provider: Flex, Backing: backing, Name: region, Priority: 7,
		Electable: Hardware{Nodes: flexNodes, Size: FlexSize, DiskGB: flexDiskGB},
	}}
	d.Zones = []Zone{z}
	return d
}

// NewZone is the zone of a new cluster.
func NewZone() Zone { return Zone{ID: NewID(), ZoneID: NewID(), Name: "Zone 1"} }

// Shared reports whether the cluster shares hardware with others: whether it is a free or a Flex cluster.
func (d *Declared) Shared() bool {
	return len(d.Zones) > 0 && len(d.Zones[0].Regions) > 0 && !IsCloud(d.Zones[0].Regions[0].Provider)
}

// Cloud is the provider whose region it is.
func (r *Region) Cloud() string {
	if r.Backing != "" {
		return r.Backing
	}
	return r.Provider
}

// Clone is a copy that shares nothing with d.
func (d *Declared) Clone() Declared {
	c := *d
	c.Tags, c.Labels = slices.Clone(d.Tags), slices.Clone(d.Labels)
	c.Advanced.Ciphers12, c.Advanced.Ciphers13 = slices.Clone(d.Advanced.Ciphers12), slices.Clone(d.Advanced.Ciphers13)
	c.Zones = slices.Clone(d.Zones)
	for i := range c.Zones {
		c.Zones[i].Regions = slices.Clone(c.Zones[i].Regions)
	}
	return c
}
