package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
)

// Patch is the body of a partial change to an object of shape W. It is checked like a W, except that members may be
// absent, and it knows which members the caller named.
type Patch[W any] struct{ named map[string]json.RawMessage }

// Schema returns that of W.
func (Patch[W]) Schema() *schema.Node { return schema.Of(reflect.TypeFor[W]()) }

// UnmarshalJSON takes a checked body: one without null, read-only and unknown members.
func (p *Patch[W]) UnmarshalJSON(raw []byte) error { return json.Unmarshal(raw, &p.named) }

// Names reports whether the body has the member.
func (p Patch[W]) Names(member string) bool {
	_, named := p.named[member]
	return named
}

// Apply returns w with the members that the body names in place of the old ones. It refuses members that do not belong
// to the alternative that w then has, and drops those of the alternative that w had before.
func (p Patch[W]) Apply(w W) (out W, err error) {
	old, err := json.Marshal(w)
	if err != nil {
		return out, fmt.Errorf("api: patch %T: %w", w, err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(old, &members); err != nil {
		return out, fmt.Errorf("api: patch %T: %w", w, err)
	}
	maps.Copy(members, p.named)
	if found := p.Schema().Merge(members, p.Names); len(found) > 0 {
		return out, fault.Invalid(found...)
	}
	whole, err := json.Marshal(members)
	if err != nil {
		return out, fmt.Errorf("api: patch %T: %w", w, err)
	}
	if err := json.Unmarshal(whole, &out); err != nil {
		return out, fmt.Errorf("api: patch %T: %w", w, err)
	}
	return out, nil
}
