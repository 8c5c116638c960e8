package container

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/model"
)

// TestEveryRegionHasARange: even if a project has containers in all regions, each default range is valid, and none overlaps
// another or one that a request has chosen.
func TestEveryRegionHasARange(t *testing.T) {
	for _, provider := range []string{model.AWS, model.Azure, model.GCP} {
		others := []*Container{{Value: CloudProviderContainer{ProviderName: provider, AtlasCIDRBlock: "192.168.0.0/17"}}}
		for _, region := range model.RegionsOf(provider) {
			c := &Container{Value: at(place{provider, region}, freeRange(provider, others))}
			if problem := c.Value.ranged(); problem != "" {
				t.Fatalf("%s %s: %q %s", provider, region, c.Value.AtlasCIDRBlock, problem)
			}
			for _, o := range others {
				if overlaps(o.Value.AtlasCIDRBlock, c.Value.AtlasCIDRBlock) {
					t.Errorf("%s: %s has addresses of %s", provider, c.Value.AtlasCIDRBlock, o.Value.AtlasCIDRBlock)
				}
			}
			others = append(others, c)
		}
	}
}

// FuzzRange: an accepted range is private, and is stored in the form in which it was sent.
func FuzzRange(f *testing.F) {
	for _, s := range []string{"10.8.0.0/21", "192.168.0.0%2F18", "10.0.0.0/8", "::ffff:10.0.0.0/117", "fd00::/21", "10.8.0.1/24", "", "/", "10.8.0.0/021"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, atGCP bool) {
		c := CloudProviderContainer{ProviderName: model.AWS, AtlasCIDRBlock: s}
		if atGCP {
			c.ProviderName = model.GCP
		}
		if c.ranged() != "" {
			return
		}
		p, err := netip.ParsePrefix(c.AtlasCIDRBlock)
		if err != nil || p.Masked() != p || !p.Addr().IsPrivate() || !p.Addr().Is4() || !strings.HasPrefix(s, p.Addr().String()) {
			t.Errorf("%q is accepted as %s (%v)", s, c.AtlasCIDRBlock, err)
		}
	})
}
