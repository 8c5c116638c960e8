package plane

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// Run runs a command on a running cluster, as no user, and returns its reply. A reply that has ok: 0 is an error.
func (p *Plane) Run(ctx context.Context, cluster model.ID, command bson.D) (bson.Raw, error) {
	d, err := p.get(cluster)
	if err != nil {
		return nil, err
	}
	s, err := d.slot.NewSession(ctx, wire.User{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	body, err := bson.Marshal(command)
	if err != nil {
		return nil, err
	}
	m := &wire.Msg{Body: body}
	reply := bson.Raw(s.Run(nil, m))
	if ok, _ := reply.Lookup("ok").AsFloat64OK(); ok != 1 {
		text, _ := reply.Lookup("errmsg").StringValueOK()
		return nil, fmt.Errorf("plane: %s: %s", m.Name(), text)
	}
	return reply, nil
}
