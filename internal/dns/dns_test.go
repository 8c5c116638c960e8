package dns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

var clusters = []Cluster{
	{Name: "cluster0.ab12c.telamon.internal", Options: "authSource=admin&replicaSet=rs", Members: []Member{
		{Name: "cluster0-shard-00-00.ab12c.telamon.internal", Port: 27017, Host: "192.0.2.1"},
		{Name: "cluster0-shard-00-01.ab12c.telamon.internal", Port: 27018, Host: "2001:db8::1"},
		{Name: "cluster0-shard-00-02.ab12c.telamon.internal", Port: 27019, Host: "db.example.com"},
	}},
}

// serve runs a server on a clock, and returns its address.
func serve(t *testing.T, now func() time.Time, read func(context.Context) ([]Cluster, error)) string {
	t.Helper()
	s, err := New(Config{Zone: "Telamon.internal", Names: read, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.names = newNames(s.zone, read, now)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, udp, tcp) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return tcp.Addr().String()
}

func fixed(context.Context) ([]Cluster, error) { return clusters, nil }

func ask(t *testing.T, network, address, name string, rrtype uint16) *dns.Msg {
	t.Helper()
	c := dns.Client{Net: network, Timeout: 5 * time.Second}
	answer, _, err := c.Exchange(new(dns.Msg).SetQuestion(name, rrtype), address)
	if err != nil {
		t.Fatal(name, err)
	}
	return answer
}

// brief is what an answer says, in one line.
func brief(m *dns.Msg) string {
	said := []string{dns.RcodeToString[m.Rcode]}
	for _, r := range m.Answer {
		said = append(said, strings.Join(strings.Fields(strings.TrimPrefix(r.String(), r.Header().Name)), " "))
	}
	return strings.Join(said, "; ")
}

func TestAnswers(t *testing.T) {
	address := serve(t, time.Now, fixed)
	for _, c := range []struct {
		name   string
		rrtype uint16
		want   string
	}{
		{"_mongodb._tcp.cluster0.ab12c.telamon.internal.", dns.TypeSRV, "NOERROR; 10 IN SRV 0 0 27017 cluster0-shard-00-00.ab12c.telamon.internal.; " +
			"10 IN SRV 0 0 27018 cluster0-shard-00-01.ab12c.telamon.internal.; 10 IN SRV 0 0 27019 cluster0-shard-00-02.ab12c.telamon.internal."},
		{"cluster0.ab12c.telamon.internal.", dns.TypeTXT, `NOERROR; 10 IN TXT "authSource=admin&replicaSet=rs"`},
		{"CLUSTER0.ab12C.telamon.internal.", dns.TypeTXT, `NOERROR; 10 IN TXT "authSource=admin&replicaSet=rs"`},
		{"cluster0-shard-00-00.ab12c.telamon.internal.", dns.TypeA, "NOERROR; 10 IN A 192.0.2.1"},
		{"cluster0-shard-00-00.ab12c.telamon.internal.", dns.TypeAAAA, "NOERROR"},
		{"cluster0-shard-00-01.ab12c.telamon.internal.", dns.TypeAAAA, "NOERROR; 10 IN AAAA 2001:db8::1"},
		{"cluster0-shard-00-02.ab12c.telamon.internal.", dns.TypeA, "NOERROR; 10 IN CNAME db.example.com."},
		{"ab12c.telamon.internal.", dns.TypeA, "NOERROR"},                           // there are names below it
		{"_tcp.cluster0.ab12c.telamon.internal.", dns.TypeSRV, "NOERROR"},           // the same
		{"cluster1.ab12c.telamon.internal.", dns.TypeTXT, "NXDOMAIN"},               // nothing
		{"telamon.internal.", dns.TypeNS, "NOERROR; 10 IN NS ns.telamon.internal."}, // the zone itself
		{"example.com.", dns.TypeA, "REFUSED"},
		{"eviltelamon.internal.", dns.TypeA, "REFUSED"},
		{".", dns.TypeNS, "REFUSED"},
		{"cluster0.ab12c.telamon.internal.", dns.TypeANY, "REFUSED"},
		{"telamon.internal.", dns.TypeAXFR, "REFUSED"},
	} {
		for _, network := range []string{"udp", "tcp"} {
			m := ask(t, network, address, c.name, c.rrtype)
			if got := brief(m); got != c.want {
				t.Errorf("%s %s: %s, want %s", c.name, dns.TypeToString[c.rrtype], got, c.want)
			}
			says := m.Rcode == dns.RcodeSuccess || m.Rcode == dns.RcodeNameError
			if m.Authoritative != says || says && len(m.Answer) == 0 && len(m.Ns) != 1 {
				t.Errorf("%s: authoritative %v, %v", c.name, m.Authoritative, m.Ns)
			}
		}
	}
}

// TestNewNames: a cluster that has just come is found at once, and one that has gone is forgotten soon.
func TestNewNames(t *testing.T) {
	var there atomic.Pointer[[]Cluster]
	there.Store(&[]Cluster{})
	var ahead atomic.Int64
	clock := func() time.Time { return time.Unix(ahead.Load(), 0) }
	address := serve(t, clock, func(context.Context) ([]Cluster, error) { return *there.Load(), nil })
	name := "cluster0.ab12c.telamon.internal."
	says := func(want string) {
		t.Helper()
		if got := brief(ask(t, "udp", address, name, dns.TypeTXT)); !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	says("NXDOMAIN")
	there.Store(&clusters)
	says("NXDOMAIN") // it has been looked for in this very moment
	ahead.Add(1)
	says("NOERROR; ")
	there.Store(&[]Cluster{})
	says("NOERROR; ")
	ahead.Add(1)
	says("NXDOMAIN")
}

// TestNamesThatCannotBeRead: while the store is away, what was known stays.
func TestNamesThatCannotBeRead(t *testing.T) {
	var away atomic.Bool
	away.Store(true)
	var ahead atomic.Int64
	clock := func() time.Time { return time.Unix(ahead.Load(), 0) }
	address := serve(t, clock, func(context.Context) ([]Cluster, error) {
		if away.Load() {
			return nil, errors.New("away")
		}
		return clusters, nil
	})
	for i, want := range []string{"SERVFAIL", "NOERROR", "NOERROR"} {
		away.Store(i != 1)
		ahead.Add(1)
		if got, _, _ := strings.Cut(brief(ask(t, "udp", address, "cluster0.ab12c.telamon.internal.", dns.TypeTXT)), ";"); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}

// TestLargeAnswers are cut for UDP, as far as the other side takes them, and whole over TCP.
func TestLargeAnswers(t *testing.T) {
	large := Cluster{Name: "large.x.telamon.internal", Options: "authSource=admin"}
	for i := range 50 {
		large.Members = append(large.Members, Member{Name: fmt.Sprintf("large-shard-00-%02d.x.telamon.internal", i), Port: 27017, Host: "192.0.2.1"})
	}
	address := serve(t, time.Now, func(context.Context) ([]Cluster, error) { return []Cluster{large}, nil })
	for _, c := range []struct {
		network string
		size    uint16
		whole   bool
		most    int
	}{{"udp", 0, false, 512}, {"udp", 1232, false, 1232}, {"udp", 65535, false, 1232}, {"tcp", 0, true, 65535}} {
		q := new(dns.Msg).SetQuestion("_mongodb._tcp.large.x.telamon.internal.", dns.TypeSRV)
		if c.size > 0 {
			q.SetEdns0(c.size, false)
		}
		client := dns.Client{Net: c.network, UDPSize: max(c.size, 512)}
		m, _, err := client.Exchange(q, address)
		if err != nil {
			t.Fatal(err)
		}
		m.Compress = true // as it came
		if m.Truncated == c.whole || (len(m.Answer) == 50) != c.whole || m.Len() > c.most {
			t.Errorf("%s, %d: %d records in %d bytes, cut %v", c.network, c.size, len(m.Answer), m.Len(), m.Truncated)
		}
	}
}

// TestFloods: who asks for much over UDP is told to come over TCP, and then nothing; others are answered.
func TestFloods(t *testing.T) {
	at := time.Unix(0, 0)
	l := newLimits(func() time.Time { return at })
	counts := map[verdict]int{}
	for range 3 * burst {
		counts[l.ask("192.0.2.0/24")]++
	}
	if counts[now] != burst || counts[later] != burst || counts[never] != burst {
		t.Errorf("%v", counts)
	}
	if l.ask("198.51.100.0/24") != now {
		t.Error("another network is not answered")
	}
	at = at.Add(time.Second)
	if l.ask("192.0.2.0/24") != now {
		t.Error("a second later nothing is answered")
	}
	for i := range 3 * networks {
		l.ask(fmt.Sprint(i))
		if len(l.answer.all) > networks {
			t.Fatalf("%d networks are told apart", len(l.answer.all))
		}
	}
}

// TestNamesThatAreNowhere: a network that asks for many names which are not there has the store read seldom, and costs no
// other network a name that has just come.
func TestNamesThatAreNowhere(t *testing.T) {
	at, reads, all := time.Unix(0, 0), 0, []Cluster(nil)
	n := newNames("telamon.internal.", func(context.Context) ([]Cluster, error) {
		reads++
		return all, nil
	}, func() time.Time { return at })
	for i := range 1000 {
		at = at.Add(10 * time.Millisecond)
		if _, exists, err := n.find(t.Context(), "192.0.2.0/24", fmt.Sprintf("x%d.telamon.internal.", i)); exists || err != nil {
			t.Fatal(exists, err)
		}
	}
	if most := readsBurst + 10*readsSecond + 10 + 1; reads > most {
		t.Errorf("in ten seconds the store was read %d times, at most %d are right", reads, most)
	}
	all, at = clusters, at.Add(pause)
	if _, exists, err := n.find(t.Context(), "198.51.100.0/24", "cluster0.ab12c.telamon.internal."); !exists || err != nil {
		t.Error("another network does not find a name that has just come")
	}
}

func TestZonesThatAreNone(t *testing.T) {
	for zone, ok := range map[string]bool{"telamon.internal": true, "x.": true, "": false, ".": false, "a..b": false, strings.Repeat("a", 64) + ".b": false} {
		if _, err := New(Config{Zone: zone}); (err == nil) != ok {
			t.Errorf("%q: %v", zone, err)
		}
	}
}

// FuzzAnswer: whatever is asked, the answer is a message, about the question, and tells nothing of other zones.
func FuzzAnswer(f *testing.F) {
	for _, q := range []*dns.Msg{
		new(dns.Msg).SetQuestion("_mongodb._tcp.cluster0.ab12c.telamon.internal.", dns.TypeSRV),
		new(dns.Msg).SetQuestion(".", dns.TypeANY),
		new(dns.Msg).SetUpdate("telamon.internal."),
		new(dns.Msg).SetNotify("telamon.internal."),
		new(dns.Msg).SetEdns0(1, true),
	} {
		raw, err := q.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	s, err := New(Config{Zone: "telamon.internal", Names: fixed, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		asked := new(dns.Msg)
		if asked.Unpack(raw) != nil {
			return
		}
		answer := new(dns.Msg).SetReply(asked)
		s.answer("192.0.2.0/24", asked, answer)
		if _, err := answer.Pack(); err != nil {
			t.Errorf("%v: %v", asked, err)
		}
		for _, r := range slices.Concat(answer.Answer, answer.Ns) {
			if !dns.IsSubDomain("telamon.internal.", dns.CanonicalName(r.Header().Name)) {
				t.Errorf("%v is told", r)
			}
		}
	})
}
