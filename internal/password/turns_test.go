package password

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/telamon-db/telamon/internal/share"
)

// TestAddressesTakeTurns: whoever has many passwords hashed at once keeps nobody else waiting for all of them.
func TestAddressesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		crowd := From(t.Context(), netip.MustParseAddr("192.0.2.1"))
		var turns []*share.Claim
		for range 4 {
			turn, err := hashing.Take(crowd, share.Owner{Address: share.Subnet(netip.MustParseAddr("192.0.2.1"))}, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			turns = append(turns, turn)
		}
		order := make(chan string, 9)
		hash := func(ctx context.Context, who string) {
			if _, err := Hash(ctx, "correct horse"); err != nil {
				t.Error(err)
			}
			order <- who
		}
		for range 8 {
			go hash(crowd, "the crowd")
		}
		synctest.Wait()
		go hash(From(t.Context(), netip.MustParseAddr("198.51.100.1")), "one")
		synctest.Wait()
		turns[0].Release()
		if first := <-order; first != "one" {
			t.Errorf("%s comes first", first)
		}
		for _, turn := range turns[1:] {
			turn.Release()
		}
		for range 8 {
			<-order
		}
	})
}
