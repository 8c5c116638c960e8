package docdb

import (
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

func TestCollStatsStage(t *testing.T) {
	x := fresh(t)
	x.fill("c", 20)
	ask := func(spec any, more ...any) d {
		return d{{"aggregate", "c"}, {"pipeline", append(a{d{{"$collStats", spec}}}, more...)}, {"cursor", d{}}}
	}
	shows(t, x.drain(ask(d{{"storageStats", d{{"scale", 1024}}}, {"count", d{}}},
		d{{"$project", d{{"ns", 1}, {"count", 1}, {"n", "$storageStats.count"}, {"s", "$storageStats.scaleFactor"}}}})),
		`{"ns":"test.c","count":20,"n":20,"s":1024}`)
	x.fails(wire.NotImplemented, ask(d{{"latencyStats", d{}}}))
	x.fails(wire.UnknownField, ask(d{{"what", 1}}))
	x.fails(wire.TypeMismatch, ask(1))
	x.fails(wire.BadValue, ask(d{{"storageStats", d{{"scale", 0}}}}))
	x.fails(wire.UnrecognizedPipelineStage, d{{"aggregate", "c"}, {"pipeline", a{d{{"$match", d{}}}, d{{"$collStats", d{}}}}}, {"cursor", d{}}})
	x.fails(wire.NamespaceNotFound, d{{"aggregate", "none"}, {"pipeline", a{d{{"$collStats", d{{"count", d{}}}}}}}, {"cursor", d{}}})
}
