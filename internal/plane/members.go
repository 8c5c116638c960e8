package plane

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
)

// member is a running member: a gateway on a port of its own. It costs next to nothing while nobody calls it.
type member struct {
	net.Listener
	gateway   *gateway.Gateway
	observers gateway.Observers
	stop      context.CancelFunc
	done      chan struct{} // closed when it has stopped serving; nil: it has not started
}

func (m *member) port() int { return m.Addr().(*net.TCPAddr).Port }

// end ends a member, and waits for its connections.
func (p *Plane) end(m *member) {
	m.stop()
	if m.done != nil {
		<-m.done
	}
	_ = m.Close() // fails if it has served, and so is closed already
	for _, o := range m.observers {
		if c, ok := o.(io.Closer); ok {
			if err := c.Close(); err != nil {
				p.cfg.Logger.Error("a log of a member cannot be closed", "error", err)
			}
		}
	}
}

// arrange makes the members that the cluster's topology has: members that run stay, missing ones are started, and others
// are ended. All of them show the change at once. The deployment is locked.
func (p *Plane) arrange(d *deployment, c *model.Cluster) error {
	next := c.Next()
	begun, err := p.bind(d, c, &next)
	if err != nil {
		return err
	}
	if d.set == nil {
		d.set = gateway.NewReplicaSet(c.ReplicaSet, toGateway(c, next))
	} else if !next.Equal(d.topology) {
		d.set.Change(toGateway(c, next))
		for _, m := range d.members {
			m.gateway.StepDown()
		}
	}
	d.topology = next
	p.ports.claim(c.ID, next.Members)
	for id, m := range begun {
		d.members[id] = m
		p.serve(d, c, id, m)
	}
	for _, m := range next.Members {
		d.members[m.ID].gateway.Limit(c.Size(m).Connections)
		d.members[m.ID].gateway.Away(m.Away)
	}
	for id, m := range d.members {
		if !slices.ContainsFunc(next.Members, func(m model.Member) bool { return m.ID == id }) {
			p.end(m)
			delete(d.members, id)
		}
	}
	d.size.Store(int32(len(d.members)))
	return nil
}

// bind gives every member of the topology its address, and binds the ports of members that do not run yet.
func (p *Plane) bind(d *deployment, c *model.Cluster, t *model.Topology) (begun map[int]*member, err error) {
	begun = map[int]*member{}
	for i := range t.Members {
		m := &t.Members[i]
		m.Host = c.MemberHost(m.ID)
		one := d.members[m.ID]
		if one == nil {
			l, err := p.listen(c.ID, m.Port)
			if err != nil {
				for _, b := range begun {
					err = errors.Join(err, b.Close())
				}
				return nil, err
			}
			one = &member{Listener: l}
			begun[m.ID] = one
		}
		m.Port = one.port()
	}
	return begun, nil
}

// serve starts a member.
func (p *Plane) serve(d *deployment, c *model.Cluster, id int, m *member) {
	if p.cfg.Observers != nil {
		m.observers = p.cfg.Observers(c, id, p.LogDir(c.ID, id))
	}
	var meet gateway.Meet
	if p.cfg.Meet != nil {
		meet = p.cfg.Meet(c.ID, id)
	}
	var secure *tls.Config
	if p.cfg.Site.TLS {
		secure = p.cfg.TLS(c)
	}
	m.gateway = gateway.New(gateway.Config{
		TLS: secure, Name: c.Name, Set: d.set, Member: id, Directory: p.cfg.Directory(c), Backend: &d.slot,
		Logger: p.cfg.Logger, Version: p.cfg.Version, Secret: projectSecret(p.cfg.Secret, c.GroupID),
		Shared: p.shared, Observer: m.observers, Meet: meet,
	})
	var ctx context.Context
	ctx, m.stop = context.WithCancel(context.Background())
	m.done = make(chan struct{})
	go func() {
		defer close(m.done)
		if err := m.gateway.Serve(ctx, m.Listener); err != nil {
			p.cfg.Logger.Error("gateway ended", "cluster", c.Name, "error", err)
		}
	}()
}

// toGateway translates a topology of c into the form of gateways.
func toGateway(c *model.Cluster, t model.Topology) gateway.Topology {
	out := gateway.Topology{Primary: -1, Term: t.Term, Version: t.Version}
	for _, m := range t.Members {
		if m.Primary {
			out.Primary = m.ID
		}
		tags := bson.D{}
		for _, tag := range m.Tags() {
			tags = append(tags, bson.E{Key: tag.Key, Value: tag.Value})
		}
		private := ""
		if c.Zone != "" {
			private = net.JoinHostPort(c.MemberName(m.ID, true), strconv.Itoa(m.Port))
		}
		out.Members = append(out.Members, gateway.Member{ID: m.ID, Host: m.Address(), Private: private, Priority: m.Priority, Tags: tags, Away: m.Away})
	}
	return out
}
