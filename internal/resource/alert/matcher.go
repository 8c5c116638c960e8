package alert

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/model"
)

// subject is what an alert is about: a member of a cluster, a cluster, or the project.
type subject struct {
	cluster *model.Cluster // nil: the project
	member  *model.Member  // nil: the cluster
	name    string         // of the cluster, where the event tells no more
}

func (s subject) clusterName() string {
	if s.cluster != nil {
		return s.cluster.Name
	}
	return s.name
}

// field is a field of the subject; ok is false if it has none.
func (s subject) field(name fieldName) (value string, ok bool) {
	switch name {
	case "CLUSTER_NAME", "INSTANCE_NAME":
		return s.clusterName(), s.clusterName() != ""
	case "REPLICA_SET_NAME":
		if s.cluster != nil {
			return s.cluster.ReplicaSet, true
		}
	}
	if s.member == nil {
		return "", false
	}
	switch name {
	case "HOSTNAME":
		return s.member.Host, true
	case "PORT":
		return strconv.Itoa(s.member.Port), true
	case "HOSTNAME_AND_PORT":
		return s.member.Address(), true
	case "TYPE_NAME":
		return s.typeName(), true
	case "ATLAS_NODE_TYPE":
		return string(s.member.Node), true
	}
	return "", false
}

func (s subject) typeName() string {
	if s.member.Primary {
		return "PRIMARY"
	}
	return "SECONDARY"
}

// compile is the matcher's regular expression, if it has one.
func (m AlertMatcher) compile() (*regexp.Regexp, error) {
	if m.Operator != "REGEX" {
		return nil, nil
	}
	return regexp.Compile("^(?:" + m.Value + ")$")
}

// matches reports whether the condition holds for a subject. One that lacks the field matches nothing.
func (m AlertMatcher) matches(s subject) bool {
	value, ok := s.field(m.FieldName)
	if !ok {
		return false
	}
	switch m.Operator {
	case "EQUALS":
		return value == m.Value
	case "NOT_EQUALS":
		return value != m.Value
	case "CONTAINS":
		return strings.Contains(value, m.Value)
	case "NOT_CONTAINS":
		return !strings.Contains(value, m.Value)
	case "STARTS_WITH":
		return strings.HasPrefix(value, m.Value)
	case "ENDS_WITH":
		return strings.HasSuffix(value, m.Value)
	}
	e, err := m.compile()
	return err == nil && e != nil && e.MatchString(value)
}

// about reports whether the configuration's conditions hold for a subject.
func (w *GroupAlertsConfig) about(s subject) bool {
	for _, m := range w.Matchers {
		if !m.matches(s) {
			return false
		}
	}
	return true
}
