package report

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/docdb/usage"
	"github.com/telamon-db/telamon/internal/wire"
)

// SessionsFields are the options of $listSessions and $listLocalSessions.
var SessionsFields = field.Of("allUsers", field.Bool, "users", field.Array)

// unsupportedFormat is MongoDB's code for options that exclude each other.
var unsupportedFormat = wire.Code{Number: 12, Name: "UnsupportedFormat"}

// Sessions are the documents that $listSessions and $listLocalSessions make: the logical sessions of the caller, of all
// users, or of some. Source: MongoDB manual, "$listLocalSessions".
func Sessions(on On, sessions *usage.Sessions, caller wire.User) ([]bson.D, error) {
	users := []wire.User{caller}
	all := on.Bool("allUsers", false)
	if on.Has("users") {
		if all {
			return nil, wire.Errorf(unsupportedFormat, "the options allUsers and users cannot be combined")
		}
		users = nil
		for _, v := range keys.Elements(on.Get("users").Value) {
			doc, ok := v.DocumentOK()
			if !ok {
				return nil, field.Object.Mismatch("users", v)
			}
			a, err := field.Read("users", field.Of("user!", field.String, "db!", field.String), doc)
			if err != nil {
				return nil, err
			}
			users = append(users, wire.User{Name: a.Text("user"), DB: a.Text("db")})
		}
	}
	var docs []bson.D
	for _, s := range sessions.List(on.Store.Now(), storage.SessionTimeout) {
		if !all && !slices.Contains(users, s.User) {
			continue
		}
		owner := usage.UserDigest(s.User)
		d := bson.D{{Key: "_id", Value: bson.D{{Key: "id", Value: bson.Binary{Subtype: bson.TypeBinaryUUID, Data: s.ID[:]}},
			{Key: "uid", Value: bson.Binary{Data: owner[:]}}}}, {Key: "lastUse", Value: s.Used}}
		if s.User != (wire.User{}) {
			d = append(d, bson.E{Key: "user", Value: s.User.Name + "@" + s.User.DB})
		}
		docs = append(docs, d)
	}
	return docs, nil
}
