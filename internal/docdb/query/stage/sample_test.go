package stage

import (
	"context"
	"errors"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/wire"
)

const four = `[{"_id": 0}, {"_id": 1}, {"_id": 2}, {"_id": 3}]`

// TestSampleIsEven draws two of four documents many times: every ordered pair comes about as often as any other.
func TestSampleIsEven(t *testing.T) {
	p := pipeline(t, `[{"$sample": {"size": 2}}]`)
	const draws = 24_000
	pairs := map[string]int{}
	for range draws {
		var read int
		got, err := collect(p.Run(running(context.Background()), stream(t, four, &read)))
		if err != nil {
			t.Fatal(err)
		}
		pairs[got.String()]++
	}
	for pair, n := range pairs {
		if n < draws/12*8/10 || n > draws/12*12/10 {
			t.Errorf("%s came %d times of %d", pair, n, draws)
		}
	}
	if len(pairs) != 12 {
		t.Errorf("%d pairs", len(pairs))
	}
}

func TestSampleOfFewer(t *testing.T) {
	var read int
	got, err := collect(pipeline(t, `[{"$sample": {"size": {"$numberLong": "99999999999"}}}, {"$sort": {"_id": 1}}]`).Run(running(context.Background()), stream(t, four, &read)))
	if want := querytest.Val(t, four); err != nil || !got.Equal(want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestSampleIsBounded(t *testing.T) {
	budget := memory.NewBudget(50)
	var read int
	_, err := collect(pipeline(t, `[{"$sample": {"size": 4}}]`).Run(&Run{Ctx: context.Background(), Memory: budget}, stream(t, four, &read)))
	if code := (*wire.Error)(nil); !errors.As(err, &code) || code.Code != wire.ExceededMemoryLimit.Number || budget.Used() != 0 {
		t.Errorf("%v, %d bytes held", err, budget.Used())
	}
}
