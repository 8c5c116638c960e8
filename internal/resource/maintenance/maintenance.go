// Package maintenance is the family Maintenance Windows: when a project's clusters may be maintained. Telamon maintains
// nothing at a time of its own choosing, so a window is stored and shown and has no effect.
package maintenance

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Setting[GroupMaintenanceWindow]
}

// New returns the family on st.
func New(st store.Store) *Service {
	s := &Service{kept.Setting[GroupMaintenanceWindow]{Store: st, Table: windows, Validate: check, Events: events}}
	s.Permit = func(tx store.Tx, groupID model.ID) error { return policy.Permit(tx, groupID, s) }
	return s
}

// PolicySubjects returns the project's window, as policies see it.
func (s *Service) PolicySubjects(tx store.Tx, groupID model.ID) ([]policy.Subject, error) {
	w, err := s.Get(tx, kept.In{InGroup: api.InGroup{GroupID: groupID}})
	return []policy.Subject{policy.MaintenanceWindow(groupID, w.DayOfWeek != 0)}, err
}

var windows = kept.Table[GroupMaintenanceWindow]("maintenance_windows", nil)

const (
	tag  = "Maintenance Windows"
	path = "/groups/{groupId}/maintenanceWindow"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "getMaintenanceWindow", Aliases: []string{"getGroupMaintenanceWindow"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return the maintenance window of one project", Description: "A project without a window has dayOfWeek 0.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateMaintenanceWindow", Aliases: []string{"updateGroupMaintenanceWindow"}, Method: http.MethodPatch, Path: path, Tag: tag,
		Summary: "Update the maintenance window of one project", Description: "Changes the fields of the body; an empty protectedHours removes the protected hours.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "resetMaintenanceWindow", Aliases: []string{"resetGroupMaintenanceWindow"}, Method: http.MethodDelete, Path: path, Tag: tag,
		Summary: "Remove the maintenance window of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.reset)),
	}, {
		ID: "toggleMaintenanceAutoDefer", Aliases: []string{"toggleGroupMaintenanceWindowAutoDefer"}, Method: http.MethodPost, Path: path + "/autoDefer", Tag: tag,
		Summary: "Switch the automatic deferral of maintenance in one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.toggle)),
	}, {
		ID: "deferMaintenanceWindow", Aliases: []string{"deferGroupMaintenanceWindow"}, Method: http.MethodPost, Path: path + "/defer", Tag: tag,
		Summary: "Defer the next maintenance in one project by a week", Description: "Maintenance can be deferred twice; further requests change nothing.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.postpone)),
	}}
}

// GroupMaintenanceWindow is a project's maintenance window.
type GroupMaintenanceWindow struct {
	AutoDeferOnceEnabled bool            `json:"autoDeferOnceEnabled" doc:"Whether every maintenance is deferred by a week once."`
	DayOfWeek            int             `json:"dayOfWeek" api:"required,min=0,max=7" doc:"Day on which maintenance may begin: 1 is Sunday, 7 Saturday; 0 in a project without a window."`
	HourOfDay            int             `json:"hourOfDay" api:"min=0,max=23" doc:"Hour of the day at which maintenance may begin."`
	NumberOfDeferrals    int             `json:"numberOfDeferrals" api:"readonly" doc:"How often the next maintenance has been deferred."`
	ProtectedHours       *ProtectedHours `json:"protectedHours,omitempty" doc:"Hours in which only urgent maintenance takes place."`
	StartASAP            bool            `json:"startASAP" doc:"Whether maintenance begins at once."`
	TimeZoneID           string          `json:"timeZoneId,omitempty" api:"readonly" doc:"Time zone of the hours."`
}

// ProtectedHours is a range of hours of each day.
type ProtectedHours struct {
	EndHourOfDay   *int `json:"endHourOfDay,omitempty" api:"min=0,max=23" doc:"Hour at which the range ends."`
	StartHourOfDay *int `json:"startHourOfDay,omitempty" api:"min=0,max=23" doc:"Hour at which the range begins."`
}

// mostDeferrals is how often a maintenance can be deferred (Atlas documentation, "Configure Maintenance Window").
const mostDeferrals = 2

// check completes a window. It refuses an hour without a day, and protected hours without a beginning or an end.
func check(w *GroupMaintenanceWindow) error {
	w.TimeZoneID = "UTC"
	if w.DayOfWeek == 0 && w.HourOfDay != 0 {
		return fault.Field("dayOfWeek", "must be from 1 to 7 for a window with an hour")
	}
	p := w.ProtectedHours
	switch {
	case p == nil:
	case p.StartHourOfDay == nil && p.EndHourOfDay == nil:
		w.ProtectedHours = nil
	case p.StartHourOfDay == nil:
		return fault.Field("protectedHours.startHourOfDay", "is required beside endHourOfDay")
	case p.EndHourOfDay == nil:
		return fault.Field("protectedHours.endHourOfDay", "is required beside startHourOfDay")
	}
	return nil
}

func (s *Service) update(tx store.Tx, in kept.PatchSettingIn[GroupMaintenanceWindow]) (api.None, error) {
	_, err := s.Patch(tx, in)
	return api.None{}, err
}

func (s *Service) change(tx store.Tx, in kept.In, change func(w *GroupMaintenanceWindow)) (api.None, error) {
	_, err := s.Update(tx, in.GroupID, func(w *GroupMaintenanceWindow) error {
		change(w)
		return nil
	})
	return api.None{}, err
}

func (s *Service) reset(tx store.Tx, in kept.In) (api.None, error) {
	return s.change(tx, in, func(w *GroupMaintenanceWindow) { *w = GroupMaintenanceWindow{} })
}

func (s *Service) toggle(tx store.Tx, in kept.In) (api.None, error) {
	return s.change(tx, in, func(w *GroupMaintenanceWindow) { w.AutoDeferOnceEnabled = !w.AutoDeferOnceEnabled })
}

func (s *Service) postpone(tx store.Tx, in kept.In) (api.None, error) {
	return s.change(tx, in, func(w *GroupMaintenanceWindow) { w.NumberOfDeferrals = min(w.NumberOfDeferrals+1, mostDeferrals) })
}

// events returns the events of a change of a window.
func events(before, after GroupMaintenanceWindow) (list []event.Type) {
	add := func(what event.Type, happened bool) {
		if happened {
			list = append(list, what)
		}
	}
	day, hour := before.DayOfWeek != after.DayOfWeek, before.HourOfDay != after.HourOfDay
	add("ATLAS_MAINTENANCE_WINDOW_ADDED", before.DayOfWeek == 0 && after.DayOfWeek != 0)
	add("ATLAS_MAINTENANCE_WINDOW_REMOVED", before.DayOfWeek != 0 && after.DayOfWeek == 0)
	add("ATLAS_MAINTENANCE_WINDOW_MODIFIED", before.DayOfWeek != 0 && after.DayOfWeek != 0 && (day || hour))
	add("ATLAS_MAINTENANCE_AUTO_DEFER_ENABLED", !before.AutoDeferOnceEnabled && after.AutoDeferOnceEnabled)
	add("ATLAS_MAINTENANCE_AUTO_DEFER_DISABLED", before.AutoDeferOnceEnabled && !after.AutoDeferOnceEnabled)
	add("ATLAS_MAINTENANCE_DEFERRED", before.NumberOfDeferrals < after.NumberOfDeferrals)
	add("ATLAS_MAINTENANCE_START_ASAP", !before.StartASAP && after.StartASAP)
	was, is := before.ProtectedHours, after.ProtectedHours
	add("ATLAS_MAINTENANCE_PROTECTED_HOURS_CREATED", was == nil && is != nil)
	add("ATLAS_MAINTENANCE_PROTECTED_HOURS_REMOVED", was != nil && is == nil)
	add("ATLAS_MAINTENANCE_PROTECTED_HOURS_MODIFIED", was != nil && is != nil && !was.equal(is))
	return list
}

func (p *ProtectedHours) equal(q *ProtectedHours) bool {
	return *p.StartHourOfDay == *q.StartHourOfDay && *p.EndHourOfDay == *q.EndHourOfDay
}
