package audit

import (
	"net/netip"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/logfile"
	"github.com/telamon-db/telamon/internal/wire"
)

// record is one line of an audit log. Source: MongoDB manual, "System Event Audit Messages": mongo schema.
type record struct {
	kind          string // atype
	at            time.Time
	connection    [16]byte // uuid
	local, remote netip.AddrPort
	users         []wire.User
	roles         []gateway.Role
	param         bson.Raw
	result        int32 // code of the error; 0: success
}

// document is the record as filters see it.
func (r *record) document() bson.Raw {
	start, doc := bsoncore.AppendDocumentStart(nil)
	doc = bsoncore.AppendStringElement(doc, "atype", r.kind)
	doc = bsoncore.AppendDateTimeElement(doc, "ts", r.at.UnixMilli())
	doc = bsoncore.AppendBinaryElement(doc, "uuid", bson.TypeBinaryUUID, r.connection[:])
	doc = appendAddress(doc, "local", r.local)
	doc = appendAddress(doc, "remote", r.remote)
	doc = appendArray(doc, "users", r.users, func(item []byte, u wire.User) []byte {
		return bsoncore.AppendStringElement(bsoncore.AppendStringElement(item, "user", u.Name), "db", u.DB)
	})
	doc = appendArray(doc, "roles", r.roles, func(item []byte, role gateway.Role) []byte {
		return bsoncore.AppendStringElement(bsoncore.AppendStringElement(item, "role", role.Name), "db", role.DB)
	})
	doc = bsoncore.AppendDocumentElement(doc, "param", r.param)
	doc = bsoncore.AppendInt32Element(doc, "result", r.result)
	doc, _ = bsoncore.AppendDocumentEnd(doc, start) // fails only for a start outside doc
	return doc
}

func appendAddress(doc []byte, name string, a netip.AddrPort) []byte {
	start, doc := bsoncore.AppendDocumentElementStart(doc, name)
	doc = bsoncore.AppendStringElement(doc, "ip", a.Addr().String())
	doc = bsoncore.AppendInt32Element(doc, "port", int32(a.Port()))
	doc, _ = bsoncore.AppendDocumentEnd(doc, start)
	return doc
}

func appendArray[T any](doc []byte, name string, items []T, add func([]byte, T) []byte) []byte {
	start, doc := bsoncore.AppendArrayElementStart(doc, name)
	for i, item := range items {
		var at int32
		at, doc = bsoncore.AppendDocumentElementStart(doc, strconv.Itoa(i))
		doc = add(doc, item)
		doc, _ = bsoncore.AppendDocumentEnd(doc, at)
	}
	doc, _ = bsoncore.AppendArrayEnd(doc, start)
	return doc
}

// appendLine appends the record as a line of JSON.
func (r *record) appendLine(dst []byte) []byte {
	dst = append(dst, `{"atype":"`...)
	dst = append(dst, r.kind...)
	dst = logfile.AppendTime(append(dst, `","ts":`...), r.at)
	dst = append(dst, `,"uuid":{"$uuid":"`...)
	dst = appendUUID(dst, r.connection)
	dst = appendEnd(append(dst, `"},"local":`...), r.local)
	dst = appendEnd(append(dst, `,"remote":`...), r.remote)
	dst = append(dst, `,"users":[`...)
	for i, u := range r.users {
		dst = appendName(dst, i, `{"user":`, u.Name, u.DB)
	}
	dst = append(dst, `],"roles":[`...)
	for i, role := range r.roles {
		dst = appendName(dst, i, `{"role":`, role.Name, role.DB)
	}
	dst = logfile.AppendDocument(append(dst, `],"param":`...), r.param)
	dst = strconv.AppendInt(append(dst, `,"result":`...), int64(r.result), 10)
	return append(dst, "}\n"...)
}

func appendEnd(dst []byte, a netip.AddrPort) []byte {
	dst = a.Addr().AppendTo(append(dst, `{"ip":"`...))
	dst = strconv.AppendUint(append(dst, `","port":`...), uint64(a.Port()), 10)
	return append(dst, '}')
}

func appendName(dst []byte, i int, begin, name, db string) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = logfile.AppendString(append(dst, begin...), name)
	dst = logfile.AppendString(append(dst, `,"db":`...), db)
	return append(dst, '}')
}

func appendUUID(dst []byte, id [16]byte) []byte {
	const digits = "0123456789abcdef"
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}
