package plane

import (
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/model"
)

func TestParameters(t *testing.T) {
	size, hours, ms, yes := 1000, 2.5, 65, true
	got := parameters(&model.Process{OplogMB: &size, OplogHours: &hours, DefaultMaxTimeMS: &ms, NoTableScan: &yes})
	if want := (docdb.Parameters{OplogBytes: 1000 << 20, OplogKeeps: 150 * time.Minute, ReadTime: 65 * time.Millisecond, IndexedOnly: true}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := parameters(new(model.Process)); got != (docdb.Parameters{}) {
		t.Errorf("without arguments %v", got)
	}
}
