package auditing

import "testing"

// TestOlder reads a configuration as it was stored before it had the form of the API.
func TestOlder(t *testing.T) {
	w, err := older([]byte(`{"groupId":"a","enabled":true,"authorizationSuccess":true,"filter":"{}"}`))
	if err != nil || !w.Enabled || !w.AuditAuthorizationSuccess || *w.AuditFilter != "{}" || w.ConfigurationType != "FILTER_JSON" {
		t.Errorf("read as %+v: %v", w, err)
	}
	w, err = older([]byte(`{"groupId":"a","enabled":true}`))
	if err != nil || !w.Enabled || w.AuditFilter != nil || w.ConfigurationType != "NONE" {
		t.Errorf("without a filter read as %+v: %v", w, err)
	}
}
