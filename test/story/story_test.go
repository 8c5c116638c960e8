package story

import (
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
)

var chapters = []struct {
	name string
	tell func(*world)
}{
	{"1 a project", aProject},
	{"2 a key and its access list", aKey},
	{"3 people", people},
	{"4 a cluster and its users", aCluster},
	{"5 settings", settings},
	{"6 a serverless instance", serverless},
	{"7 a snapshot and its restore", backup},
	{"8 what happened", whatHappened},
}

func aProject(w *world) {
	group := admin.Group{
		Name: "Story", OrgId: w.boot.OrgID, Tags: &[]admin.ResourceTag{{Key: "environment", Value: "test"}},
	}
	p, _, err := w.sdk().ProjectsApi.CreateProject(w.ctx(), &group).ProjectOwnerId(w.boot.OwnerUserID).Execute()
	w.must(err)
	w.project = p.GetId()
	w.moment()

	_, _, err = w.sdk().ProjectsApi.CreateProject(w.ctx(), &group).Execute()
	w.wantCode(err, http.StatusConflict, "GROUP_ALREADY_EXISTS")

	_, _, err = w.sdk().ProjectsApi.CreateProject(w.ctx(), &admin.Group{
		Name: "a/b", OrgId: "XYZ", Tags: &[]admin.ResourceTag{{Key: "", Value: "v"}},
	}).Execute()
	e := w.wantCode(err, http.StatusBadRequest, "VALIDATION_ERROR")
	var fields []string
	for _, v := range e.BadRequestDetail.GetFields() {
		fields = append(fields, v.Field)
	}
	if slices.Sort(fields); !slices.Equal(fields, []string{"name", "orgId", "tags[0].key"}) {
		w.t.Errorf("violations named: %v", fields)
	}

	got, _, err := w.sdk().ProjectsApi.GetProject(w.ctx(), w.project).Execute()
	w.must(err)
	if tags := got.GetTags(); len(tags) != 1 || tags[0].Key != "environment" {
		w.t.Errorf("tags: %+v", tags)
	}
}

func aKey(w *world) {
	key, _, err := w.sdk().ProgrammaticAPIKeysApi.CreateApiKey(w.ctx(), w.boot.OrgID, &admin.CreateAtlasOrganizationApiKey{
		Desc: "for the story", Roles: []string{"ORG_OWNER"},
	}).Execute()
	w.must(err)
	w.key = key
	w.moment()

	_, _, err = w.sdk().ProgrammaticAPIKeysApi.CreateApiKeyAccessList(w.ctx(), w.boot.OrgID, key.GetId(), &[]admin.UserAccessListRequest{
		{CidrBlock: admin.PtrString("192.0.2.0/24")}, {IpAddress: admin.PtrString("2001:db8::7")},
	}).Execute()
	w.must(err)
	w.moment()

	from := func(address string) error {
		_, _, err := w.sdkAs(key.GetPublicKey(), key.GetPrivateKey(), address).ProjectsApi.GetProject(w.ctx(), w.project).Execute()
		return err
	}
	e := w.wantCode(from("198.51.100.1"), http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	if p := e.GetParameters(); len(p) != 1 || p[0] != "198.51.100.1" {
		w.t.Errorf("parameters: %v", p)
	}
	w.must(from("192.0.2.77"))
	w.must(from("192.0.2.78"))
	w.must(from("2001:db8::7"))

	list, _, err := w.sdk().ProgrammaticAPIKeysApi.ListApiKeyAccessListsEntries(w.ctx(), w.boot.OrgID, key.GetId()).Execute()
	w.must(err)
	used := map[string]int{}
	for _, entry := range list.GetResults() {
		used[entry.GetCidrBlock()+" "+entry.GetLastUsedAddress()] = entry.GetCount()
	}
	if want := map[string]int{"192.0.2.0/24 192.0.2.78": 2, "2001:db8:0:0:0:0:0:7/128 2001:db8:0:0:0:0:0:7": 1}; !reflect.DeepEqual(used, want) {
		w.t.Errorf("use counted: %v, want %v", used, want)
	}
}

func people(w *world) {
	invite := func(username string) *admin.CloudAppUser {
		u, _, err := w.sdk().MongoDBCloudUsersApi.CreateUser(w.ctx(), &admin.CloudAppUser{
			Country: "US", FirstName: "Ada", LastName: "Lovelace", MobileNumber: "2125550179", Password: "correct horse battery", Username: username,
			Roles: &[]admin.CloudAccessRoleAssignment{{GroupId: &w.project, RoleName: admin.PtrString("GROUP_READ_ONLY")}},
		}).Execute()
		w.must(err)
		w.moment()
		return u
	}
	active, pending := invite("ada@example.com"), invite("grace@example.com")
	for _, letter := range w.letters(2) {
		if strings.Contains(letter, "ada@example.com") {
			accept(w, link.FindString(letter))
		}
	}
	w.moment()
	if got := members(w); got["ada@example.com"] != "ACTIVE" || got["grace@example.com"] != "PENDING" {
		w.t.Fatalf("the project's people: %v", got)
	}

	remove := func(id, version string) int {
		return w.raw(http.MethodDelete, "/groups/"+w.project+"/users/"+id, version)
	}
	if status := remove(pending.GetId(), "2023-01-01"); status != http.StatusNotFound {
		w.t.Errorf("2023-01-01 removes a pending user: %d", status)
	}
	if status := remove(active.GetId(), "2023-01-01"); status != http.StatusNoContent {
		w.t.Errorf("2023-01-01 does not remove an active user: %d", status)
	}
	_, _, err := w.sdk().MongoDBCloudUsersApi.RemoveProjectUser(w.ctx(), w.project, pending.GetId()).Execute()
	w.must(err)
	w.moment()
	if got := members(w); got["ada@example.com"] != "" || got["grace@example.com"] != "" {
		w.t.Errorf("the removed user is still in the project: %v", got)
	}
	_, _, err = w.sdk().MongoDBCloudUsersApi.RemoveProjectUser(w.ctx(), w.project, active.GetId()).Execute()
	w.wantCode(err, http.StatusNotFound, "USER_NOT_FOUND")
}

// accept follows an invitation's link and accepts.
func accept(w *world, path string) {
	w.t.Helper()
	page, err := http.Get(w.boot.BaseURL + path)
	w.must(err)
	text, err := io.ReadAll(page.Body)
	w.must(err)
	page.Body.Close()
	if page.StatusCode != http.StatusOK || !strings.Contains(string(text), "Story") {
		w.t.Fatalf("the invitation's page: %s\n%s", page.Status, text)
	}
	done, err := http.PostForm(w.boot.BaseURL+path, url.Values{"answer": {"accept"}})
	w.must(err)
	done.Body.Close()
	if done.StatusCode != http.StatusOK {
		w.t.Fatalf("accepting: %s", done.Status)
	}
}

// members are the project's people and their status.
func members(w *world) map[string]string {
	w.t.Helper()
	page, _, err := w.sdk().MongoDBCloudUsersApi.ListProjectUsers(w.ctx(), w.project).Execute()
	w.must(err)
	status := map[string]string{}
	for _, u := range page.GetResults() {
		status[u.GetUsername()] = u.GetOrgMembershipStatus()
	}
	return status
}

func aCluster(w *world) {
	c, _, err := w.sdk().ClustersApi.CreateCluster(w.ctx(), w.project, smallCluster("Cluster0")).Execute()
	w.must(err)
	if c.GetStateName() != "CREATING" {
		w.t.Errorf("a new cluster is %s", c.GetStateName())
	}
	w.moment()
	w.eventually("IDLE", func() bool {
		c, _, err = w.sdk().ClustersApi.GetCluster(w.ctx(), w.project, "Cluster0").Execute()
		w.must(err)
		return c.GetStateName() == "IDLE"
	})
	strings := c.GetConnectionStrings()
	w.standard = strings.GetStandard()
	w.moment()

	databaseUsers(w)
	w.must(w.connectionRefused())
	_, _, err = w.sdk().ProjectIPAccessListApi.CreateProjectIpAccessList(w.ctx(), w.project, &[]admin.NetworkPermissionEntry{
		{IpAddress: admin.PtrString("127.0.0.1")},
	}).Execute()
	w.must(err)
	w.moment()

	w.client = w.connect("app", appPassword)
	fill(w)
	w.t.Run("with mongosh", func(t *testing.T) {
		count := `const n = db.getSiblingDB("shop").orders.countDocuments({ total: { $lt: 100 } }); print("counted " + n)`
		if out := w.mongosh(t, "app", appPassword, count); !contains(out, "counted 100") {
			t.Errorf("mongosh: %s", out)
		}
		if out := w.mongosh(t, "app", "wrong", `print(1)`); !contains(out, "Authentication failed") {
			t.Errorf("mongosh with a wrong password: %s", out)
		}
	})
	w.wantMongo(w.connect("app", "wrong").Ping(w.ctx(), nil), 18)
	reader := w.connect("reader", appPassword).Database("shop").Collection("orders")
	_, err = reader.InsertOne(w.ctx(), bson.D{{Key: "x", Value: 1}})
	w.wantMongo(err, 13)
	if n, err := reader.CountDocuments(w.ctx(), bson.D{}); err != nil || n != documents {
		w.t.Errorf("the reader counts %d, %v", n, err)
	}
}

// smallCluster declares a replica set of the smallest dedicated size.
func smallCluster(name string) *admin.ClusterDescription20240805 {
	return &admin.ClusterDescription20240805{
		Name: &name, ClusterType: admin.PtrString("REPLICASET"),
		ReplicationSpecs: &[]admin.ReplicationSpec20240805{{RegionConfigs: &[]admin.CloudRegionConfig20240805{{
			ProviderName: admin.PtrString("AWS"), RegionName: admin.PtrString("US_EAST_1"), Priority: admin.PtrInt(7),
			ElectableSpecs: &admin.HardwareSpec20240805{InstanceSize: admin.PtrString("M10"), NodeCount: admin.PtrInt(3)},
		}}}},
	}
}

const (
	appPassword = "a password for the app"
	documents   = 10_000
)

func databaseUsers(w *world) {
	for name, role := range map[string]string{"app": "readWrite", "reader": "read"} {
		_, _, err := w.sdk().DatabaseUsersApi.CreateDatabaseUser(w.ctx(), w.project, &admin.CloudDatabaseUser{
			DatabaseName: "admin", GroupId: w.project, Username: name, Password: admin.PtrString(appPassword),
			Roles: &[]admin.DatabaseUserRole{{DatabaseName: "shop", RoleName: role}},
		}).Execute()
		w.must(err)
		w.moment()
	}
	page, res, err := w.sdk().DatabaseUsersApi.ListDatabaseUsers(w.ctx(), w.project).Execute()
	w.must(err)
	if users := page.GetResults(); len(users) != 2 || users[0].Password != nil || users[1].Password != nil {
		w.t.Errorf("database users: %+v", users)
	}
	if v := res.Header.Get("Content-Type"); v != "application/vnd.atlas.2023-01-01+json;charset=utf-8" {
		w.t.Errorf("Content-Type %s", v)
	}
}

// connectionRefused checks that a connection from an address that is not on the project's list is closed.
func (w *world) connectionRefused() error {
	w.t.Helper()
	conn, err := dial(w.standard)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		w.t.Errorf("a connection from an address off the list got %d bytes", n)
	}
	return nil
}

// fill writes the application's documents and reads them back.
func fill(w *world) {
	for from := 0; from < documents; from += 1000 {
		batch := make([]any, 1000)
		for i := range batch {
			batch[i] = bson.D{{Key: "_id", Value: from + i}, {Key: "total", Value: from + i}, {Key: "state", Value: "new"}}
		}
		_, err := w.orders().InsertMany(w.ctx(), batch)
		w.must(err)
	}
	w.moment()
	if all := w.contents(); len(all) != documents {
		w.t.Fatalf("%d documents of %d", len(all), documents)
	}
	_, err := w.orders().Indexes().CreateOne(w.ctx(), indexOn("total"))
	w.must(err)
}

func settings(w *world) {
	dns, _, err := w.sdk().AWSClustersDNSApi.GetAwsCustomDns(w.ctx(), w.project).Execute()
	w.must(err)
	if dns.Enabled {
		w.t.Error("custom DNS is on from the start")
	}
	_, _, err = w.sdk().AWSClustersDNSApi.ToggleAwsCustomDns(w.ctx(), w.project, &admin.AWSCustomDNSEnabled{Enabled: true}).Execute()
	w.must(err)
	w.moment()
	dns, _, err = w.sdk().AWSClustersDNSApi.GetAwsCustomDns(w.ctx(), w.project).Execute()
	w.must(err)
	if !dns.Enabled {
		w.t.Error("custom DNS is off after it was turned on")
	}

	filter := `{"atype":"authenticate"}`
	_, _, err = w.sdk().AuditingApi.UpdateAuditingConfiguration(w.ctx(), w.project, &admin.AuditLog{
		Enabled: admin.PtrBool(true), AuditFilter: &filter,
	}).Execute()
	w.must(err)
	w.moment()
	audit, _, err := w.sdk().AuditingApi.GetAuditingConfiguration(w.ctx(), w.project).Execute()
	w.must(err)
	if !audit.GetEnabled() || audit.GetAuditFilter() != filter || audit.GetConfigurationType() != "FILTER_JSON" {
		w.t.Errorf("auditing: %+v", audit)
	}
	_, _, err = w.sdk().AuditingApi.UpdateAuditingConfiguration(w.ctx(), w.project, &admin.AuditLog{AuditFilter: admin.PtrString("{no json")}).Execute()
	w.wantCode(err, http.StatusBadRequest, "VALIDATION_ERROR")
}

func serverless(w *world) {
	_, _, err := w.sdk().ServerlessInstancesApi.CreateServerlessInstance(w.ctx(), w.project, &admin.ServerlessInstanceDescriptionCreate{
		Name: "Serverless0", ProviderSettings: admin.ServerlessProviderSettings{
			BackingProviderName: "AWS", ProviderName: admin.PtrString("SERVERLESS"), RegionName: "US_EAST_1",
		},
	}).Execute()
	w.must(err)
	w.moment()
	w.eventually("IDLE", func() bool {
		s, _, err := w.sdk().ServerlessInstancesApi.GetServerlessInstance(w.ctx(), w.project, "Serverless0").Execute()
		w.must(err)
		return s.GetStateName() == "IDLE"
	})
	for _, on := range []bool{true, false} {
		_, _, err = w.sdk().PerformanceAdvisorApi.SetServerlessAutoIndexing(w.ctx(), w.project, "Serverless0").Enable(on).Execute()
		w.must(err)
		w.moment()
		got, _, err := w.sdk().PerformanceAdvisorApi.GetServerlessAutoIndexing(w.ctx(), w.project, "Serverless0").Execute()
		w.must(err)
		if got != on {
			w.t.Errorf("auto-indexing is %v, not %v", got, on)
		}
	}
}

func backup(w *world) {
	before := w.contents()
	snap, _, err := w.sdk().CloudBackupsApi.TakeSnapshot(w.ctx(), w.project, "Cluster0", &admin.DiskBackupOnDemandSnapshotRequest{
		Description: admin.PtrString("before it goes wrong"), RetentionInDays: admin.PtrInt(1),
	}).Execute()
	w.must(err)
	w.moment()
	w.eventually("a completed snapshot", func() bool {
		s, _, err := w.sdk().CloudBackupsApi.GetReplicaSetBackup(w.ctx(), w.project, "Cluster0", snap.GetId()).Execute()
		w.must(err)
		return s.GetStatus() == "completed"
	})

	_, err = w.orders().DeleteMany(w.ctx(), bson.D{{Key: "total", Value: bson.D{{Key: "$gte", Value: 5000}}}})
	w.must(err)
	_, err = w.orders().UpdateMany(w.ctx(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: "wrecked"}}}})
	w.must(err)
	w.must(w.orders().Indexes().DropAll(w.ctx()))
	_, err = w.client.Database("shop").Collection("junk").InsertOne(w.ctx(), bson.D{{Key: "x", Value: 1}})
	w.must(err)

	job, _, err := w.sdk().CloudBackupsApi.CreateBackupRestoreJob(w.ctx(), w.project, "Cluster0", &admin.DiskBackupSnapshotRestoreJob{
		DeliveryType: "automated", SnapshotId: snap.Id, TargetClusterName: admin.PtrString("Cluster0"), TargetGroupId: &w.project,
	}).Execute()
	w.must(err)
	w.moment()
	w.eventually("the end of the restore", func() bool {
		j, _, err := w.sdk().CloudBackupsApi.GetBackupRestoreJob(w.ctx(), w.project, "Cluster0", job.GetId()).Execute()
		w.must(err)
		if j.GetFailed() {
			w.t.Fatal("the restore failed")
		}
		return j.FinishedAt != nil
	})
	w.moment()

	if after := w.contents(); !reflect.DeepEqual(after, before) {
		w.t.Errorf("the data is not the snapshot's: %d documents, %d before", len(after), len(before))
	}
	names, err := w.client.Database("shop").ListCollectionNames(w.ctx(), bson.D{})
	w.must(err)
	if !slices.Equal(names, []string{"orders"}) {
		w.t.Errorf("collections after the restore: %v", names)
	}
	if specs, err := w.orders().Indexes().ListSpecifications(w.ctx()); err != nil || len(specs) != 2 {
		w.t.Errorf("indexes after the restore: %d, %v", len(specs), err)
	}
}
