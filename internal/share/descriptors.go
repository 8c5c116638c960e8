package share

import "syscall"

// Descriptors returns how many file descriptors the process may have: its own limit, which the Go runtime has raised as
// far as possible. If the limit cannot be read, it returns a small number.
func Descriptors() int {
	const few, many = 1024, 1 << 20
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return few
	}
	return int(min(limit.Cur, many))
}

// Connections divides the descriptors of a process: an eighth for connections of the API, and a quarter for those of
// gateways, half of it for clients that have not logged in. The rest is for users that must never lack descriptors:
// databases, the store, and connections that are being refused.
func Connections(descriptors int) (api, guests, users int) {
	const enough = 1 << 12 // connections of a kind; each costs memory, too
	part := max(min(descriptors/8, enough), 1)
	return part, part, part
}
