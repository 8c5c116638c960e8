package docdb

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// invalid is the error of a document that fails its collection's validation, with the reasons.
type invalid struct {
	cause *wire.Error
	info  bson.D
}

func (i *invalid) Error() string { return i.cause.Error() }
func (i *invalid) Unwrap() error { return i.cause }

var documentValidationFailure = wire.Code{Number: 121, Name: "DocumentValidationFailure"}

// validated validates a document that is to replace old in the collection; nil if it is inserted.
func (c *call) validated(t *storage.Tx, old, doc bson.Raw) error {
	v := t.Coll.Validation
	if v == nil || v.Validator == nil || v.Level == "off" || c.Bool("bypassDocumentValidation", false) {
		return nil
	}
	if c.validation != v {
		f, err := match.Parse(c.parser(), v.Validator)
		if err != nil {
			return err
		}
		c.validation, c.validator = v, f
	}
	x := expression.NewEvaluation(c.ctx, nil)
	if c.validator.MatchIn(x, doc) || v.Level == "moderate" && old != nil && !c.validator.MatchIn(x, old) {
		return x.Err()
	}
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if v.Action == "warn" {
		if !c.warned {
			c.e.log.Warn("a document fails its collection's validation and is taken", "collection", t.NS.String())
		}
		c.warned = true
		return nil
	}
	info := bson.D{{Key: "failingDocumentId", Value: doc.Lookup("_id")}, {Key: "details", Value: c.validator.Failing(expression.NewEvaluation(c.ctx, nil), doc)}}
	return &invalid{wire.Errorf(documentValidationFailure, "Document failed validation"), info}
}

// parseValidation reads the arguments of create and collMod; what is not given is as before, which may be nil.
func (c *call) parseValidation(before *storage.Validation) (*storage.Validation, error) {
	if !c.Has("validator") && !c.Has("validationLevel") && !c.Has("validationAction") {
		return before, nil
	}
	v := storage.Validation{Level: "strict", Action: "error"}
	if before != nil {
		v = *before
	}
	for _, choice := range []struct {
		name  string
		to    *string
		known []string
	}{{"validationLevel", &v.Level, []string{"off", "strict", "moderate"}}, {"validationAction", &v.Action, []string{"error", "warn"}}} {
		if c.Has(choice.name) {
			*choice.to = c.Text(choice.name)
		}
		if !slices.Contains(choice.known, *choice.to) {
			return nil, wire.Errorf(wire.BadValue, "Enumeration value '%s' for field '%s.%s' is not a valid value.", *choice.to, c.cmd.name, choice.name)
		}
	}
	if !c.Has("validator") {
		return &v, nil
	}
	if slices.Contains([]string{"admin", "config", "local"}, c.ns.DB) {
		return nil, wire.Errorf(wire.InvalidOptions, "Document validators are not allowed on collection %s in the %s internal database", c.ns, c.ns.DB)
	}
	v.Validator = nil
	if doc := c.Doc("validator"); len(doc) > 5 {
		v.Validator = bytes.Clone(doc)
		if _, err := match.Parse(c.parser(), v.Validator); err != nil {
			return nil, err
		}
	}
	return &v, nil
}

var collModFields = fields("validator", isObject, "validationLevel", isString, "validationAction", isString, "index", isObject, "viewOn-", isString, "pipeline-", isArray,
	"changeStreamPreAndPostImages-", isObject, "expireAfterSeconds-", isAny, "timeseries-", isObject, "cappedSize-", isInt, "cappedMax-", isInt, "dryRun-", isBool)

var collModIndexFields = fields("name", isString, "keyPattern", isObject, "expireAfterSeconds", isInt, "hidden", isBool, "unique", isBool, "prepareUnique", isBool)

func runCollMod(c *call) (bson.D, error) {
	return c.write(func(t *storage.Tx) (bson.D, error) {
		if t.Coll == nil {
			return nil, storage.NoNamespace(t.NS)
		}
		v, err := c.parseValidation(t.Coll.Validation)
		if err != nil {
			return nil, err
		}
		reply := bson.D{}
		if c.Has("index") {
			if reply, err = c.modIndex(t); err != nil {
				return nil, err
			}
		}
		if v == t.Coll.Validation {
			return reply, nil
		}
		return reply, t.SetValidation(v)
	})
}

// modIndex hides or shows an index, or changes how long documents live by it.
func (c *call) modIndex(t *storage.Tx) (bson.D, error) {
	a, err := field.Read("collMod.index", collModIndexFields, c.Doc("index"))
	if err != nil {
		return nil, err
	}
	if err := a.Refuse("unique", "prepareUnique"); err != nil {
		return nil, err
	}
	wanted := a.Get("keyPattern")
	if a.Has("name") == a.Has("keyPattern") {
		return nil, wire.Errorf(wire.InvalidOptions, "must specify either index name or key pattern")
	} else if a.Has("name") {
		wanted = a.Get("name")
	}
	ixs := slices.DeleteFunc(t.Coll.Ready(), func(ix storage.Index) bool { return !ix.AnswersTo(wanted) })
	switch {
	case len(ixs) == 0:
		return nil, wire.Errorf(wire.IndexNotFound, "cannot find index %s for ns %s", wanted, t.NS)
	case len(ixs) > 1:
		return nil, wire.Errorf(ambiguousPattern, "index keyPattern %s matches %d indexes, must use index name", wanted, len(ixs))
	case ixs[0].ID == storage.IDIndex.ID:
		return nil, wire.Errorf(wire.BadValue, "can't hide _id index, nor let documents expire by it")
	}
	old, next, reply := ixs[0], ixs[0], bson.D{}
	if a.Has("hidden") {
		if next.Hidden = a.Bool("hidden", false); next.Hidden != old.Hidden {
			reply = append(reply, bson.E{Key: "hidden_old", Value: old.Hidden}, bson.E{Key: "hidden_new", Value: next.Hidden})
		}
	}
	if a.Has("expireAfterSeconds") {
		if err := parseExpiry(&next, a); err != nil {
			return nil, err
		}
		if old.Expire != nil {
			reply = append(reply, bson.E{Key: "expireAfterSeconds_old", Value: *old.Expire})
		}
		reply = append(reply, bson.E{Key: "expireAfterSeconds_new", Value: *next.Expire})
	}
	if !a.Has("hidden") && !a.Has("expireAfterSeconds") {
		return nil, wire.Errorf(wire.InvalidOptions, "no expireAfterSeconds, hidden, unique, or prepareUnique field")
	}
	return reply, t.ChangeIndex(old.Name, next.Hidden, next.Expire)
}
