package story

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// sold is how many documents an application has in the story of advice; TELAMON_ADVICE_DOCS changes it.
const sold = 20_000

// steps are the events of an index that was built by itself, in their order.
var steps = []string{"AUTO_INDEXING_ENABLED", "AUTO_INDEXING_INDEX_BUILD_SUBMITTED", "AUTO_INDEXING_STARTED_INDEX_BUILD", "AUTO_INDEXING_COMPLETED_INDEX_BUILD"}

// An application asks for a field without an index. The advisor suggests one; where it is allowed, it appears by itself and
// queries examine a fiftieth of what they did at most; kill -9 in between changes nothing.
func TestAnIndexAppearsByItself(t *testing.T) {
	w := &world{process: startProcess(t, t.TempDir(), ""), whole: t}
	w.project = w.boot.ProjectID
	docs := sold
	if s := os.Getenv("TELAMON_ADVICE_DOCS"); s != "" {
		var err error
		docs, err = strconv.Atoi(s)
		w.must(err)
	}
	prepareInstance(w)
	sales := w.connect("app", appPassword).Database("shop").Collection("sales")
	for at := 0; at < docs; at += 10_000 {
		batch := make([]any, min(10_000, docs-at))
		for i := range batch {
			batch[i] = bson.D{{Key: "n", Value: at + i}, {Key: "customer", Value: (at + i) % 5000}, {Key: "note", Value: strings.Repeat("x", 100)}}
		}
		_, err := sales.InsertMany(w.ctx(), batch)
		w.must(err)
	}
	ask := func() (took time.Duration) {
		began := time.Now()
		for i := range 20 {
			w.must(sales.FindOne(w.ctx(), bson.D{{Key: "n", Value: docs - 1 - i}}).Err())
		}
		return time.Since(began) / 20
	}
	before, examined := ask(), w.examined(sales, docs-1)
	w.eventually("a suggestion", func() bool {
		out, _, err := w.sdk().PerformanceAdvisorApi.ListClusterSuggestedIndexes(w.ctx(), w.project, "Serverless0").Execute()
		w.must(err)
		list := out.GetSuggestedIndexes()
		return len(list) == 1 && list[0].GetNamespace() == "shop.sales"
	})
	if n := len(w.steps()); n > 0 {
		t.Fatalf("before it is allowed there are the events %v", w.steps())
	}
	_, _, err := w.sdk().PerformanceAdvisorApi.SetServerlessAutoIndexing(w.ctx(), w.project, "Serverless0").Enable(true).Execute()
	w.must(err)
	w.crash()
	w.eventually("the index", func() bool { return slices.Equal(w.steps(), steps) })
	sales = w.connect("app", appPassword).Database("shop").Collection("sales")
	ask() // a connection that is there, as before
	after, fewer := ask(), w.examined(sales, docs-1)
	t.Logf("%d documents: a query took %v and examined %d, and takes %v and examines %d: %.0f times faster", docs, before, examined, after, fewer, float64(before)/float64(after))
	if examined < int64(docs) || fewer*50 > examined {
		t.Errorf("a query examined %d documents, and now %d", examined, fewer)
	}
}

// prepareInstance makes a serverless instance that the database users can reach.
func prepareInstance(w *world) {
	w.t.Helper()
	_, _, err := w.sdk().ServerlessInstancesApi.CreateServerlessInstance(w.ctx(), w.project, &admin.ServerlessInstanceDescriptionCreate{
		Name: "Serverless0", ProviderSettings: admin.ServerlessProviderSettings{
			BackingProviderName: "AWS", ProviderName: admin.PtrString("SERVERLESS"), RegionName: "US_EAST_1",
		},
	}).Execute()
	w.must(err)
	databaseUsers(w)
	_, _, err = w.sdk().ProjectIPAccessListApi.CreateProjectIpAccessList(w.ctx(), w.project, &[]admin.NetworkPermissionEntry{
		{CidrBlock: admin.PtrString("127.0.0.0/8")},
	}).Execute()
	w.must(err)
	w.eventually("IDLE", func() bool {
		s, _, err := w.sdk().FlexClustersApi.GetFlexCluster(w.ctx(), w.project, "Serverless0").Execute() // which it is
		w.must(err)
		at := s.GetConnectionStrings()
		w.standard = at.GetStandard()
		return s.GetStateName() == "IDLE"
	})
}

// examined is how many documents a query for a number examines, as explain tells.
func (w *world) examined(sales *mongo.Collection, n int) int64 {
	w.t.Helper()
	raw, err := sales.Database().RunCommand(w.ctx(), bson.D{
		{Key: "explain", Value: bson.D{{Key: "find", Value: sales.Name()}, {Key: "filter", Value: bson.D{{Key: "n", Value: n}}}}}, {Key: "verbosity", Value: "executionStats"},
	}).Raw()
	w.must(err)
	examined, _ := raw.Lookup("executionStats", "totalDocsExamined").AsInt64OK()
	return examined
}

// steps are the events of automatic indexing so far.
func (w *world) steps() (all []string) {
	w.t.Helper()
	list := events(w, w.sdk().EventsApi.ListProjectEvents(w.ctx(), w.project))
	for _, name := range slices.Backward(names(list)) {
		if strings.HasPrefix(name, "AUTO_INDEXING_") {
			all = append(all, name)
		}
	}
	return all
}
