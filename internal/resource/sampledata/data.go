package sampledata

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// files are the data set: DATABASE.COLLECTION.jsonl, a document a line in MongoDB's extended JSON. The films, people and
// places are invented; the planets are not.
//
//go:embed data
var files embed.FS

// collection is a part of the data set.
type collection struct {
	db, name string
	docs     []bson.Raw
}

// collections reads the data set.
func collections() (all []collection, err error) {
	entries, err := files.ReadDir("data")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		raw, err := files.ReadFile("data/" + e.Name())
		if err != nil {
			return nil, err
		}
		db, name, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".jsonl"), ".")
		c := collection{db: db, name: name}
		for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
			var doc bson.Raw
			if err := bson.UnmarshalExtJSON(lines.Bytes(), false, &doc); err != nil {
				return nil, fmt.Errorf("sampledata: %s: %w", e.Name(), err)
			}
			c.docs = append(c.docs, doc)
		}
		all = append(all, c)
	}
	return all, nil
}
