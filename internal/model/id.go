// Package model holds the domain types that several families of the API share. It knows neither the wire nor the
// disk: the json tags are the stored form, never a response's.
package model

import (
	"crypto/rand"
	"encoding/hex"
)

// ID is a 24-digit lower-case hexadecimal identifier, as the API has for all its objects.
type ID = string

// NewID makes a random ID. Unlike MongoDB's ObjectIDs it tells nothing of when or where it was made.
func NewID() ID {
	var b [12]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
