// Package dns answers questions about the names that clusters have in DNS: which members one has (SRV), which options its
// clients take (TXT), and where a member is (A, AAAA, CNAME). It knows one zone, and asks nobody about others.
//
// Sources: RFC 1035, RFC 2782 (SRV), RFC 2308 (answers that say no), MongoDB's Initial DNS Seedlist Discovery specification.
package dns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"

	"github.com/telamon-db/telamon/internal/share"
)

// Config says what a server answers.
type Config struct {
	Zone  string                                   // such as telamon.internal
	Names func(context.Context) ([]Cluster, error) // those that there are at the moment
	Log   *slog.Logger
}

// Cluster is what DNS tells of one: by the name of the cluster, its members and the options of a connection string.
type Cluster struct {
	Name    string
	Members []Member
	Options string
}

// Member is a member of a cluster. Its host is an address, or the name of one.
type Member struct {
	Name string
	Port int
	Host string
}

// Server answers questions about one zone. Its methods are safe for concurrent use.
type Server struct {
	zone   string // as DNS writes it: in lower case, with a dot at its end
	names  *names
	limits *limits
	log    *slog.Logger
}

// New returns a server that has read no names yet.
func New(cfg Config) (*Server, error) {
	if _, ok := dns.IsDomainName(cfg.Zone); !ok || dns.CountLabel(cfg.Zone) == 0 {
		return nil, fmt.Errorf("dns: %q is no zone", cfg.Zone)
	}
	zone := dns.CanonicalName(cfg.Zone)
	return &Server{zone: zone, names: newNames(zone, cfg.Names, time.Now), limits: newLimits(time.Now), log: cfg.Log}, nil
}

const (
	patience = 2 * time.Second // that a question waits for names
	idle     = 5 * time.Second // between two questions of a TCP connection
	perLife  = 64              // questions of a TCP connection
)

// Serve answers questions until ctx ends, over UDP and TCP, and closes both.
func (s *Server) Serve(ctx context.Context, udp net.PacketConn, tcp net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, server := range []*dns.Server{{PacketConn: udp}, {Listener: tcp}} {
		begun := make(chan struct{})
		server.Handler, server.NotifyStartedFunc = s, func() { close(begun) }
		server.ReadTimeout, server.WriteTimeout, server.IdleTimeout, server.MaxTCPQueries = idle, idle, func() time.Duration { return idle }, perLife
		group.Go(server.ActivateAndServe)
		group.Go(func() error {
			<-ctx.Done()
			<-begun
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			if err := server.ShutdownContext(grace); !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil // who does not read its answer does without
		})
	}
	return group.Wait()
}

// ServeDNS answers one question.
func (s *Server) ServeDNS(w dns.ResponseWriter, asked *dns.Msg) {
	answer, network := new(dns.Msg).SetReply(asked), subnet(w.RemoteAddr())
	overUDP := w.RemoteAddr().Network() == "udp"
	if overUDP {
		switch s.limits.ask(network) {
		case later:
			answer.Truncated = true // whoever is who it says asks again over TCP
			s.send(w, answer)
			return
		case never:
			return
		}
	}
	s.answer(network, asked, answer)
	if overUDP {
		size := dns.MinMsgSize
		if opt := asked.IsEdns0(); opt != nil {
			size = min(max(int(opt.UDPSize()), size), largestUDP)
			answer.SetEdns0(largestUDP, false)
		}
		answer.Truncate(size)
	}
	s.send(w, answer)
}

// largestUDP is what a datagram carries without being cut into pieces on its way (DNS flag day 2020).
const largestUDP = 1232

func (s *Server) send(w dns.ResponseWriter, answer *dns.Msg) {
	if err := w.WriteMsg(answer); err != nil {
		s.log.Debug("an answer of DNS was not sent", "error", err)
	}
}

func subnet(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return ""
	}
	return share.Subnet(at.Addr().Unmap())
}

// answer fills in the answer to a question from a network.
func (s *Server) answer(network string, asked, answer *dns.Msg) {
	if asked.Opcode != dns.OpcodeQuery || asked.Response || len(asked.Question) != 1 {
		answer.Rcode = dns.RcodeNotImplemented
		return
	}
	q := asked.Question[0]
	name := dns.CanonicalName(q.Name)
	if q.Qclass != dns.ClassINET || q.Qtype == dns.TypeANY || q.Qtype == dns.TypeAXFR || q.Qtype == dns.TypeIXFR || !dns.IsSubDomain(s.zone, name) {
		answer.Rcode = dns.RcodeRefused
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found, exists, err := s.names.find(ctx, network, name)
	if err != nil {
		s.log.Info("DNS knows no names", "error", err)
		answer.Rcode = dns.RcodeServerFailure
		return
	}
	answer.Authoritative = true
	for _, r := range found {
		if t := r.Header().Rrtype; t == q.Qtype || t == dns.TypeCNAME {
			answer.Answer = append(answer.Answer, renamed(r, q.Name))
		}
	}
	if len(answer.Answer) == 0 {
		answer.Ns = append(answer.Ns, start(s.zone))
	}
	if !exists {
		answer.Rcode = dns.RcodeNameError
	}
}

// renamed is a record under its name as the question has it, whose letters some compare.
func renamed(r dns.RR, name string) dns.RR {
	r = dns.Copy(r)
	r.Header().Name = name
	return r
}
