package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/openapi"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/login"
	"github.com/telamon-db/telamon/internal/requestlog"
	"github.com/telamon-db/telamon/internal/resource/backup"
)

// defaultMajorVersion is the MongoDB version that new clusters have.
const defaultMajorVersion = "8.0"

// handler is the API listener: the token endpoints, the small endpoints that clients call on the way, and the API.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	oauth := authn.NewOAuth(s.store, s.clock, s.cfg.Logger)
	document := sync.OnceValue(s.document)
	mux.HandleFunc("POST /api/oauth/token", s.limitedByAccount(oauth.Token))
	mux.HandleFunc("POST /api/oauth/revoke", oauth.Revoke)
	mux.HandleFunc("POST "+login.AuthorizePath, s.limitedByAddress(s.login.Authorize))
	mux.HandleFunc("POST "+login.TokenPath, s.login.Token)
	mux.HandleFunc("POST "+login.RevokePath, s.login.Revoke)
	mux.Handle(login.PagePath, s.login.Page())
	mux.HandleFunc("GET /api/private/ipinfo", s.ipInfo)
	mux.HandleFunc("GET /api/private/unauth/nds/defaultMongoDBMajorVersion", majorVersion)
	mux.HandleFunc("POST /api/private/v1.0/telemetry/events", forget)
	mux.HandleFunc("POST /api/private/unauth/telemetry/events", forget)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document()) // the caller has gone
	})
	mux.Handle(backup.DownloadPath, (&backup.Downloads{Service: s.backups(), Log: s.cfg.Logger}).Handler())
	mux.Handle(invite.Path, (&invite.Pages{Store: s.store, Address: s.auth.Address, Log: s.cfg.Logger}).Handler())
	return requestlog.Handler(s.cfg.Logger, s.metrics.Request, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entry := requestlog.From(w)
		entry.Address = s.auth.Address(r).String()
		// Not a pattern of mux: it would clean paths of the API, which hold escaped and double slashes.
		if !strings.HasPrefix(r.URL.Path, api.Prefix) {
			if h, pattern := mux.Handler(r); pattern != "" {
				entry.Path = pattern[strings.IndexByte(pattern, '/'):] // less its method; the paths of invitations' pages and of downloads are secrets
				h.ServeHTTP(w, r)
				return
			}
		}
		s.engine.ServeHTTP(w, newer(r))
	}))
}

// ipInfo answers with the client's own address.
func (s *Server) ipInfo(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, map[string]string{"currentIpv4Address": s.auth.Address(r).String()})
}

func majorVersion(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write([]byte(defaultMajorVersion)) // the caller has gone
}

// forget accepts clients' telemetry and drops it.
func forget(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

// document is the OpenAPI document of the server's operations. It is half a megabyte and the same for everybody.
func (s *Server) document() []byte {
	raw, err := json.Marshal(openapi.Document(s.engine.Operations(), Version))
	if err != nil {
		panic(err) // maps, strings and numbers always marshal
	}
	return raw
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the caller has gone
}

// OpenAPI is the document of the operations that this build of Telamon has.
func OpenAPI() map[string]any { return openapi.Document(new(Server).operations(), Version) }
