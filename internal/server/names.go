package server

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/telamon-db/telamon/internal/dns"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/trouble"
)

// nameSeats is how many TCP connections may ask for names.
const nameSeats = 32

// names answers questions about the names of clusters.
type names struct {
	server *dns.Server
	udp    net.PacketConn
	tcp    net.Listener
}

// listenDNS binds the DNS server, or returns nil if it is not configured.
func (s *Server) listenDNS(ctx context.Context) (_ *names, err error) {
	if s.cfg.DNS == "" {
		return nil, nil
	}
	n := new(names)
	if n.server, err = dns.New(dns.Config{Zone: s.cfg.Zone, Names: s.clusterNames, Log: s.cfg.Logger}); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	for range 10 { // a port that is free for TCP may not be so for UDP
		if n.tcp, err = config.Listen(ctx, "tcp", s.cfg.DNS); err != nil {
			break
		}
		if n.udp, err = config.ListenPacket(ctx, "udp", n.tcp.Addr().String()); err == nil {
			return n, nil
		}
		err = errors.Join(err, n.tcp.Close())
	}
	return nil, fmt.Errorf("server: DNS: %w", err)
}

func (n *names) serve(ctx context.Context, board *trouble.Board) error {
	return n.server.Serve(ctx, n.udp, &seated{n.tcp, share.NewSeats(nameSeats), board})
}

// address is HOST:PORT of what answers, "" if nothing does.
func (n *names) address() string {
	if n == nil {
		return ""
	}
	return reachable(n.tcp.Addr())
}

func (n *names) close() error {
	var errs []error
	for _, err := range []error{n.udp.Close(), n.tcp.Close()} {
		if !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// clusterNames returns the names of all clusters of the store, of whatever node.
func (s *Server) clusterNames(ctx context.Context) (out []dns.Cluster, err error) {
	var all []*model.Cluster
	err = s.store.View(ctx, func(tx store.Tx) error {
		all, err = state.Clusters.List(tx, store.Query{})
		return err
	})
	for _, c := range all {
		if c.Zone != s.cfg.Zone {
			continue
		}
		kinds := []bool{false}
		if c.CustomDNS {
			kinds = append(kinds, true)
		}
		for _, private := range kinds {
			n := dns.Cluster{Name: c.SRVName(private), Options: "authSource=admin&replicaSet=" + c.ReplicaSet}
			for _, m := range c.Members {
				n.Members = append(n.Members, dns.Member{Name: c.MemberName(m.ID, private), Port: m.Port, Host: c.Host})
			}
			out = append(out, n)
		}
	}
	return out, err
}
