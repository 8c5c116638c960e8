package plane

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/telamon-db/telamon/internal/model"
)

// listener is a member whose port is bound.
type listener struct {
	model.Member
	net.Listener
}

// bind binds a port for each member that the cluster shall have: the ones that its members had, if they are free.
func (p *Plane) bind(c *model.Cluster) (all []listener, err error) {
	for i, m := range members(c) {
		had := 0
		if i < len(c.Members) {
			had = c.Members[i].Port
		}
		l, err := p.listen(had)
		if err != nil {
			for _, l := range all {
				err = errors.Join(err, l.Close())
			}
			return nil, err
		}
		m.Host, m.Port = c.MemberHost(i), l.Addr().(*net.TCPAddr).Port
		all = append(all, listener{m, l})
	}
	return all, nil
}

// members are those that the cluster shall have, without addresses: the first node that it declares.
func members(c *model.Cluster) []model.Member {
	m := model.Member{Node: model.Electable}
	if len(c.Declared.Zones) > 0 && len(c.Declared.Zones[0].Regions) > 0 {
		first := c.Declared.Zones[0].Regions[0]
		m.Provider, m.Region = first.Cloud(), first.Name
	}
	return []model.Member{m}
}

// listen binds the port that a member had, or another of the range.
func (p *Plane) listen(had int) (net.Listener, error) {
	address := func(port int) string { return net.JoinHostPort(p.cfg.Site.Host, strconv.Itoa(port)) }
	if had != 0 {
		if l, err := net.Listen("tcp", address(had)); err == nil {
			return l, nil
		}
	}
	if p.cfg.PortFrom == 0 {
		return net.Listen("tcp", address(0))
	}
	for port := p.cfg.PortFrom; port <= p.cfg.PortTo; port++ {
		if l, err := net.Listen("tcp", address(port)); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("plane: no port from %d to %d is free", p.cfg.PortFrom, p.cfg.PortTo)
}
