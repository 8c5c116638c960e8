package api

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/share"
)

// spend takes a token from the request's bucket, and tells in headers how many are left. It is called after the check
// of roles, so that a stranger cannot use up a project's tokens.
func (e *Engine) spend(out *response, set *ratelimit.Set, scope authz.Scope) error {
	if set == nil {
		return nil
	}
	g := e.take(out, set, scope)
	h := out.w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(set.Capacity))
	h.Set("RateLimit-Remaining", strconv.Itoa(g.Remaining))
	if g.OK {
		return nil
	}
	retry := seconds(g.Retry)
	h.Set("Retry-After", retry)
	return fault.RateLimited.With(out.r.URL.Path, retry, strconv.Itoa(set.Capacity), strconv.Itoa(set.Refill), seconds(ratelimit.Per))
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// take takes a token from the request's bucket in the set.
func (e *Engine) take(out *response, set *ratelimit.Set, scope authz.Scope) ratelimit.Grant {
	switch set.Scope {
	case ratelimit.Project:
		return e.Limits.TakeKnown(set, scope.GroupID)
	case ratelimit.Organization:
		return e.Limits.TakeKnown(set, scope.OrgID)
	case ratelimit.User:
		if who := authz.From(out.ctx); who.ID != "" {
			return e.Limits.TakeKnown(set, who.ID)
		}
	}
	return e.Limits.Take(set, Subnet(e.Auth.Address(out.r)))
}

// Subnet returns the owner of a bucket by address: an IPv4 address, or the /64 that one customer has in IPv6 (RFC
// 6177).
func Subnet(a netip.Addr) string { return share.Subnet(a) }
