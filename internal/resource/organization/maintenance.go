package organization

import (
	"cmp"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
)

// manual is how clusters get their place in the order of maintenance unless an owner wants it otherwise.
const manual = "MANUAL"

// OrganizationMaintenanceSettingsResponse is an organization's maintenance settings.
type OrganizationMaintenanceSettingsResponse struct {
	EffectiveWaveAssignmentMode string `json:"effectiveWaveAssignmentMode,omitempty" api:"readonly,enum=MANUAL|ENV_TAG_MAPPING" doc:"The mode that is in force."`
	WaveAssignmentMode          string `json:"waveAssignmentMode,omitempty" api:"nullable,enum=MANUAL|ENV_TAG_MAPPING" doc:"The mode that was chosen; absent if none was."`
}

// OrganizationMaintenanceSettingsUpdateRequest changes an organization's maintenance settings.
type OrganizationMaintenanceSettingsUpdateRequest struct {
	WaveAssignmentMode string `json:"waveAssignmentMode,omitempty" api:"enum=MANUAL|ENV_TAG_MAPPING" doc:"How clusters get their place in the order of maintenance: by hand, or by the tag that names their environment."`
}

func toMaintenance(o *model.Organization) OrganizationMaintenanceSettingsResponse {
	return OrganizationMaintenanceSettingsResponse{cmp.Or(o.WaveAssignment, manual), o.WaveAssignment}
}

type maintenanceIn struct {
	getIn
	Body OrganizationMaintenanceSettingsUpdateRequest
}

func (in maintenanceIn) take(o *model.Organization) ([]event.Type, error) {
	return choose(o, cmp.Or(in.Body.WaveAssignmentMode, o.WaveAssignment))
}

func (getIn) resetMaintenance(o *model.Organization) ([]event.Type, error) { return choose(o, "") }

// choose takes a mode, and tells of a change of the one that is in force.
func choose(o *model.Organization, mode string) (events []event.Type, err error) {
	if now := cmp.Or(mode, manual); now != cmp.Or(o.WaveAssignment, manual) {
		events = append(events, event.Type("ORG_WAVE_ASSIGNMENT_MODE_"+now))
	}
	o.WaveAssignment = mode
	return events, nil
}
