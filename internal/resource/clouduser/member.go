package clouduser

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type memberIn struct {
	api.InGroup
	getIn
}

// find is the user's membership in the project.
func (in memberIn) find(tx store.Tx) (*model.Membership, error) {
	m, err := state.Memberships.Get(tx, state.MembershipID(in.UserID, in.GroupID))
	return m, store.IfMissing(err, fault.UserNotFound.With(in.UserID))
}

type getMemberIn struct {
	memberIn
	statusIn
}

func (s *Service) getMember(ctx context.Context, in getMemberIn) (out GroupUserResponse, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		m, err := in.find(tx)
		if err != nil {
			return err
		}
		if !in.wants(m) {
			return fault.UserNotFound.With(in.UserID)
		}
		out, err = showMember(tx, m)
		return err
	})
	return out, err
}

func (s *Service) removeActive(ctx context.Context, in memberIn) (api.None, error) {
	return s.remove(ctx, in, func(m *model.Membership) bool { return !m.Pending })
}

func (s *Service) removeAny(ctx context.Context, in memberIn) (api.None, error) {
	return s.remove(ctx, in, func(*model.Membership) bool { return true })
}

// remove takes a user out of the project. Whoever was invited into it does not get there by accepting later: nothing
// is pending there any more.
func (s *Service) remove(ctx context.Context, in memberIn, seen func(*model.Membership) bool) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		m, err := in.find(tx)
		if err != nil {
			return err
		}
		if !seen(m) {
			return fault.UserNotFound.With(in.UserID)
		}
		what := event.Type("REMOVED_FROM_GROUP")
		if m.Pending {
			what = "GROUP_INVITATION_DELETED"
		}
		if err := event.Write(ctx, tx, event.Event{Type: what, OrgID: m.OrgID, GroupID: m.GroupID}.Of(m.Username)); err != nil {
			return err
		}
		return state.Memberships.Delete(tx, m)
	})
}
