package shape

import (
	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
)

// Reading is what was measured of a member of a cluster in a minute.
type Reading struct {
	Cluster *model.Cluster
	Member  model.Member
	Row     measure.Row
	Trimmed bool // the oplog has forgotten its first entries, so its window tells something
}
