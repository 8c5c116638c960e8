package gateway

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// listing reduces the list in a reply to the names that the caller may see.
type listing struct{ shows func(name string) bool }

// filter returns reply without the entries that are not shown: of a list of databases or of a cursor's batch.
func (l *listing) filter(reply bson.Raw) (bson.Raw, error) {
	var doc bson.D
	if err := bson.Unmarshal(reply, &doc); err != nil {
		return nil, err
	}
	for i, e := range doc {
		switch e.Key {
		case "databases":
			doc[i].Value = l.entries(e.Value)
		case "cursor":
			l.batch(e.Value)
		}
	}
	return bson.Marshal(sumSizes(doc))
}

func (l *listing) batch(cursor any) {
	fields, _ := cursor.(bson.D)
	for i, e := range fields {
		if e.Key == "firstBatch" || e.Key == "nextBatch" {
			fields[i].Value = l.entries(e.Value)
		}
	}
}

func (l *listing) entries(list any) bson.A {
	shown := bson.A{}
	all, _ := list.(bson.A)
	for _, entry := range all {
		if name, ok := field(entry, "name").(string); ok && l.shows(name) {
			shown = append(shown, entry)
		}
	}
	return shown
}

func field(doc any, key string) any {
	fields, _ := doc.(bson.D)
	i := slices.IndexFunc(fields, func(e bson.E) bool { return e.Key == key })
	if i < 0 {
		return nil
	}
	return fields[i].Value
}

// sumSizes sets the totals of a list of databases to those of the entries that are left.
func sumSizes(doc bson.D) bson.D {
	var total int64
	list, _ := field(doc, "databases").(bson.A)
	for _, entry := range list {
		switch size := field(entry, "sizeOnDisk").(type) {
		case int64:
			total += size
		case int32:
			total += int64(size)
		case float64:
			total += int64(size)
		}
	}
	for i, e := range doc {
		switch e.Key {
		case "totalSize":
			doc[i].Value = total
		case "totalSizeMb":
			doc[i].Value = total >> 20
		}
	}
	return doc
}
