package state

import (
	"fmt"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Limit returns how many of something a project may have, by the name of the limit (model.LimitClusters and so on).
func Limit(tx store.Tx, groupID model.ID, name string) (int64, error) {
	l, ok := model.LimitNamed(name)
	if !ok {
		return 0, fmt.Errorf("state: there is no limit %q", name)
	}
	p, err := Project(tx, groupID)
	if err != nil {
		return 0, err
	}
	return p.Limits.Of(l), nil
}
