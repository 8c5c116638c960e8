package model

import "testing"

func TestLost(t *testing.T) {
	here, away := Member{Provider: AWS, Region: "US_EAST_1"}, Member{Provider: AWS, Region: "US_WEST_2"}
	if (&Cluster{}).Lost(away) {
		t.Error("a member is lost without an outage")
	}
	for state, lost := range map[OutageState]bool{
		OutageRequested: false, OutageStarting: false, OutageSimulating: true, RecoveryRequested: true, OutageRecovering: false, OutageComplete: false,
	} {
		c := Cluster{Outage: &Outage{State: state, Regions: []OutageRegion{{AWS, "US_WEST_2"}, {GCP, "US_EAST_1"}}}}
		if c.Lost(away) != lost || c.Lost(here) {
			t.Errorf("%s: lost are %v and %v", state, c.Lost(away), c.Lost(here))
		}
	}
}
