package wire

// User names who a connection belongs to: a name and the database that it logs in on. The zero User is nobody who is known.
type User struct{ Name, DB string }
