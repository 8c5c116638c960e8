package server

import (
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// management is the listener for whoever runs the server: health, metrics, profiles, and the clock. It asks for no
// credentials; it belongs on loopback or behind a firewall. Browsers can reach it even there, so it refuses changes that
// a page from elsewhere asks for.
func (s *Server) management() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("GET /clock", s.showClock)
	mux.HandleFunc("POST /clock", s.moveClock)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return http.NewCrossOriginProtection().Handler(mux)
}

// readyz answers 200 once the server serves and bootstrap.json is written.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	select {
	case <-s.ready:
		w.WriteHeader(http.StatusOK)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
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
