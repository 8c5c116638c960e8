package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// TestGuard: nothing but public addresses is let through, in whatever form they are written.
func TestGuard(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.64.0.1", "0.0.0.0", "::",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "224.0.0.1", "255.255.255.255", "198.18.0.1", "2002:7f00:1::", "ff02::1",
	} {
		if err := (Guard{}).Check(netip.MustParseAddr(text)); err == nil {
			t.Errorf("%s is let through", text)
		}
	}
	for _, text := range []string{"1.1.1.1", "8.8.8.8", "2606:4700::1111"} {
		if err := (Guard{}).Check(netip.MustParseAddr(text)); err != nil {
			t.Error(err)
		}
	}
	own := Guard{Loopback: true, Allowed: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for text, ok := range map[string]bool{"127.0.0.1": true, "10.9.9.9": true, "169.254.169.254": false, "192.168.0.1": false} {
		if err := own.Check(netip.MustParseAddr(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}

var alert = Alert{
	ID: "65a1", Event: Opened, At: time.Unix(1_700_000_000, 0), Severity: "CRITICAL", Title: "Connections of a:1 are above 5", Text: "Now: 7.\nCluster: alpha",
	Source: "a:1", Kind: "OUTSIDE_METRIC_THRESHOLD", Project: "shop", Document: json.RawMessage(`{"id":"65a1","status":"OPEN","currentValue":{"number":7.0}}`),
}

// TestForms: every receiver gets its own address, headers and body, and a body that says that an alert is over.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		channel       Channel
		url, has, end string
		header, value string
	}{
		{Channel{Kind: "SLACK", Key: "xoxb", Routing: "ops"}, "https://slack.com/api/chat.postMessage", `"channel":"ops"`, `"channel":"ops"`, "Authorization", "Bearer xoxb"},
		{Channel{Kind: "PAGER_DUTY", Key: "k", Region: "EU"}, "https://events.eu.pagerduty.com/v2/enqueue", `"event_action":"trigger"`, `"event_action":"resolve"`, "", ""},
		{Channel{Kind: "OPS_GENIE", Key: "k"}, "https://api.opsgenie.com/v2/alerts", `"alias":"65a1"`, `"note":`, "Authorization", "GenieKey k"},
		{Channel{Kind: "VICTOR_OPS", Key: "k", Routing: "r"}, "https://alert.victorops.com/integrations/generic/20131114/alert/k/r", `"message_type":"CRITICAL"`, `"message_type":"RECOVERY"`, "", ""},
		{Channel{Kind: "DATADOG", Key: "k", Region: "US3"}, "https://api.us3.datadoghq.com/api/v1/events", `"alert_type":"error"`, `"alert_type":"success"`, "DD-API-KEY", "k"},
		{Channel{Kind: "MICROSOFT_TEAMS", URL: "https://teams/x"}, "https://teams/x", `"@type":"MessageCard"`, `1E8E3E`, "", ""},
		{Channel{Kind: "WEBHOOK", URL: "https://hook/x", Secret: "s"}, "https://hook/x", `"status":"OPEN"`, `"status"`, "X-MMS-Signature", "QyVTnKehgD9SAZtBEvDi1dkxZYo="},
		{Channel{Kind: "WEBHOOK", URL: "https://hook/x", Template: `{"text":"{{ event }} {{status}}{{none}}"}`, Headers: `{"X-Id":"{{id}}","Host":"evil"}`}, "https://hook/x",
			`{"text":"alert.open OPEN"}`, `{"text":"alert.close OPEN"}`, "X-Id", "65a1"},
	} {
		requests, err := Bases{}.Requests(c.channel, alert)
		if err != nil || len(requests) != 1 {
			t.Errorf("%s: %v %v", c.channel.Kind, requests, err)
			continue
		}
		r := requests[0]
		if r.URL != c.url || !strings.Contains(string(r.Body), c.has) || r.Headers[c.header] != c.value || r.Headers["Host"] != "" || !json.Valid(r.Body) {
			t.Errorf("%s: %s %v %s", c.channel.Kind, r.URL, r.Headers, r.Body)
		}
		over := alert
		over.Event = Closed
		if requests, err = (Bases{}).Requests(c.channel, over); err != nil || !strings.Contains(string(requests[0].Body), c.end) {
			t.Errorf("%s: the end is %v %v", c.channel.Kind, requests, err)
		}
	}
	if r, err := (Bases{"SLACK": "http://127.0.0.1:9"}).Requests(Channel{Kind: "SLACK"}, alert); err != nil || !r[0].Trusted || r[0].URL != "http://127.0.0.1:9/api/chat.postMessage" {
		t.Errorf("the operator's address: %v %v", r, err)
	}
	if r, err := (Bases{}).Requests(Channel{Kind: "SMS"}, alert); err != nil || r != nil {
		t.Errorf("SMS: %v %v", r, err)
	}
}

// sending runs a sender, and returns its store.
func sending(t *testing.T, g Guard) store.Store {
	t.Helper()
	st := sqlitetest.Open(t, nil, Notices.Schema())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s := &Sender{Store: st, Guard: g, Node: "one", Log: slog.New(slog.DiscardHandler)}
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return st
}

func queue(t *testing.T, st store.Store, target string, r Request) {
	t.Helper()
	if err := st.Update(t.Context(), func(tx store.Tx) error { return Queue(tx, "g", target, r) }); err != nil {
		t.Fatal(err)
	}
}

// TestLater: a receiver that fails, redirects or says no gets the notice again, in order, and one that hangs holds up nobody else.
func TestLater(t *testing.T) {
	got := make(chan string, 10)
	answers := make(chan func(http.ResponseWriter), 10)
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hangs" {
			<-release
			return
		}
		body, _ := io.ReadAll(r.Body)
		got <- r.URL.Path + " " + string(body)
		if r.URL.Path == "/a" {
			(<-answers)(w)
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(release) })
	answers <- func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }
	answers <- func(w http.ResponseWriter) {
		w.Header().Set("Location", "http://169.254.169.254/")
		w.WriteHeader(http.StatusFound)
	}
	answers <- func(w http.ResponseWriter) { fmt.Fprint(w, `{"ok":false}`) }
	answers <- func(w http.ResponseWriter) { fmt.Fprint(w, `{"ok":true}`) }
	st := sending(t, Guard{Loopback: true})
	queue(t, st, "h", Request{URL: srv.URL + "/hangs", Body: []byte("0")})
	queue(t, st, "a", Request{URL: srv.URL + "/a", Body: []byte("1"), Expect: `"ok":true`})
	queue(t, st, "b", Request{URL: srv.URL + "/b", Body: []byte("2")})
	seen := map[string]int{}
	for range 5 {
		seen[<-got]++
	}
	if seen["/a 1"] != 4 || seen["/b 2"] != 1 {
		t.Errorf("received %v", seen)
	}
	waitFor(t, st, 1)
}

// waitFor waits until so many notices are left.
func waitFor(t *testing.T, st store.Store, n int64) {
	t.Helper()
	for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
		var left int64
		if err := st.View(t.Context(), func(tx store.Tx) (err error) {
			left, err = Notices.Count(tx, store.Query{})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if left == n {
			tick.Stop()
			return
		}
	}
}

// TestForbidden: a request to this machine is not made unless the operator has named the address, and the error names no
// more than the host.
func TestForbidden(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer srv.Close()
	for _, address := range []string{srv.URL + "/secret", strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) + "/secret"} {
		err := post(t.Context(), Guard{}.client(), Request{URL: address})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := post(t.Context(), Guard{Allowed: everywhere}.client(), Request{URL: srv.URL}); err != nil {
		t.Error(err)
	}
}

// TestBound: a project has so many notices that wait, and the newest of them.
func TestBound(t *testing.T) {
	st := sqlitetest.Open(t, nil, Notices.Schema())
	err := st.Update(t.Context(), func(tx store.Tx) error {
		for i := range mostWaiting + 3 {
			if err := Queue(tx, "g", "t", Request{URL: fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		n, err := Notices.Count(tx, store.Query{})
		if n != mostWaiting {
			t.Errorf("%d wait", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
