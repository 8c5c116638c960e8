package api

import (
	"bytes"
	"encoding/json"
	"sync"
)

// buffer is where answers are encoded, one after another.
type buffer struct {
	bytes.Buffer
	json *json.Encoder
}

var buffers = sync.Pool{New: func() any {
	b := new(buffer)
	b.json = json.NewEncoder(b)
	b.json.SetEscapeHTML(false)
	return b
}}

// encode is json.Marshal without its escapes for HTML, which make links unreadable.
func encode(v any) ([]byte, error) {
	b := buffers.Get().(*buffer)
	b.Reset()
	err := b.json.Encode(v)
	body := bytes.Clone(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	if b.Cap() <= large {
		buffers.Put(b)
	}
	return body, err
}

// large is what a buffer has at most, in bytes, to be used again.
const large = 64 << 10
