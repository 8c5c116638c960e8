// Package accesstracking is the family Access Tracking: who has logged in to a project's clusters, and who has tried to.
package accesstracking

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Recorder is what the family needs of the one who notes what clients do at the node's clusters.
type Recorder interface {
	// Flush writes what has been seen at a cluster.
	Flush(ctx context.Context, cluster model.ID) error
}

// Service serves the family.
type Service struct {
	Store    store.Store
	Recorder Recorder
}

const (
	tag  = "Access Tracking"
	path = "/groups/{groupId}/dbAccessHistory"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	readers := authz.Any(authz.GroupClusterLogViewer, authz.GroupDatabaseAccessAdmin)
	return api.Operations{{
		ID: "getAccessHistoryCluster", Aliases: []string{"listAccessLogsByClusterName", "getGroupDbAccessHistoryCluster"}, Method: http.MethodGet,
		Path: path + "/clusters/{clusterName}", Tag: tag, Summary: "Return the logins of one cluster",
		Description: "Returns logins that have succeeded or failed, the latest first. A cluster keeps about 20,000 of them.",
		Roles:       readers, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since("2023-01-01", s.ofCluster),
	}, {
		ID: "getAccessHistoryProcess", Aliases: []string{"listAccessLogsByHostname", "getGroupDbAccessHistoryProcess"}, Method: http.MethodGet,
		Path: path + "/processes/{hostname}", Tag: tag, Summary: "Return the logins at one host",
		Description: "Returns the logins at all of the project's processes of the host, or with HOST:PORT at one of them, the latest first.",
		Roles:       readers, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{shape.ProcessNotFound}, Versions: api.Since("2023-01-01", s.ofHost),
	}}
}

// MongoDBAccessLogsList are logins.
type MongoDBAccessLogsList struct {
	AccessLogs []MongoDBAccessLogs `json:"accessLogs" api:"readonly" doc:"Logins, the latest first."`
}

// MongoDBAccessLogs is a login.
type MongoDBAccessLogs struct {
	AuthResult    bool    `json:"authResult" doc:"Whether it succeeded."`
	AuthSource    string  `json:"authSource,omitempty" api:"readonly" doc:"Database that the user authenticates against."`
	FailureReason *string `json:"failureReason" api:"readonly,nullable" doc:"Why it failed; null: it did not."`
	GroupID       string  `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Hostname      string  `json:"hostname,omitempty" api:"readonly" doc:"Host of the process."`
	IPAddress     string  `json:"ipAddress,omitempty" api:"readonly" doc:"Address of the client."`
	LogLine       string  `json:"logLine,omitempty" api:"readonly" doc:"The process's log line about the login, with its mechanism."`
	Timestamp     string  `json:"timestamp,omitempty" api:"readonly" doc:"When it ended, such as Mon Mar 09 03:29:13 GMT 2026."`
	Username      string  `json:"username,omitempty" api:"readonly" doc:"Name of the user."`
}

// wanted are the logins that a request asks for.
type wanted struct {
	AuthResult *bool  `query:"authResult" doc:"Only logins that have succeeded, or only those that have failed."`
	End        int64  `query:"end" api:"min=1199145600000" doc:"End of the time that is asked about, in milliseconds since 1970. Without it: now."`
	IPAddress  string `query:"ipAddress" doc:"Only logins from this address."`
	NLogs      int    `query:"nLogs" api:"min=0,max=20000,default=20000" doc:"How many logins are returned at most."`
	Start      int64  `query:"start" api:"min=1199145600000" doc:"Beginning of the time that is asked about, in milliseconds since 1970. Without it: as far back as is known."`
}

// check reads the address, and refuses a time that ends before it begins.
func (w wanted) check() (from netip.Addr, err error) {
	if w.Start != 0 && w.End != 0 && w.Start > w.End {
		return from, fault.Field("start", "must not be after end")
	}
	if w.IPAddress == "" {
		return from, nil
	}
	if from, err = netip.ParseAddr(w.IPAddress); err != nil {
		return from, fault.Field("ipAddress", "must be an IPv4 or IPv6 address")
	}
	return from.Unmap(), nil
}

type clusterIn struct {
	api.InCluster
	wanted
}

func (s *Service) ofCluster(ctx context.Context, in clusterIn) (MongoDBAccessLogsList, error) {
	return s.logins(ctx, in.GroupID, in.wanted, func(tx store.Tx) ([]place, error) {
		c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
		return []place{{c, nil}}, err
	})
}

type hostIn struct {
	api.InGroup
	Hostname string `path:"hostname" api:"maxLen=300" doc:"Host of the processes, or host and port of one."`
	wanted
}

func (s *Service) ofHost(ctx context.Context, in hostIn) (MongoDBAccessLogsList, error) {
	return s.logins(ctx, in.GroupID, in.wanted, func(tx store.Tx) (at []place, err error) {
		all, err := shape.Processes(tx, in.GroupID)
		for _, p := range all {
			if p.Member.Host == in.Hostname || p.Address() == in.Hostname {
				at = append(at, place{p.Cluster, map[int]bool{p.Member.ID: true}})
			}
		}
		if len(at) == 0 {
			err = cmp.Or[error](err, shape.ProcessNotFound.With(in.Hostname))
		}
		return at, err
	})
}

// place are members of a cluster; nil: all.
type place struct {
	*model.Cluster
	members map[int]bool
}

// logins returns the logins at places.
func (s *Service) logins(ctx context.Context, groupID model.ID, w wanted, find func(store.Tx) ([]place, error)) (out MongoDBAccessLogsList, err error) {
	from, err := w.check()
	if err != nil {
		return out, err
	}
	var at []place
	err = s.Store.View(ctx, func(tx store.Tx) (err error) {
		at, err = find(tx)
		return err
	})
	if err != nil {
		return out, err
	}
	for _, p := range at {
		if err := s.Recorder.Flush(ctx, p.ID); err != nil {
			return out, err
		}
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all, err := w.read(tx, at, from)
		out.AccessLogs = []MongoDBAccessLogs{}
		for _, l := range all[:min(len(all), w.NLogs)] {
			out.AccessLogs = append(out.AccessLogs, show(l, groupID))
		}
		return err
	})
	return out, err
}

// show is a login as the service shows it, which writes times as Java does.
func show(l found, groupID model.ID) MongoDBAccessLogs {
	out := MongoDBAccessLogs{
		AuthResult: l.Reason == "", AuthSource: l.Source, GroupID: groupID, Hostname: l.host, IPAddress: l.Address, LogLine: l.Line,
		Timestamp: l.At.UTC().Format("Mon Jan 02 15:04:05 GMT 2006"), Username: l.User,
	}
	if l.Reason != "" {
		out.FailureReason = &l.Reason
	}
	return out
}

// window is the time that is asked about.
func (w wanted) window(now time.Time) (out insight.Window) {
	if out.Until = now; w.End != 0 {
		out.Until = time.UnixMilli(w.End)
	}
	if w.Start != 0 {
		out.From = time.UnixMilli(w.Start)
	}
	return out
}
