package project_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestManagedSlowMs: the answer is a bare boolean, and a project's other settings do not show the switch.
func TestManagedSlowMs(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/managedSlowMs"
	is := func(want string) {
		t.Helper()
		if got := string(s.Owner().Get(path).Want(http.StatusOK).Body); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
	is("true")
	s.Owner().Delete(path + "/disable").Want(http.StatusNoContent)
	is("false")
	s.Owner().Delete(path + "/disable").Want(http.StatusNoContent)
	s.Restart()
	is("false")
	if settings := s.Owner().Get("/groups/" + s.ProjectID + "/settings").Want(http.StatusOK).Object(); len(settings) != 11 {
		t.Errorf("the settings are %v", settings)
	}
	s.Owner().Post(path+"/enable", nil).Want(http.StatusNoContent)
	is("true")
}
