package cluster_test

import (
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestSDK creates, reads, changes and removes a cluster with MongoDB's Go SDK.
func TestSDK(t *testing.T) {
	srv := apitest.Start(t)
	api := srv.SDK().ClustersApi
	ctx := t.Context()
	_, _, err := api.CreateCluster(ctx, srv.ProjectID, &admin.ClusterDescription20240805{
		Name: admin.PtrString("alpha"), ClusterType: admin.PtrString("REPLICASET"),
		ReplicationSpecs: &[]admin.ReplicationSpec20240805{{RegionConfigs: &[]admin.CloudRegionConfig20240805{{
			ProviderName: admin.PtrString("AZURE"), RegionName: admin.PtrString("EUROPE_NORTH"), Priority: admin.PtrInt(7),
			ElectableSpecs: &admin.HardwareSpec20240805{InstanceSize: admin.PtrString("M10"), NodeCount: admin.PtrInt(3)},
		}}}},
	}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	settle(srv)
	c, _, err := api.GetCluster(ctx, srv.ProjectID, "alpha").Execute()
	if err != nil || c.GetStateName() != "IDLE" || c.ConnectionStrings.GetStandard() == "" {
		t.Fatalf("the cluster is %v: %v", c, err)
	}
	electable := c.GetReplicationSpecs()[0].GetRegionConfigs()[0].ElectableSpecs
	if electable.GetDiskSizeGB() != 32 || electable.GetDiskIOPS() != 3500 {
		t.Errorf("at Azure, an M10 has %v GB and %v operations", electable.GetDiskSizeGB(), electable.GetDiskIOPS())
	}
	c, _, err = api.UpdateCluster(ctx, srv.ProjectID, "alpha", &admin.ClusterDescription20240805{BackupEnabled: admin.PtrBool(true)}).Execute()
	if err != nil || c.GetStateName() != "UPDATING" || !c.GetBackupEnabled() {
		t.Fatalf("the changed cluster is %v: %v", c, err)
	}
	settle(srv)
	page, _, err := api.ListClusters(ctx, srv.ProjectID).Execute()
	if err != nil || page.GetTotalCount() != 1 || len(page.GetResults()) != 1 {
		t.Fatalf("the list is %v: %v", page, err)
	}
	if _, err := api.DeleteCluster(ctx, srv.ProjectID, "alpha").Execute(); err != nil {
		t.Fatal(err)
	}
	settle(srv)
	_, _, err = api.GetCluster(ctx, srv.ProjectID, "alpha").Execute()
	if fault, ok := admin.AsError(err); !ok || fault.GetErrorCode() != "CLUSTER_NOT_FOUND" {
		t.Fatalf("a deleted cluster answers %v", err)
	}
}
