package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/stable"
	"github.com/telamon-db/telamon/internal/wire"
)

// checkAPI refuses an unknown version of the Stable API, and in strict mode whatever is not part of it. Nothing of version 1
// is deprecated.
func (c *call) checkAPI() (err error) {
	if !c.Has("apiVersion") {
		if c.Has("apiStrict") || c.Has("apiDeprecationErrors") {
			return wire.Errorf(wire.Code{Number: 4886600, Name: "Location4886600"}, "Provided apiStrict and/or apiDeprecationErrors without passing apiVersion")
		}
		return nil
	}
	if c.Text("apiVersion") != "1" {
		return wire.Errorf(stable.VersionError, "API version must be \"1\"")
	}
	if !c.Bool("apiStrict", false) {
		return nil
	}
	var indexes []bson.Raw
	if c.cmd.name == "createIndexes" {
		if indexes, err = c.docs("indexes"); err != nil {
			return err
		}
	}
	return stable.Check(c.cmd.name, c.Get, indexes)
}
