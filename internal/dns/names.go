package dns

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

const (
	ttl     = 10                    // seconds that others remember an answer
	oldest  = time.Second           // that an answer may be behind
	pause   = 50 * time.Millisecond // between two readings for names that are not there
	service = "_mongodb._tcp."      // of MongoDB's servers in DNS
)

// names is what is known of a zone: as it was a moment ago.
type names struct {
	zone string
	read func(context.Context) ([]Cluster, error)
	now  func() time.Time
	asks *each // readings that networks ask for, by names that are not known

	mu      sync.Mutex
	at      time.Time // of the last reading
	records map[string][]dns.RR
}

func newNames(zone string, read func(context.Context) ([]Cluster, error), now func() time.Time) *names {
	return &names{zone: zone, read: read, now: now, asks: newEach(readsSecond, readsBurst, now)}
}

// find returns the records of a name, and whether there is the name or one below it. A name that is not known is looked for
// anew, since a cluster may have come into being just now, unless the network has asked for many of those.
func (n *names) find(ctx context.Context, network, name string) (found []dns.RR, exists bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	found, exists = n.records[name]
	age := n.now().Sub(n.at)
	if n.records != nil && (age < pause || age < oldest && (exists || !n.asks.allow(network))) {
		return found, exists, nil
	}
	all, err := n.read(ctx)
	n.at = n.now()
	if err != nil {
		if n.records != nil { // what was known is better than nothing
			return found, exists, nil
		}
		return nil, false, err
	}
	n.records = records(n.zone, all)
	found, exists = n.records[name]
	return found, exists, nil
}

// records are a zone's, by name. Names that only have others below them have none.
func records(zone string, all []Cluster) map[string][]dns.RR {
	out := map[string][]dns.RR{}
	add := func(name string, rr func(h dns.RR_Header) dns.RR, rrtype uint16) {
		name = dns.CanonicalName(name)
		out[name] = append(out[name], rr(dns.RR_Header{Name: name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: ttl}))
	}
	out[zone] = []dns.RR{start(zone), &dns.NS{Hdr: dns.RR_Header{Name: zone, Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: ttl}, Ns: "ns." + zone}}
	for _, c := range all {
		add(c.Name, func(h dns.RR_Header) dns.RR { return &dns.TXT{Hdr: h, Txt: []string{c.Options}} }, dns.TypeTXT)
		for _, m := range c.Members {
			add(service+c.Name, func(h dns.RR_Header) dns.RR {
				return &dns.SRV{Hdr: h, Port: uint16(m.Port), Target: dns.CanonicalName(m.Name)}
			}, dns.TypeSRV)
			place, rrtype := placeOf(m.Host)
			add(m.Name, place, rrtype)
		}
	}
	for name := range out {
		for above := name; above != zone; {
			_, above, _ = strings.Cut(above, ".")
			if out[above] == nil {
				out[above] = []dns.RR{}
			}
		}
	}
	return out
}

// placeOf is the record of a host: its address, or its other name.
func placeOf(host string) (rr func(dns.RR_Header) dns.RR, rrtype uint16) {
	a, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return func(h dns.RR_Header) dns.RR { return &dns.CNAME{Hdr: h, Target: dns.CanonicalName(host)} }, dns.TypeCNAME
	case a.Unmap().Is4():
		return func(h dns.RR_Header) dns.RR { return &dns.A{Hdr: h, A: a.Unmap().AsSlice()} }, dns.TypeA
	}
	return func(h dns.RR_Header) dns.RR { return &dns.AAAA{Hdr: h, AAAA: a.WithZone("").AsSlice()} }, dns.TypeAAAA
}

// start is the zone's first record, which also says for how long a name that is not there stays so (RFC 2308): a second,
// in which a cluster may come.
func start(zone string) dns.RR {
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: zone, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: ttl},
		Ns:  "ns." + zone, Mbox: "hostmaster." + zone, Serial: 1, Refresh: ttl, Retry: ttl, Expire: ttl, Minttl: 1,
	}
}
