package sqlkit

// encode returns the bytes of a key: its parts in order, each with 0x00 written as 0x00 0xFF and ended by 0x00 0x01.
// Encoded keys compare as their parts do, one after the other and bytewise, and the encoding of a key's leading parts
// is a prefix of that key's encoding, and of no key with other leading parts.
func encode(parts []string) []byte {
	size := 0
	for _, p := range parts {
		size += len(p) + 2
	}
	out := make([]byte, 0, size)
	for _, p := range parts {
		for i := range len(p) {
			out = append(out, p[i])
			if p[i] == 0 {
				out = append(out, 0xFF)
			}
		}
		out = append(out, 0, 1)
	}
	return out
}

// after returns the first bytes that come after all encoded keys that begin with the given ones, or nil if there are
// none because prefix is empty.
func after(prefix []byte) []byte {
	if len(prefix) == 0 {
		return nil
	}
	out := append([]byte(nil), prefix...)
	out[len(out)-1]++ // the last byte of an encoded part is 0x01
	return out
}

// column is the value of an index column: NULL for a row that is not in the index.
func column(key []string) any {
	if key == nil {
		return nil
	}
	return encode(key)
}
