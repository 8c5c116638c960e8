// Package shape has the wire shapes that several families share.
package shape

import (
	"fmt"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// ResourceTag is a key-value pair that an owner gives to a project or cluster.
type ResourceTag struct {
	Key   string `json:"key" api:"required,minLen=1,maxLen=255" doc:"The tag's name, such as environment."`
	Value string `json:"value" api:"required,minLen=1,maxLen=255" doc:"The tag's value, such as production."`
}

// MaxTags is how many tags or labels an object has at most. It is a limit of Telamon's own: without it, a few projects with
// megabytes of tags would make every list of projects hundreds of megabytes long.
const MaxTags = 200

// Tags returns tags in the form of the model. It refuses too many of them, and keys that are given more than once.
func Tags(path string, tags []ResourceTag) ([]model.Tag, error) {
	var bad fault.Problems
	bad.AtMost(path, len(tags), MaxTags)
	var out []model.Tag
	seen := map[string]bool{}
	for i, t := range tags {
		if seen[t.Key] {
			bad.Add(fmt.Sprintf("%s[%d].key", path, i), "is given more than once")
		}
		seen[t.Key] = true
		out = append(out, model.Tag(t))
	}
	return out, bad.Err()
}

// ResourceTags shows tags.
func ResourceTags(tags []model.Tag) []ResourceTag {
	var out []ResourceTag
	for _, t := range tags {
		out = append(out, ResourceTag(t))
	}
	return out
}

// ComponentLabel is a key-value pair on a database user or cluster.
type ComponentLabel struct {
	Key   string `json:"key,omitempty" api:"minLen=1,maxLen=255" doc:"The label's name."`
	Value string `json:"value,omitempty" api:"minLen=1,maxLen=255" doc:"The label's value."`
}

// maxLifetime is the longest lifetime of a temporary object (API reference, deleteAfterDate).
const maxLifetime = 7 * 24 * time.Hour

// CheckExpiry adds a problem if end, the field at path, is not in the future or too far away; nil means never.
func CheckExpiry(bad *fault.Problems, path string, end *api.Time, now time.Time) {
	if end != nil && (!end.After(now) || end.After(now.Add(maxLifetime))) {
		bad.Add(path, "must be in the future and within one week from now")
	}
}

// DatabaseName reports whether s can be the name of a MongoDB database.
// Source: MongoDB manual, "Naming Restrictions".
func DatabaseName(s string) bool {
	return s != "" && len(s) <= 63 && !strings.ContainsAny(s, "/\\. \"$\x00")
}

// CollectionName reports whether s can be the name of a MongoDB collection.
// Source: MongoDB manual, "Naming Restrictions".
func CollectionName(s string) bool {
	return s != "" && s[0] != '.' && len(s) <= 253 && !strings.ContainsAny(s, "$\x00")
}
