// Package model holds the domain types that several families of the API share. It knows neither the wire nor the
// disk: the json tags are the stored form, never a response's.
package model

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// ID is an identifier of 24 lower-case hexadecimal digits, as all objects of the API have.
type ID = string

// NewID makes an ID as MongoDB makes ObjectIDs: the second of its making and eight random bytes. So later objects come
// later in an index by ids, and a log of millions grows at its end.
func NewID() ID {
	var b [12]byte
	rand.Read(b[4:]) // never fails (crypto/rand)
	binary.BigEndian.PutUint32(b[:], uint32(time.Now().Unix()))
	return hex.EncodeToString(b[:])
}
