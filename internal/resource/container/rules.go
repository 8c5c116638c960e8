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

// private are the ranges for private networks (RFC 1918).
var private = []netip.Prefix{netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("10.0.0.0/8")}

// ranged writes w's range in its one canonical form, and returns what is wrong with it, or "".
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

// placeable refuses a container whose place, or any of whose addresses, another container of the project at its provider
// has.
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

// freeRange is the default range of a new container: the last free one in 192.168.0.0/16, or else in another private range.
// There always is one, because there are no more containers than regions.
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
