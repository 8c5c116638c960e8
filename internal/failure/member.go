package failure

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// Member has the commands of a cluster's member meet the rules.
func (s *Rules) Member(cluster model.ID, member int) gateway.Meet {
	return func(ctx context.Context, command string) error {
		if !s.any.Load() {
			return nil
		}
		delay, err := s.commandFate(string(cluster), member, command)
		wait(ctx, delay)
		return err
	}
}

// commandFate is what the rules say of a command. The first rule that has an error decides which.
func (s *Rules) commandFate(cluster string, member int, command string) (delay time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, r := range s.all {
		if r.Cluster != cluster || r.Member != nil && *r.Member != member || r.Full && !grows[command] || r.over(now) {
			continue
		}
		slow, fails := r.strikes(command)
		if !fails {
			continue
		}
		delay += slow
		switch {
		case r.Cut:
			return delay, gateway.ErrCut
		case r.Full:
			return delay, wire.Errorf(wire.OutOfDiskSpace, "rule %s of the management listener has the disk full", r.ID)
		}
	}
	return delay, nil
}

// grows are the commands that need room on the disk.
var grows = map[string]bool{
	"bulkWrite": true, "create": true, "createIndexes": true, "delete": true, "findAndModify": true, "findandmodify": true, "insert": true, "update": true,
}
