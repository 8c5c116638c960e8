package gateway

import (
	"crypto/tls"
	"net"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// role begins the greeting with the member's role in its set. A member that has been removed is neither primary nor
// secondary. Source: the Server Discovery and Monitoring specification, "updateRSFromPrimary" and its kin.
func (c *conn) role(greeting string, now *moment) bson.D {
	g := c.g
	self := now.member(g.cfg.Member)
	primary := now.member(now.Primary)
	leads := self != nil && self == primary
	private := c.usesPrivateName(self)
	writable := "isWritablePrimary"
	if greeting != "hello" {
		writable = "ismaster"
	}
	doc := bson.D{
		{Key: "helloOk", Value: true},
		{Key: writable, Value: leads},
		{Key: "secondary", Value: self != nil && !leads},
		{Key: "topologyVersion", Value: g.topologyVersion(now)},
		{Key: "setName", Value: g.set.name},
		{Key: "setVersion", Value: now.Version},
	}
	doc = append(doc, addresses(now, private)...)
	if primary != nil {
		doc = append(doc, bson.E{Key: "primary", Value: primary.address(private)})
	}
	if self == nil {
		return doc
	}
	if self.Priority == 0 {
		doc = append(doc, bson.E{Key: "passive", Value: true})
	}
	if len(self.Tags) > 0 {
		doc = append(doc, bson.E{Key: "tags", Value: self.Tags})
	}
	if leads {
		doc = append(doc, bson.E{Key: "electionId", Value: electionID(now.Term)})
	}
	at := lastWrite()
	return append(doc, bson.E{Key: "me", Value: self.address(private)}, bson.E{Key: "lastWrite", Value: bson.D{
		{Key: "opTime", Value: opTime(at, now.Term)}, {Key: "lastWriteDate", Value: at},
		{Key: "majorityOpTime", Value: opTime(at, now.Term)}, {Key: "majorityWriteDate", Value: at}}})
}

// usesPrivateName reports whether the client has reached the member by its private name. The client's TLS handshake says so
// (SNI). Without TLS it is not known, and the answers have the members' public names.
func (c *conn) usesPrivateName(self *Member) bool {
	secured, ok := c.nc.(*tls.Conn)
	if !ok || self == nil || self.Private == "" {
		return false
	}
	host, _, err := net.SplitHostPort(self.Private)
	return err == nil && strings.EqualFold(secured.ConnectionState().ServerName, host)
}

// address is the member's, by its private name if private is set and it has one.
func (m *Member) address(private bool) string {
	if private && m.Private != "" {
		return m.Private
	}
	return m.Host
}

// addresses returns the addresses of the set's members: of those that may become primary, and of the others.
func addresses(now *moment, private bool) bson.D {
	hosts, passives := bson.A{}, bson.A{}
	for i := range now.Members {
		m := &now.Members[i]
		if m.Priority == 0 {
			passives = append(passives, m.address(private))
		} else {
			hosts = append(hosts, m.address(private))
		}
	}
	doc := bson.D{{Key: "hosts", Value: hosts}}
	if len(passives) > 0 {
		doc = append(doc, bson.E{Key: "passives", Value: passives})
	}
	return doc
}
