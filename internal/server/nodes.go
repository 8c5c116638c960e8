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

// forgetNode gives up a node that is gone for good. It answers when the node has been silent for long enough.
func (s *Server) forgetNode(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	clusters, err := s.nodes.Forget(r.Context(), name)
	switch {
	case errors.Is(err, nodes.ErrUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, nodes.ErrAlive):
		http.Error(w, err.Error(), http.StatusConflict)
	case err != nil:
		s.broken(w, "cannot forget a node", err)
	default:
		s.cfg.Logger.Warn("a node has been forgotten", "node", name, "clusters", clusters)
		writeJSON(w, map[string]any{"clusters": clusters})
	}
}

// broken answers that something failed, and logs the cause.
func (s *Server) broken(w http.ResponseWriter, what string, err error) {
	s.cfg.Logger.Error(what, "error", err)
	http.Error(w, what+"; the log has the cause", http.StatusInternalServerError)
}
