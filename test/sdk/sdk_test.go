// Package sdk runs one scenario four times: with two generations of MongoDB's Go SDK, each with an API key and with a
// service account, against a server as telamon serve runs it.
package sdk

import (
	"strings"
	"testing"

	"github.com/telamon-db/telamon/telamontest"
)

var generations = []struct {
	name  string
	open  opener
	today bool // it has the operations that are newer than the reference pages
}{
	{"2025-03-12.1", open20250312001, false},
	{"2025-03-12.10", open20250312010, true},
}

var chapters = []struct {
	name string
	tell func(*world)
}{
	{"who serves", status},
	{"an organization", anOrganization},
	{"another organization", anotherOrganization},
	{"a project", aProject},
	{"its settings", settings},
	{"keys", keys},
	{"service accounts", accounts},
	{"people", people},
	{"invitations", invitations},
	{"teams", teams},
	{"database users and roles", databaseUsers},
	{"the access list", accessList},
	{"limits", limits},
	{"page by page", pages},
	{"what is refused", refused},
	{"who is refused", strangers},
	{"the end of all", theEnd},
	{"what happened", func(w *world) { w.told(ofOrg) }},
	{"too much", tooMuch},
	{"nothing left out", nothingLeft},
}

func TestTheSDK(t *testing.T) {
	for _, g := range generations {
		for _, oauth := range []bool{false, true} {
			name := g.name + " with digest"
			if oauth {
				name = g.name + " with OAuth"
			}
			t.Run(name, func(t *testing.T) {
				srv := telamontest.Start(t, telamontest.RateLimits())
				w := &world{t: t, srv: srv, open: g.open, today: g.today, called: map[string]bool{}, who: credentials{id: srv.PublicKey, secret: srv.PrivateKey}}
				if oauth {
					w.who = credentials{id: srv.ClientID, secret: srv.ClientSecret, oauth: true}
				}
				w.owner = w.as(w.who)
				w.actor = w.whoami()
				for _, c := range chapters {
					if !t.Run(c.name, func(t *testing.T) { w.t = t; c.tell(w) }) {
						t.FailNow()
					}
				}
			})
		}
	}
}

// nothingLeft fails the test if the scenario does not call all operations of the clients.
func nothingLeft(w *world) {
	for operation := range w.owner.methods {
		if !w.called[operation] {
			w.t.Errorf("%s is never called", operation)
		}
	}
}

// whoami has the fields of every event that identify the owner.
func (w *world) whoami() object {
	w.t.Helper()
	id := w.do("getSystemStatus").str("apiKey", "id")
	if w.who.oauth {
		id = w.who.id[strings.LastIndex(w.who.id, "_")+1:] // the client id of an account ends with it
	}
	if len(id) != 24 {
		w.t.Fatalf("the owner's id is %q", id)
	}
	return object{"apiKeyId": id, "publicKey": w.who.id, "remoteAddress": "127.0.0.1", "isGlobalAdmin": false, "userId": nil, "username": nil}
}
