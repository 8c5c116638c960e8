package server_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/telamontest"
)

// TestForeignPagesCannotMoveTheClock: a web page that somebody on this machine looks at can send requests to the
// loopback address; the clock never goes back, so such a request must not move it.
func TestForeignPagesCannotMoveTheClock(t *testing.T) {
	s := telamontest.Start(t)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://elsewhere.example"}} {
		res, _ := send(t, http.MethodPost, s.ManagementURL+"/clock", `{"advance":"1h"}`, header...)
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%v: %s", header, res.Status)
		}
	}
	if _, ahead := showing(t, want(t, s.ManagementURL+"/clock", http.StatusOK)); ahead != 0 {
		t.Errorf("the clock was moved by %v", ahead)
	}
}

// TestTheClockHasAnEnd: beyond it, the clock's offset would not fit its type, and the clock would stop where it is.
func TestTheClockHasAnEnd(t *testing.T) {
	s := telamontest.Start(t)
	const sixtyYears = `{"advance":"525600h"}`
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		if res, body := send(t, http.MethodPost, s.ManagementURL+"/clock", sixtyYears); res.StatusCode != status {
			t.Fatalf("%s, want %d: %s", res.Status, status, body)
		}
	}
}
