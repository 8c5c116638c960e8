package share

// Room is what the gateways of a process have together.
type Room struct {
	Messages *Memory // bytes of messages that are being read, unpacked or answered
	Guests   *Seats  // connections of clients that have not logged in
	Members  *Seats  // connections of those that have
}

// messageBytes is enough for any one message, compressed and not.
const messageBytes = 128 << 20

// NewRoom returns the room of a process that may have so many descriptors.
func NewRoom(descriptors int) *Room {
	_, guests, members := Connections(descriptors)
	return &Room{NewMemory(messageBytes), NewSeats(guests), NewSeats(members)}
}
