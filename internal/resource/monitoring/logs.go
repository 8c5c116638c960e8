package monitoring

import (
	"compress/gzip"
	"context"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/logfile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// oldest is the earliest time that a log can be asked for, in Unix seconds (API reference, startDate).
const oldest = 1199145600

type logIn struct {
	api.InGroup
	HostName  string `path:"hostName" api:"is=hostName" doc:"Host of the process, or its host and port."`
	LogName   string `path:"logName" api:"enum=mongodb|mongos|mongodb-audit-log|mongos-audit-log" doc:"Which log."`
	StartDate int64  `query:"startDate" api:"min=1199145600" doc:"Beginning of the time to return, in seconds since 1970. Without it: a day before the end."`
	EndDate   int64  `query:"endDate" api:"min=1199145600" doc:"End of the time to return, in seconds since 1970. Without it: now."`
}

// window is the range of times that the request asks for.
func (in logIn) window(now time.Time) (r logfile.Range, err error) {
	r = logfile.Range{From: time.Unix(in.StartDate, 0).UTC(), To: time.Unix(in.EndDate, 0).UTC()}
	if in.EndDate < oldest {
		r.To = now.UTC()
	}
	if in.StartDate < oldest {
		r.From = r.To.Add(-24 * time.Hour)
	}
	if !r.From.Before(r.To) {
		return r, fault.Field("startDate", "must be before endDate")
	}
	return r, nil
}

func (s *Service) download(ctx context.Context, in logIn) (out api.Stream, err error) {
	r, err := in.window(s.Now())
	if err != nil {
		return out, err
	}
	on, err := store.Read(s.Store, s.hosted)(ctx, in)
	if err != nil {
		return out, err
	}
	var members []iter.Seq2[logfile.Line, error]
	for _, p := range on {
		members = append(members, logfile.Read(filepath.Join(s.Plane.LogDir(p.Cluster.ID, p.Member.ID), in.LogName), r))
	}
	kind := strings.ToUpper(strings.ReplaceAll(in.LogName, "-", "_"))
	return api.Stream{
		Name:  in.HostName + "_" + r.From.Format(time.RFC3339) + "_" + r.To.Format(time.RFC3339) + "_" + kind + ".log.gz",
		Write: func(w io.Writer) error { return compress(w, logfile.Merge(members...)) },
	}, nil
}

// hosted are the processes at the host that in names. All of them must be of this node.
func (s *Service) hosted(tx store.Tx, in logIn) (on []process, err error) {
	all, err := shape.Processes(tx, in.GroupID)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Member.Host != in.HostName && p.Address() != in.HostName {
			continue
		}
		if err := s.here(p); err != nil {
			return nil, err
		}
		on = append(on, p)
	}
	if len(on) == 0 {
		return nil, shape.ProcessNotFound.With(in.HostName)
	}
	return on, nil
}

// compress writes lines. Where there are none it writes nothing, as the service does.
func compress(w io.Writer, lines iter.Seq2[logfile.Line, error]) error {
	var z *gzip.Writer
	for line, err := range lines {
		if err != nil {
			return err
		}
		if z == nil {
			z = gzip.NewWriter(w)
		}
		if _, err := z.Write(line.Text); err != nil {
			return err
		}
	}
	if z == nil {
		return nil
	}
	return z.Close()
}
