package backup

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// DiskBackupSnapshotExportBucketRequest registers a bucket that snapshots can be exported to.
type DiskBackupSnapshotExportBucketRequest struct {
	BucketName     string     `json:"bucketName,omitempty" api:"minLen=3,maxLen=63" doc:"Name of the bucket."`
	CloudProvider  string     `json:"cloudProvider" api:"required,enum=AWS|AZURE|GCP" doc:"Provider of the bucket. Telamon finds it at the service that it is configured for, whatever the provider."`
	IAMRoleID      string     `json:"iamRoleId,omitempty" api:"required,is=objectId,when=cloudProvider=AWS" doc:"Role that may write into the bucket. Kept as declared: access comes from the configuration."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	PrivateNetwork bool       `json:"requirePrivateNetworking,omitempty" api:"when=cloudProvider=AWS" doc:"Whether exports use private networks only. Kept as declared."`
	RoleID         string     `json:"roleId,omitempty" api:"required,is=objectId,when=cloudProvider=AZURE|GCP" doc:"Role that may write into the bucket. Kept as declared."`
	ServiceURL     string     `json:"serviceUrl,omitempty" api:"required,minLen=33,maxLen=2048,when=cloudProvider=AZURE" doc:"Address of the storage account. Kept as declared."`
	TenantID       string     `json:"tenantId,omitempty" api:"deprecated,format=uuid,when=cloudProvider=AZURE" doc:"Tenant of the storage account. Kept as declared."`
}

// DiskBackupSnapshotExportBucketResponse is a registered bucket.
type DiskBackupSnapshotExportBucketResponse struct {
	ID             string     `json:"_id" api:"required,is=objectId" doc:"Id of the bucket."`
	BucketName     string     `json:"bucketName" api:"required,minLen=3,maxLen=63" doc:"Name of the bucket."`
	CloudProvider  string     `json:"cloudProvider" api:"required,enum=AWS|AZURE|GCP" doc:"Provider of the bucket."`
	IAMRoleID      string     `json:"iamRoleId,omitempty" api:"required,is=objectId,when=cloudProvider=AWS" doc:"Role that may write into the bucket."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	PrivateNetwork *bool      `json:"requirePrivateNetworking,omitempty" api:"when=cloudProvider=AWS" doc:"Whether exports use private networks only."`
	Region         string     `json:"region,omitempty" api:"readonly,when=cloudProvider=AWS" doc:"Region of the bucket. Absent: Telamon does not ask for it."`
	RoleID         string     `json:"roleId,omitempty" api:"required,is=objectId,when=cloudProvider=AZURE|GCP" doc:"Role that may write into the bucket."`
	ServiceURL     string     `json:"serviceUrl,omitempty" api:"required,minLen=33,maxLen=2048,when=cloudProvider=AZURE" doc:"Address of the storage account."`
	TenantID       string     `json:"tenantId,omitempty" api:"format=uuid,when=cloudProvider=AZURE" doc:"Tenant of the storage account."`
}

// DiskBackupSnapshotAWSExportBucketRequest registers a bucket in versions before 2024-05-30, which only have buckets at
// AWS.
type DiskBackupSnapshotAWSExportBucketRequest struct {
	BucketName     string     `json:"bucketName" api:"required,minLen=3,maxLen=63" doc:"Name of the bucket."`
	CloudProvider  string     `json:"cloudProvider" api:"required,enum=AWS|AZURE|GCP" doc:"AWS."`
	IAMRoleID      string     `json:"iamRoleId" api:"required,is=objectId" doc:"Role that may write into the bucket."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	PrivateNetwork bool       `json:"requirePrivateNetworking,omitempty" doc:"Whether exports use private networks only. Kept as declared."`
}

// DiskBackupSnapshotAWSExportBucketResponse is a registered bucket at AWS, in versions before 2024-05-30.
type DiskBackupSnapshotAWSExportBucketResponse struct {
	ID             string     `json:"_id" api:"required,is=objectId" doc:"Id of the bucket."`
	BucketName     string     `json:"bucketName" api:"required,minLen=3,maxLen=63" doc:"Name of the bucket."`
	CloudProvider  string     `json:"cloudProvider" api:"required,enum=AWS|AZURE|GCP" doc:"Provider of the bucket."`
	IAMRoleID      string     `json:"iamRoleId" api:"required,is=objectId" doc:"Role that may write into the bucket."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Region         string     `json:"region,omitempty" api:"readonly" doc:"Region of the bucket. Absent: Telamon does not ask for it."`
	PrivateNetwork *bool      `json:"requirePrivateNetworking,omitempty" doc:"Whether exports use private networks only."`
}

// Buckets serves the buckets that a project's snapshots can be exported to.
type Buckets struct {
	kept.Objects[oneBucket, DiskBackupSnapshotExportBucketResponse, struct{}]
}

type bucket = kept.Object[DiskBackupSnapshotExportBucketResponse, struct{}]

var bucketTable = &store.Table[bucket]{
	Name: "export_buckets",
	ID:   func(b *bucket) string { return b.ID },
	Rev:  func(b *bucket) *int64 { return &b.Rev },
	Indexes: []store.Index[bucket]{
		{Name: "group", Key: func(b *bucket) []string { return []string{b.GroupID, state.TimeKey(b.Created)} }},
	},
}

// NewBuckets returns the buckets on st.
func NewBuckets(st store.Store) *Buckets {
	return &Buckets{kept.Objects[oneBucket, DiskBackupSnapshotExportBucketResponse, struct{}]{
		Store: st, Table: bucketTable, BeforeDelete: forgetBucket,
		Show: kept.WithID(func(w *DiskBackupSnapshotExportBucketResponse, id model.ID) { w.ID = id }),
		Events: func(*bucket) kept.Events {
			return kept.Events{Created: "BUCKET_CREATED_AUDIT", Deleted: "BUCKET_DELETED_AUDIT"}
		},
	}}
}

type oneBucket struct {
	api.InGroup
	ExportBucketID string `path:"exportBucketId" api:"is=objectId" doc:"Id of the bucket."`
}

// RowID is the id of the bucket's row.
func (in oneBucket) RowID() (string, error) {
	return in.ExportBucketID, fault.ResourceNotFound.With("export bucket " + in.ExportBucketID)
}

// forgetBucket takes a bucket that is being deleted out of the schedules that export to it.
func forgetBucket(tx store.Tx, b *bucket) error {
	clusters, err := state.ClustersOf(tx, b.GroupID, false)
	if err != nil {
		return err
	}
	for _, c := range clusters {
		s, err := scheduleOf(tx, c)
		if err != nil {
			return err
		}
		if s.Is.Export == nil || s.Is.Export.ExportBucketID != b.ID {
			continue
		}
		s.Is.Export, s.Is.AutoExportEnabled = nil, false
		if err := Schedules.Put(tx, s); err != nil {
			return err
		}
	}
	return nil
}

func (s *Buckets) create(tx store.Tx, in kept.CreateIn[DiskBackupSnapshotExportBucketRequest]) (out DiskBackupSnapshotExportBucketResponse, err error) {
	w := in.Body
	if w.BucketName == "" {
		return out, fault.Field("bucketName", "is required: a bucket is found by its name")
	}
	b := DiskBackupSnapshotExportBucketResponse{
		BucketName: w.BucketName, CloudProvider: w.CloudProvider, IAMRoleID: w.IAMRoleID, RoleID: w.RoleID, ServiceURL: w.ServiceURL, TenantID: w.TenantID,
	}
	if w.CloudProvider == "AWS" {
		b.PrivateNetwork = &w.PrivateNetwork
	}
	return s.Add(tx, &bucket{GroupID: in.GroupID, Value: b})
}

// The same operations before 2024-05-30, in the shape of buckets at AWS. They show buckets of other providers, too.

func (s *Buckets) createAWS(tx store.Tx, in kept.CreateIn[DiskBackupSnapshotAWSExportBucketRequest]) (out DiskBackupSnapshotAWSExportBucketResponse, err error) {
	w := in.Body
	if w.CloudProvider != "AWS" {
		return out, fault.Field("cloudProvider", "must be AWS before version 2024-05-30")
	}
	b, err := s.create(tx, kept.CreateIn[DiskBackupSnapshotExportBucketRequest]{InGroup: in.InGroup, Body: DiskBackupSnapshotExportBucketRequest{
		BucketName: w.BucketName, CloudProvider: w.CloudProvider, IAMRoleID: w.IAMRoleID, PrivateNetwork: w.PrivateNetwork,
	}})
	return b.aws(), err
}

func (s *Buckets) getAWS(tx store.Tx, in oneBucket) (DiskBackupSnapshotAWSExportBucketResponse, error) {
	b, err := s.Get(tx, in)
	return b.aws(), err
}

func (s *Buckets) listAWS(tx store.Tx, in kept.ListIn) (page api.Page[DiskBackupSnapshotAWSExportBucketResponse], err error) {
	all, err := s.List(tx, in)
	page.TotalCount = all.TotalCount
	for _, b := range all.Results {
		page.Results = append(page.Results, b.aws())
	}
	return page, err
}

// aws is the bucket in the shape of one at AWS. Of a bucket elsewhere, iamRoleId has the id of its role.
func (w DiskBackupSnapshotExportBucketResponse) aws() DiskBackupSnapshotAWSExportBucketResponse {
	role := w.IAMRoleID + w.RoleID
	return DiskBackupSnapshotAWSExportBucketResponse{ID: w.ID, BucketName: w.BucketName, CloudProvider: w.CloudProvider, IAMRoleID: role, PrivateNetwork: w.PrivateNetwork}
}

// UpdateRequirePrivateNetworkingRequestView changes which networks exports use.
type UpdateRequirePrivateNetworkingRequestView struct {
	PrivateNetwork bool `json:"requirePrivateNetworking" api:"required" doc:"Whether exports use private networks only. Kept as declared."`
}

type updateBucketIn struct {
	oneBucket
	Body UpdateRequirePrivateNetworkingRequestView
}

func (s *Buckets) update(tx store.Tx, in updateBucketIn) (out DiskBackupSnapshotAWSExportBucketResponse, err error) {
	b, err := s.Update(tx, in.oneBucket, func(b *bucket) error {
		if b.Value.CloudProvider != "AWS" {
			return fault.Field("requirePrivateNetworking", "is for buckets at AWS")
		}
		b.Value.PrivateNetwork = &in.Body.PrivateNetwork
		return nil
	})
	return b.aws(), err
}
