package gateway

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Member is a member of a replica set as clients see it.
type Member struct {
	ID       int
	Host     string // HOST:PORT
	Private  string // HOST:PORT by a private name, which answers to clients that use it have; "": there is none
	Priority int    // in elections; 0: it never becomes primary
	Tags     bson.D // by which clients choose whom to read from
	Away     bool   // nobody reaches it
}

// nobodyIsPrimary is the Primary of a set that has none.
const nobodyIsPrimary = -1

// Topology says which members a replica set has, and which of them is primary. It is immutable.
type Topology struct {
	Members []Member
	Primary int   // the ID of a member; -1: there is none
	Term    int64 // of the last election: it rises with each
	Version int64 // of the configuration: it rises whenever the members change
}

// member returns the member with that ID, or nil.
func (t *Topology) member(id int) *Member {
	i := slices.IndexFunc(t.Members, func(m Member) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &t.Members[i]
}

// ReplicaSet is the state that the gateways which are its members share. Its methods are safe for concurrent use.
type ReplicaSet struct {
	name string
	mu   sync.Mutex // held while it changes
	now  atomic.Pointer[moment]
}

// moment is the state of a replica set between two changes.
type moment struct {
	Topology
	counter int64         // of changes
	begun   time.Time     // zero for the first
	over    chan struct{} // closed at the next change
}

// NewReplicaSet returns a set of that name.
func NewReplicaSet(name string, t Topology) *ReplicaSet {
	s := &ReplicaSet{name: name}
	s.now.Store(&moment{Topology: t, over: make(chan struct{})})
	return s
}

// Change makes all members show another topology. Clients that wait for a change get their answer at once.
func (s *ReplicaSet) Change(t Topology) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.now.Load()
	s.now.Store(&moment{Topology: t, counter: before.counter + 1, begun: time.Now(), over: make(chan struct{})})
	close(before.over)
}

// Size returns how many members the set has.
func (s *ReplicaSet) Size() int { return len(s.now.Load().Members) }

// isPrimary reports whether this member is the primary.
func (g *Gateway) isPrimary() bool { return g.set.now.Load().Primary == g.cfg.Member }

// electionID grows with every election: MongoDB's has the term in its last bytes.
func electionID(term int64) (id bson.ObjectID) {
	copy(id[:], []byte{0x7f, 0xff, 0xff, 0xff})
	for i := range 8 {
		id[11-i] = byte(term >> (8 * i))
	}
	return id
}
