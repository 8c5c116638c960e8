package container

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Lengths of ranges, after MongoDB's documentation of network containers.
const (
	leastBits, mostBits = 21, 24 // at AWS and AZURE
	mostBitsAtGCP       = 18
)

// private are the ranges that nobody routes (RFC 1918).
var private = []netip.Prefix{netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("10.0.0.0/8")}

// ranged brings w's range into one form and returns what is wrong with it, or "".
func (w *CloudProviderContainer) ranged() string {
	p, err := shape.Network(w.AtlasCIDRBlock)
	if err != nil {
		return "must be an address range in CIDR notation"
	}
	switch {
	case !strings.HasPrefix(w.AtlasCIDRBlock, p.Addr().String()):
		return "must begin with the first address of the range"
	case !slices.ContainsFunc(private, func(r netip.Prefix) bool { return r.Bits() <= p.Bits() && r.Contains(p.Addr()) }):
		return "must be in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
	case w.ProviderName == model.GCP && p.Bits() > mostBitsAtGCP:
		return fmt.Sprintf("must have at most %d bits at GCP", mostBitsAtGCP)
	case w.ProviderName != model.GCP && (p.Bits() < leastBits || p.Bits() > mostBits):
		return fmt.Sprintf("must have %d to %d bits", leastBits, mostBits)
	}
	w.AtlasCIDRBlock = p.String()
	return ""
}

// placeable reports what keeps c from being kept beside the project's other containers at its provider, which may not have
// its place nor any of its addresses.
func placeable(tx store.Tx, c *Container) error {
	others, err := Containers.List(tx, atProvider(c.GroupID, c.Value.ProviderName))
	if err != nil {
		return err
	}
	for _, o := range others {
		switch {
		case o.ID == c.ID:
		case o.Value.place() == c.Value.place():
			return containerExists.With(c.Value.ProviderName, c.Value.place().region)
		case overlaps(o.Value.AtlasCIDRBlock, c.Value.AtlasCIDRBlock):
			return containersOverlap.With(c.Value.AtlasCIDRBlock, o.Value.AtlasCIDRBlock)
		}
	}
	return nil
}

func overlaps(a, b string) bool { return netip.MustParsePrefix(a).Overlaps(netip.MustParsePrefix(b)) }

// freeRange is the range of a container that nobody has chosen one for: the last of 192.168.0.0/16 that the provider's
// other containers leave, and then of the other private ranges. There always is one, for containers are as few as regions.
func freeRange(provider string, others []*Container) string {
	bits := leastBits
	if provider == model.GCP {
		bits = mostBitsAtGCP
	}
	for _, r := range private {
		for i := 1<<(bits-r.Bits()) - 1; i >= 0; i-- {
			at := r.Addr().As4()
			binary.BigEndian.PutUint32(at[:], binary.BigEndian.Uint32(at[:])+uint32(i)<<(32-bits))
			p := netip.PrefixFrom(netip.AddrFrom4(at), bits).String()
			if !slices.ContainsFunc(others, func(o *Container) bool { return overlaps(o.Value.AtlasCIDRBlock, p) }) {
				return p
			}
		}
	}
	return ""
}
