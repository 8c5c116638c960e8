package gateway

import (
	"runtime"

	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/share"
)

// Shared is what the gateways of a process share.
type Shared struct {
	messages   *share.Memory     // bytes of messages that are being read, unpacked and answered
	guests     *share.Seats      // connections of clients that have not logged in
	users      *share.Seats      // connections of those that have
	tries      *ratelimit.Limits // handshakes, logins and wrong proofs
	handshakes chan struct{}     // of TLS that are being computed: on half of the processors at most
}

// messageBytes is enough for any single message: its compressed and uncompressed forms, and the values read from it.
const messageBytes = 128 << 20

// NewShared returns the shared state for a process that may have so many file descriptors.
func NewShared(descriptors int) *Shared {
	_, guests, users := share.Connections(descriptors)
	tries, err := ratelimit.New(nil)
	if err != nil {
		panic(err) // there is no limit of ours that could be wrong
	}
	return &Shared{
		messages: share.NewMemory(messageBytes), guests: share.NewSeats(guests), users: share.NewSeats(users), tries: tries,
		handshakes: make(chan struct{}, max(runtime.GOMAXPROCS(0)/2, 1)),
	}
}

// Usage is how much of their shared resources gateways are using.
type Usage struct {
	Guests, MostGuests     int   // connections that have not logged in
	Users, MostUsers       int   // those that have
	Messages, MostMessages int64 // bytes of large messages
}

// Usage returns the present usage.
func (s *Shared) Usage() Usage {
	u := Usage{Messages: s.messages.Used(), MostMessages: s.messages.Size()}
	u.Guests, u.MostGuests = s.guests.Taken()
	u.Users, u.MostUsers = s.users.Taken()
	return u
}
