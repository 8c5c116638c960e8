package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxDepth is how deep a request's JSON may nest.
const MaxDepth = 64

// MaxValues is how many values a request's JSON may have, nested ones included. A decoded small object takes a hundred
// times as much memory as its text; this bound keeps any body to a few megabytes.
const MaxValues = 20_000

// decoder counts how many values may still follow.
type decoder struct {
	*json.Decoder
	left int
}

// Decode reads one JSON value into maps, slices, strings, json.Number, bools and nil. It refuses what encoding/json
// lets pass: invalid UTF-8, a name twice in one object, nesting beyond MaxDepth, more than MaxValues, and anything after
// the value.
func Decode(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("it is not valid UTF-8")
	}
	d := &decoder{json.NewDecoder(bytes.NewReader(body)), MaxValues}
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the first value")
	}
	return v, nil
}

func decodeValue(d *decoder, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("it is nested deeper than %d levels", MaxDepth)
	}
	if d.left--; d.left < 0 {
		return nil, fmt.Errorf("it has more than %d values", MaxValues)
	}
	t, err := d.Token()
	if err != nil {
		return nil, readable(err)
	}
	switch t {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		return decodeArray(d, depth)
	}
	return t, nil
}

func decodeObject(d *decoder, depth int) (any, error) {
	m := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, readable(err)
		}
		name, ok := t.(string)
		if !ok {
			return nil, errors.New("an object's member has no name")
		}
		if _, twice := m[name]; twice {
			return nil, fmt.Errorf("the name %q is given more than once in one object", printable(name))
		}
		if m[name], err = decodeValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return m, readable(err)
}

func decodeArray(d *decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, readable(err)
}

// readable tells where a syntax error is, without quoting the text.
func readable(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("syntax error at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	}
	return err
}
