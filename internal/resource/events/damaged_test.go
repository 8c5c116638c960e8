package events_test

import (
	"bytes"
	"database/sql"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the store's driver

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/telamontest"
)

// TestADamagedEventHidesNoOther: a list has all events beside it, and says of the damaged one what it still can.
func TestADamagedEventHidesNoOther(t *testing.T) {
	for _, garbage := range []string{`{"id":`, "\x00\xff", "", "{}", "[]", `{"id":"0123456789abcdef01234567","type":"GROUP_CREATED"}`} {
		var log bytes.Buffer
		s := apitest.Start(t, telamontest.Logger(slog.New(slog.NewTextHandler(&log, nil))))
		history(s)
		path := "/groups/" + s.ProjectID + "/events"
		id := s.Owner().Get(path).Want(http.StatusOK).Results()[1]["id"].(string)
		s.Stop()
		db, err := sql.Open("sqlite", filepath.Join(s.DataDir, "telamon.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("UPDATE events SET body = ? WHERE CAST(id AS TEXT) = ?", []byte(garbage), id); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		log.Reset()
		s.Restart()
		for _, query := range []string{"", "?includeRaw=true"} {
			a := s.Owner().Get(path + query).Want(http.StatusOK)
			got := a.Results()
			if want := all; strings.Join(names(got), " ") != strings.Join(want, " ") || a.Object()["totalCount"] != float64(len(want)) {
				t.Fatalf("%q: %s", garbage, a.Body)
			}
			raw, _ := got[1]["raw"].(map[string]any)
			if got[1]["id"] != id || got[1]["created"] == nil || raw["severity"] != "ERROR" || !strings.Contains(raw["description"].(string), "damaged") {
				t.Errorf("%q: the damaged one is %v", garbage, got[1])
			}
		}
		s.Owner().Get(path + "/" + id).Want(http.StatusOK)
		s.Stop()
		if !strings.Contains(log.String(), "an event is damaged") || !strings.Contains(log.String(), id) {
			t.Errorf("%q: the log does not say which event is damaged", garbage)
		}
	}
}
