package rollingindex

import "encoding/json"

// DatabaseRollingIndexRequest asks for an index.
type DatabaseRollingIndexRequest struct {
	Collation  *Collation          `json:"collation,omitempty" doc:"How texts are compared."`
	Collection string              `json:"collection" api:"required,minLen=1,maxLen=255" doc:"Name of the collection."`
	DB         string              `json:"db" api:"required,minLen=1,maxLen=64" doc:"Name of the database."`
	Keys       []map[string]string `json:"keys" api:"required,minItems=1,maxItems=32" doc:"The fields in their order, each an object with the direction, 1 or -1, or the kind of index."`
	Options    *IndexOptions       `json:"options,omitempty" doc:"Options of the index."`
}

// Collation says how texts are compared.
type Collation struct {
	Alternate       string `json:"alternate,omitempty" api:"enum=non-ignorable|shifted" doc:"Whether spaces and punctuation count."`
	Backwards       *bool  `json:"backwards,omitempty" doc:"Whether accents are compared from the end."`
	CaseFirst       string `json:"caseFirst,omitempty" api:"enum=lower|off|upper" doc:"Which case comes first."`
	CaseLevel       *bool  `json:"caseLevel,omitempty" doc:"Whether case counts at low strengths."`
	Locale          string `json:"locale" api:"required,minLen=2,maxLen=20" doc:"Language."`
	MaxVariable     string `json:"maxVariable,omitempty" api:"enum=punct|space" doc:"What alternate is about."`
	Normalization   *bool  `json:"normalization,omitempty" doc:"Whether texts are normalized."`
	NumericOrdering *bool  `json:"numericOrdering,omitempty" doc:"Whether digits are compared as numbers."`
	Strength        *int   `json:"strength,omitempty" api:"min=1,max=5" doc:"Level of comparison."`
}

// IndexOptions are options of an index, as createIndexes takes them.
type IndexOptions struct {
	SphereVersion           *int            `json:"2dsphereIndexVersion,omitempty" doc:"Version of a 2dsphere index."`
	Background              *bool           `json:"background,omitempty" doc:"Without effect: indexes are built in the background."`
	Bits                    *int            `json:"bits,omitempty" doc:"Precision of a 2d index."`
	BucketSize              *int            `json:"bucketSize,omitempty" doc:"Width of the cells of a geoHaystack index."`
	ColumnstoreProjection   json.RawMessage `json:"columnstoreProjection,omitempty" doc:"Fields of a column store index: an object."`
	DefaultLanguage         string          `json:"default_language,omitempty" api:"maxLen=30" doc:"Language of a text index."`
	ExpireAfterSeconds      *int            `json:"expireAfterSeconds,omitempty" api:"min=0" doc:"For how many seconds documents are kept."`
	Hidden                  *bool           `json:"hidden,omitempty" doc:"Whether queries may not use the index."`
	LanguageOverride        string          `json:"language_override,omitempty" api:"maxLen=255" doc:"Field with a document's language."`
	Max                     *int            `json:"max,omitempty" doc:"Upper bound of a 2d index."`
	Min                     *int            `json:"min,omitempty" doc:"Lower bound of a 2d index."`
	Name                    string          `json:"name,omitempty" api:"maxLen=255" doc:"Name of the index. Without it, it is made of the fields."`
	PartialFilterExpression json.RawMessage `json:"partialFilterExpression,omitempty" doc:"Which documents are indexed: an object."`
	Sparse                  *bool           `json:"sparse,omitempty" doc:"Whether documents without the fields are left out."`
	StorageEngine           json.RawMessage `json:"storageEngine,omitempty" doc:"Options of a storage engine: an object."`
	TextIndexVersion        *int            `json:"textIndexVersion,omitempty" doc:"Version of a text index."`
	Weights                 json.RawMessage `json:"weights,omitempty" doc:"Weights of the fields of a text index: an object."`
}
