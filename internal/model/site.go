package model

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
)

// Site says at which names and addresses the clusters of a node are reached.
type Site struct {
	Host string `json:"host,omitempty"` // that they listen on
	TLS  bool   `json:"tls,omitempty"`  // and nothing else
	Zone string `json:"zone,omitempty"` // of DNS that has their names; "": they have none
}

// maxPrefix is how many bytes of a cluster's name its members' names begin with. The names of a project's clusters must
// differ in them.
const maxPrefix = 23

// Domain is the end of all names of the cluster in DNS, "" if it has none. It is the same for all dedicated clusters of
// a project, as on the service.
func (c *Cluster) Domain() string {
	switch {
	case c.Zone == "":
		return ""
	case c.Declared.Shared():
		return hash(c.ID, 7) + "." + c.Zone
	}
	return hash(c.GroupID, 6) + "." + c.Zone
}

// hash returns a text of n letters and digits that is derived from an id.
func hash(id ID, n int) string {
	sum := sha256.Sum256([]byte(id))
	text := new(big.Int).SetBytes(sum[:]).Text(36)
	return text[len(text)-n:]
}

// SRVName is the name in DNS of the cluster's members (SRV) and options (TXT). private selects the name that clusters
// with custom DNS have beside the other.
func (c *Cluster) SRVName(private bool) string {
	return strings.ToLower(c.Name) + suffix(private) + "." + c.Domain()
}

// MemberName is the name in DNS of the cluster's member with that ID.
func (c *Cluster) MemberName(id int, private bool) string {
	prefix := strings.ToLower(c.Name[:min(len(c.Name), maxPrefix)])
	if c.Declared.Shared() {
		prefix = "ac-" + hash(c.ID, 7)
	}
	return fmt.Sprintf("%s-shard-00-%02d%s.%s", prefix, id, suffix(private), c.Domain())
}

func suffix(private bool) string {
	if private {
		return "-pri"
	}
	return ""
}

// MemberAlias is the name that people know the cluster's member with that ID by: MemberName, also where nothing answers
// DNS.
func (c *Cluster) MemberAlias(id int) string { return strings.TrimSuffix(c.MemberName(id, false), ".") }

// MemberHost is the name or address at which clients reach the cluster's member with that ID.
func (c *Cluster) MemberHost(id int) string {
	if c.Zone == "" {
		return c.Host
	}
	return c.MemberName(id, false)
}

// MoveTo has the cluster and its members reached at another site.
func (c *Cluster) MoveTo(s Site) {
	c.Site = s
	for i := range c.Members {
		c.Members[i].Host = c.MemberHost(c.Members[i].ID)
	}
}

// ConnectionStrings are a cluster's connection strings, each "" if there is none.
type ConnectionStrings struct{ Standard, StandardSRV, Private, PrivateSRV string }

// ConnectionStrings are the cluster's. It has none while it is being created.
func (c *Cluster) ConnectionStrings() (s ConnectionStrings) {
	if len(c.Members) == 0 || c.State == Creating {
		return s
	}
	options := "/?authSource=admin&replicaSet=" + c.ReplicaSet
	if c.TLS {
		options = "/?ssl=true&authSource=admin&replicaSet=" + c.ReplicaSet
	}
	s.Standard = "mongodb://" + c.Addresses() + options
	if c.Zone == "" {
		return s
	}
	srvOptions := "" // the others are in DNS
	if !c.TLS {
		srvOptions = "/?ssl=false" // which clients take for true with mongodb+srv
	}
	s.StandardSRV = "mongodb+srv://" + c.SRVName(false) + srvOptions
	if c.CustomDNS {
		var all []string
		for _, m := range c.Members {
			all = append(all, fmt.Sprintf("%s:%d", c.MemberName(m.ID, true), m.Port))
		}
		s.Private = "mongodb://" + strings.Join(all, ",") + options
		s.PrivateSRV = "mongodb+srv://" + c.SRVName(true) + srvOptions
	}
	return s
}
