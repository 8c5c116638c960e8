package alert_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestList(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/alerts"
	for _, query := range []string{"", "?status=OPEN", "?status=CLOSED&itemsPerPage=10&pageNum=1"} {
		if page := s.Owner().Get(path + query).Want(http.StatusOK); len(page.Results()) != 0 || page.Object()["totalCount"] != 0.0 {
			t.Errorf("%q lists %s", query, page.Body)
		}
	}
	if got := s.Owner().Get(path+"?status=WAITING").WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"status"}) {
		t.Errorf("a status that does not exist: %v", got)
	}
}
