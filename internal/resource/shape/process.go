package shape

import (
	"cmp"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ProcessNotFound says that a project has no process of a name.
var ProcessNotFound = fault.NewKind("HOST_NOT_FOUND", fault.NotFound, "The project has no process %s.") // Telamon's own

// Process is a member of a cluster that runs.
type Process struct {
	*model.Cluster
	model.Member
}

// Processes are those of a project, by host and port.
func Processes(tx store.Tx, groupID model.ID) (all []Process, err error) {
	clusters, err := state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{groupID}})
	for _, c := range clusters {
		if !c.Runs() {
			continue
		}
		for _, m := range c.Members {
			all = append(all, Process{c, m})
		}
	}
	slices.SortStableFunc(all, func(a, b Process) int {
		return cmp.Or(cmp.Compare(a.Member.Host, b.Member.Host), cmp.Compare(a.Port, b.Port))
	})
	return all, err
}

// InProcess names a process.
type InProcess struct {
	api.InGroup
	ProcessID string `path:"processId" api:"is=processId" doc:"Host and port of the process, such as 127.0.0.1:27017."`
}

// FindProcess returns the process that in names.
func FindProcess(tx store.Tx, in InProcess) (Process, error) {
	all, err := Processes(tx, in.GroupID)
	for _, p := range all {
		if p.Address() == in.ProcessID {
			return p, nil
		}
	}
	return Process{}, cmp.Or[error](err, ProcessNotFound.With(in.ProcessID))
}

// MembersAt are the ids of a cluster's members with certain hosts and ports; nil: all, because none is named.
func MembersAt(c *model.Cluster, processes []string) (map[int]bool, error) {
	if len(processes) == 0 {
		return nil, nil
	}
	out := map[int]bool{}
	for _, name := range processes {
		i := slices.IndexFunc(c.Members, func(m model.Member) bool { return m.Address() == name })
		if i < 0 {
			return nil, ProcessNotFound.With(name)
		}
		out[c.Members[i].ID] = true
	}
	return out, nil
}
