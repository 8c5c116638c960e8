package server

import (
	"errors"
	"net/http"

	"github.com/telamon-db/telamon/internal/relocation"
	"github.com/telamon-db/telamon/internal/store"
)

// moveCluster begins to move a cluster to a node. It answers at once; moveStatus tells how far the move is.
func (s *Server) moveCluster(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	all, err := s.nodes.List(r.Context())
	if err != nil {
		s.broken(w, "cannot list the nodes", err)
		return
	}
	alive := false
	for _, n := range all {
		alive = alive || n.Name == q.Get("node") && n.Alive
	}
	if !alive {
		http.Error(w, "there is no node of that name that is alive", http.StatusConflict)
		return
	}
	id, err := s.relocation().BeginMove(r.Context(), q.Get("project"), r.PathValue("name"), q.Get("node"))
	switch {
	case errors.Is(err, relocation.ErrNoMove):
		http.Error(w, err.Error(), http.StatusConflict)
	case err != nil:
		s.broken(w, "cannot move a cluster", err)
	default:
		s.cfg.Logger.Info("a cluster is being moved", "cluster", r.PathValue("name"), "id", id, "to", q.Get("node"))
		writeJSON(w, map[string]string{"id": id})
	}
}

func (s *Server) moveStatus(w http.ResponseWriter, r *http.Request) {
	is, err := s.relocation().MoveOf(r.Context(), r.PathValue("id"))
	switch {
	case store.IsNotFound(err):
		http.Error(w, "there is no such move", http.StatusNotFound)
	case err != nil:
		s.broken(w, "cannot tell how far a move is", err)
	default:
		writeJSON(w, is)
	}
}
