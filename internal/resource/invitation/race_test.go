package invitation_test

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// Of several answers to an invitation the first counts, and what its inviter does meanwhile comes before it or too late.
func TestAnInvitationIsAnsweredOnce(t *testing.T) {
	s := apitest.Start(t)
	old, invites := s.Owner().At("2023-01-01"), "/orgs/"+s.OrgID+"/invites"
	decline := url.Values{"answer": {"decline"}}
	for _, name := range []string{"ann@example.com", "bob@example.com", "cyd@example.com"} {
		id := old.Post(invites, object{"username": name, "roles": list{"ORG_MEMBER"}}).Want(http.StatusOK).Object()["id"].(string)
		link := s.LinkTo(name)
		var mu sync.Mutex
		seen := map[string][]int{}
		var wg sync.WaitGroup
		do := func(what string, status func() int) {
			wg.Go(func() {
				got := status()
				mu.Lock()
				defer mu.Unlock()
				seen[what] = append(seen[what], got)
			})
		}
		for range 3 {
			do("answer", func() int { status, _ := answer(t, link, account()); return status })
			do("answer", func() int { status, _ := answer(t, link, decline); return status })
			do("change", func() int { return old.Patch(invites+"/"+id, object{"roles": list{"ORG_READ_ONLY"}}).Status })
			do("withdraw", func() int { return old.Delete(invites + "/" + id).Status })
		}
		wg.Wait()
		ended := 0
		for what, all := range seen {
			for _, status := range all {
				if !slices.Contains(map[string][]int{"answer": {200, 410}, "change": {200, 404}, "withdraw": {204, 404}}[what], status) {
					t.Errorf("%s: %d", what, status)
				}
				if what != "change" && status < 300 {
					ended++
				}
			}
		}
		if ended != 1 {
			t.Errorf("it ended %d times: %v", ended, seen)
		}
		if state := states(s, "/orgs/"+s.OrgID)[name]; state == "PENDING" {
			t.Errorf("%s is still pending", name)
		}
	}
}
