package server

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/durable"
)

// management is the listener for whoever runs the server: health, metrics, profiles, nodes, failures and the clock. Those last four
// ask for the secret in bootstrap.json. Browsers reach the listener even on loopback, so it answers to its own
// names only, or any name on the web could be made to lead here, and refuses changes that a page from elsewhere asks for.
func (s *Server) management() http.Handler {
	secret := http.NewServeMux()
	secret.HandleFunc("GET /clock", s.showClock)
	secret.HandleFunc("POST /clock", s.moveClock)
	secret.HandleFunc("GET /faults", s.listFailures)
	secret.HandleFunc("POST /faults", s.addFailure)
	secret.HandleFunc("DELETE /faults", s.removeFailure)
	secret.HandleFunc("DELETE /faults/{id}", s.removeFailure)
	secret.HandleFunc("GET /nodes", s.listNodes)
	secret.HandleFunc("DELETE /nodes/{name}", s.forgetNode)
	secret.HandleFunc("POST /clusters/{name}/move", s.moveCluster)
	secret.HandleFunc("GET /moves/{id}", s.moveStatus)
	secret.HandleFunc("/debug/pprof/", pprof.Index)
	secret.HandleFunc("/debug/pprof/profile", pprof.Profile)
	secret.HandleFunc("/debug/pprof/trace", pprof.Trace)
	open := http.NewServeMux()
	open.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	open.HandleFunc("GET /readyz", s.readyz)
	open.Handle("GET /metrics", s.metrics.Handler())
	open.Handle("/clock", s.secretly(secret))
	for _, path := range []string{"/faults", "/faults/", "/nodes", "/nodes/", "/clusters/", "/moves/"} {
		open.Handle(path, s.secretly(secret))
	}
	open.Handle("/debug/pprof/", s.secretly(secret))
	return named(s.cfg.Management, http.NewCrossOriginProtection().Handler(open))
}

// secretly asks for the secret of bootstrap.json: as a bearer token, or as the password of HTTP Basic, which browsers ask
// people for.
func (s *Server) secretly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
			given = strings.TrimSpace(token)
		}
		if subtle.ConstantTimeCompare([]byte(given), []byte(s.bootstrap.ManagementSecret)) != 1 {
			w.Header().Add("WWW-Authenticate", `Bearer realm="Telamon management"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="Telamon management"`)
			http.Error(w, "this asks for managementSecret of bootstrap.json: as a bearer token, or as the password of HTTP Basic", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// named refuses requests whose Host is a name other than this machine's or that of the listener's configuration (DNS
// rebinding). Addresses are admitted: nobody can make them lead elsewhere.
func named(listen string, next http.Handler) http.Handler {
	own := []string{"localhost"}
	if host, err := os.Hostname(); err == nil {
		own = append(own, host)
	}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" {
		own = append(own, host)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostOf(r.Host)
		_, err := netip.ParseAddr(host)
		if err != nil && !slices.ContainsFunc(own, func(name string) bool { return strings.EqualFold(name, host) }) {
			http.Error(w, "this listener has no such name; call it by its address, or by the name that --management gives it", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostOf is the name or address of a Host header: without its port, and without the brackets of IPv6.
func hostOf(header string) string {
	if host, _, err := net.SplitHostPort(header); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
}

// readyz answers 200 once the server serves and bootstrap.json is written, and while nothing keeps it from its work, such as
// a full disk. Otherwise it says what does.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	select {
	case <-s.ready:
	default:
		http.Error(w, "the server is starting", http.StatusServiceUnavailable)
		return
	}
	wrong := s.trouble.Now()
	if err := errors.Join(durable.CheckRoom(s.cfg.DataDir), s.plane.Trouble()); err != nil {
		wrong = append(wrong, err.Error())
	}
	if len(wrong) > 0 {
		http.Error(w, strings.Join(wrong, "\n"), http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (s *Server) showClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]string{"now": s.clock.Now().Format(time.RFC3339Nano), "ahead": s.clock.Offset().String()})
}

// farthest bounds how far the clock can be ahead: the type of its offset ends after 292 years.
const farthest = 100 * 365 * 24 * time.Hour

func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance string `json:"advance"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body)
	d, derr := time.ParseDuration(body.Advance)
	if err != nil || derr != nil || d < 0 || d > farthest-s.clock.Offset() {
		http.Error(w, `the body must be {"advance":"DURATION"}, such as {"advance":"720h"}; the clock moves forward only, by 100 years in all`, http.StatusBadRequest)
		return
	}
	if err := s.Advance(r.Context(), d); err != nil {
		s.cfg.Logger.Error("cannot move the clock", "error", err)
		http.Error(w, "the clock could not be moved; the log has the cause", http.StatusInternalServerError)
		return
	}
	s.showClock(w, r)
}
