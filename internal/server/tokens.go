package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
)

// longestID is more than a client id has, in bytes.
const longestID = 64

// limitedByAccount limits how often each account requests tokens from each address.
func (s *Server) limitedByAccount(next http.HandlerFunc) http.HandlerFunc {
	return s.limited(next, func(r *http.Request) string {
		client, _, _ := authn.Client(r) // decoded: one account has many spellings
		return client[:min(len(client), longestID)]
	})
}

// limitedByAddress limits how often an address requests codes, whatever unchecked names the requests have.
func (s *Server) limitedByAddress(next http.HandlerFunc) http.HandlerFunc {
	return s.limited(next, func(*http.Request) string { return "" })
}

func (s *Server) limited(next http.HandlerFunc, name func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if set := s.limits.Tokens(); set != nil {
			g := s.limits.TakeAt(set, api.Subnet(s.auth.Address(r)), name(r))
			if !g.OK {
				w.Header().Set("Retry-After", strconv.Itoa(int(g.Retry/time.Second)))
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusTooManyRequests)
				writeJSON(w, map[string]string{
					"error": "rate_limited", "error_description": "too many tokens were requested; Retry-After says how long to wait",
				})
				return
			}
		}
		next(w, r)
	}
}
