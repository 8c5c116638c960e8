package gateway

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// setCommands answer questions about the replica set, to users whose roles allow them.
var setCommands = map[string]func(*Gateway) bson.D{
	"replSetGetStatus": (*Gateway).replSetGetStatus,
	"replSetGetConfig": (*Gateway).replSetGetConfig,
}

// opTime is a position in the oplog. It is the same for all members, because they share one store.
func opTime(at time.Time, term int64) bson.D {
	return bson.D{{Key: "ts", Value: bson.Timestamp{T: uint32(at.Unix()), I: 1}}, {Key: "t", Value: term}}
}

// lastWrite is the time of the last entry of the oplog. MongoDB's primaries write one every ten seconds while there is
// nothing to write, from which clients compute how far behind a secondary is.
func lastWrite() time.Time { return time.Now().Truncate(10 * time.Second) }

// state is the member's state by number and name. Source: MongoDB manual, "Replica Set Member States".
func (t *Topology) state(m *Member) (number int32, name string) {
	switch {
	case m.Away:
		return 8, "(not reachable/healthy)"
	case m.ID == t.Primary:
		return 1, "PRIMARY"
	}
	return 2, "SECONDARY"
}

// votes is 1 for a member that may be elected, and 0 for any other.
func (m *Member) votes() int32 { return int32(min(m.Priority, 1)) }

func (t *Topology) voters() (n int32) {
	for i := range t.Members {
		n += t.Members[i].votes()
	}
	return n
}

func (g *Gateway) replSetGetStatus() bson.D {
	now := g.set.now.Load()
	written, started := lastWrite(), g.started
	mine, members := int32(0), bson.A{}
	for i := range now.Members {
		m := &now.Members[i]
		number, name := now.state(m)
		doc := bson.D{{Key: "_id", Value: int32(m.ID)}, {Key: "name", Value: m.Host}, {Key: "health", Value: health(m)}, {Key: "state", Value: number},
			{Key: "stateStr", Value: name}, {Key: "uptime", Value: int64(time.Since(started).Seconds())}}
		if !m.Away {
			doc = append(doc, bson.D{{Key: "optime", Value: opTime(written, now.Term)}, {Key: "optimeDate", Value: written},
				{Key: "lastAppliedWallTime", Value: written}, {Key: "lastDurableWallTime", Value: written}}...)
		}
		doc = append(doc, bson.D{{Key: "syncSourceHost", Value: ""}, {Key: "syncSourceId", Value: int32(-1)}, {Key: "infoMessage", Value: ""},
			{Key: "configVersion", Value: now.Version}, {Key: "configTerm", Value: now.Term}}...)
		if m.ID == g.cfg.Member {
			mine = number
			doc = append(doc, bson.E{Key: "self", Value: true}, bson.E{Key: "lastHeartbeatMessage", Value: ""})
		}
		members = append(members, doc)
	}
	majority := now.voters()/2 + 1
	at := opTime(written, now.Term)
	return ok(bson.D{{Key: "set", Value: g.set.name}, {Key: "date", Value: time.Now()}, {Key: "myState", Value: mine}, {Key: "term", Value: now.Term},
		{Key: "syncSourceHost", Value: ""}, {Key: "syncSourceId", Value: int32(-1)}, {Key: "heartbeatIntervalMillis", Value: int64(2000)},
		{Key: "majorityVoteCount", Value: majority}, {Key: "writeMajorityCount", Value: majority},
		{Key: "votingMembersCount", Value: now.voters()}, {Key: "writableVotingMembersCount", Value: now.voters()},
		{Key: "optimes", Value: bson.D{{Key: "lastCommittedOpTime", Value: at}, {Key: "readConcernMajorityOpTime", Value: at}, {Key: "appliedOpTime", Value: at}, {Key: "durableOpTime", Value: at}}},
		{Key: "members", Value: members}}...)
}

func health(m *Member) float64 {
	if m.Away {
		return 0
	}
	return 1
}

func (g *Gateway) replSetGetConfig() bson.D {
	now := g.set.now.Load()
	members := bson.A{}
	for i := range now.Members {
		m := &now.Members[i]
		members = append(members, bson.D{{Key: "_id", Value: int32(m.ID)}, {Key: "host", Value: m.Host}, {Key: "arbiterOnly", Value: false},
			{Key: "buildIndexes", Value: true}, {Key: "hidden", Value: false}, {Key: "priority", Value: float64(m.Priority)}, {Key: "tags", Value: tagsOf(m)},
			{Key: "secondaryDelaySecs", Value: int64(0)}, {Key: "votes", Value: m.votes()}})
	}
	return ok(bson.E{Key: "config", Value: bson.D{{Key: "_id", Value: g.set.name}, {Key: "version", Value: now.Version}, {Key: "term", Value: now.Term},
		{Key: "members", Value: members}, {Key: "protocolVersion", Value: int64(1)}, {Key: "writeConcernMajorityJournalDefault", Value: true},
		{Key: "settings", Value: bson.D{{Key: "chainingAllowed", Value: true}, {Key: "heartbeatIntervalMillis", Value: int32(2000)},
			{Key: "heartbeatTimeoutSecs", Value: int32(10)}, {Key: "electionTimeoutMillis", Value: int32(10_000)}}}}})
}

// tagsOf are the member's tags, an empty document if it has none.
func tagsOf(m *Member) bson.D {
	if m.Tags == nil {
		return bson.D{}
	}
	return m.Tags
}
