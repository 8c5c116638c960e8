package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
)

// MaxBody is the largest request body in bytes: far above any body that the operations' own limits allow. A decoded
// body can take a hundred times as much memory.
const MaxBody = 1 << 20

func (b *binding) body(in *input, field reflect.Value) error {
	raw, err := b.read()
	if err != nil {
		return err
	}
	if len(raw) == 0 && !in.required {
		return nil
	}
	tree, err := schema.Decode(raw)
	if err != nil {
		return fault.InvalidJSON.With(err.Error()).Naming(fault.Violation{Field: "body", Description: err.Error()})
	}
	clean, found := in.node.Check(tree, b.route.op.Method == http.MethodPatch)
	if len(found) > 0 {
		return fault.Invalid(found...)
	}
	if raw, err = json.Marshal(clean); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, field.Addr().Interface()); err != nil {
		return fmt.Errorf("api: a checked body does not fit %v: %w", field.Type(), err)
	}
	return nil
}

// read checks the body's media type and reads the body, up to its limit.
func (b *binding) read() ([]byte, error) {
	if (b.r.Header.Get("Content-Type") != "" || b.r.ContentLength != 0) && !isJSON(b.r.Header) {
		return nil, fault.UnsupportedMedia.With()
	}
	if b.r.ContentLength > MaxBody { // who waits for 100 Continue need not even send it
		return nil, fault.BodyTooLarge.With(strconv.Itoa(MaxBody))
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, b.r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fault.BodyTooLarge.With(strconv.Itoa(MaxBody))
	case err != nil:
		return nil, fault.InvalidJSON.With("it could not be read to its end").Because(err)
	}
	return raw, nil
}

// isJSON reports whether headers announce plain JSON: in UTF-8 (RFC 8259, section 8.1) and not compressed.
func isJSON(h http.Header) bool {
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	a, isVersioned := versioned(media)
	charset, coding := cmp.Or(params["charset"], "utf-8"), cmp.Or(h.Get("Content-Encoding"), "identity")
	return err == nil && (media == "application/json" || isVersioned && a.format == JSON) && strings.EqualFold(charset, "utf-8") && strings.EqualFold(coding, "identity")
}
