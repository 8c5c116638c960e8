package docdb

import "testing"

func TestMeasure(t *testing.T) {
	x := fresh(t)
	if m := x.e.Measure(); m.Cursors != 0 {
		t.Errorf("an empty engine has %+v", m)
	}
	x.insert("c", d{{"_id", 1}}, d{{"_id", 2}})
	x.ok(d{{"find", "c"}, {"batchSize", 1}})
	if m := x.e.Measure(); m.Cursors != 1 || m.Disk <= 0 || m.MemTables <= 0 {
		t.Errorf("%+v", m)
	}
	if m := MemoryInUse(); m.MostGathered != 512*mb || m.MostReplies != 256*mb || m.Gathered < 0 || m.Replies < 0 {
		t.Errorf("%+v", m)
	}
}
