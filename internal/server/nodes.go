package server

import (
	"errors"
	"net/http"

	"github.com/telamon-db/telamon/internal/nodes"
)

func (s *Server) listNodes(w http.ResponseWriter, r *http.Request) {
	list, err := s.nodes.List(r.Context())
	if err != nil {
		s.broken(w, "cannot list the nodes", err)
		return
	}
	writeJSON(w, map[string]any{"nodes": list})
}

// forgetNode gives up a node that is gone for good; ?restore=true has its clusters come back here. It answers when the
// node has been silent for long enough.
func (s *Server) forgetNode(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	restore := r.URL.Query().Get("restore") == "true"
	if restore && s.cfg.SnapshotBucket == "" {
		http.Error(w, "clusters come back from the bucket of --snapshot-bucket, and there is none", http.StatusConflict)
		return
	}
	out, err := s.nodes.Forget(r.Context(), name, restore)
	switch {
	case errors.Is(err, nodes.ErrUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, nodes.ErrAlive):
		http.Error(w, err.Error(), http.StatusConflict)
	case err != nil:
		s.broken(w, "cannot forget a node", err)
	default:
		s.cfg.Logger.Warn("a node has been forgotten", "node", name, "lost", out.Lost, "restored", len(out.Restored))
		writeJSON(w, out)
	}
}

// broken answers that something failed, and logs the cause.
func (s *Server) broken(w http.ResponseWriter, what string, err error) {
	s.cfg.Logger.Error(what, "error", err)
	http.Error(w, what+"; the log has the cause", http.StatusInternalServerError)
}
