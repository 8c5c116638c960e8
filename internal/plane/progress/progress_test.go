package progress

import (
	"bytes"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

func TestBoard(t *testing.T) {
	var log bytes.Buffer
	b := NewBoard(slog.New(slog.NewTextHandler(&log, nil)))
	one, two := b.Begin("restore", "a", 100), b.Begin("restore", "b", 50)
	one.Did(3, 40)
	two.Read(60) // more than was known
	three := b.Begin("export", "c", 0)
	three.Of(10, 1000)
	three.Did(4, 300)
	want := make([]Sum, len(Kinds))
	for i, kind := range Kinds {
		want[i].Kind = kind
		if kind == "restore" {
			want[i] = Sum{Kind: kind, Tasks: 2, Bytes: 100, BytesLeft: 60, Documents: 3}
		}
		if kind == "export" {
			want[i] = Sum{Kind: kind, Tasks: 1, Bytes: 300, BytesLeft: 700, Documents: 4, DocumentsLeft: 6}
		}
	}
	if got := b.Now(); !reflect.DeepEqual(got, want) {
		t.Errorf("now %+v", got)
	}
	one.End(nil)
	two.End(errors.New("no room"))
	three.End(nil)
	for _, part := range []string{
		`id=a bytes=40 "bytes left"=60 documents=3`, `id=b bytes=60 "bytes left"=0 took=`, `error="no room"`,
		`id=c bytes=300 "bytes left"=700 documents=4 "documents left"=6`,
	} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("%q is not in\n%s", part, &log)
		}
	}
	for _, s := range b.Now() {
		if s.Tasks > 0 {
			t.Errorf("left: %+v", s)
		}
	}
}
