package backup

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/store"
)

// downloadTime is for how long a download can be fetched.
const downloadTime = time.Hour

// pack does the next step of a download: it packs the snapshot into a file, records the file's URL, and removes the file
// when the download has expired, failed or been cancelled.
func (r Restoring) pack(ctx context.Context, j *Job, now time.Time) (again time.Time, err error) {
	switch {
	case j.Failed || j.Cancelled || j.Expired:
		return again, r.Plane.DropPack(j.ID)
	case j.unfinished():
		err := r.unlessCancelled(ctx, j.ID, func(ctx context.Context) error {
			return r.Plane.Pack(ctx, j.SnapshotID, j.ID, "restore-"+j.SnapshotID, j.Taken)
		})
		if err != nil {
			return again, r.unusable(ctx, j, err)
		}
		if seen := j.Created.Add(r.MinDuration); now.Before(seen) {
			return seen, nil
		}
		return now.Add(downloadTime), r.change(ctx, j.ID, func(tx store.Tx, j *Job) event.Type {
			j.URL, j.Expires = r.BaseURL(), now.Add(downloadTime)
			return j.event("CPS_RESTORE_SUCCESSFUL", "TENANT_RESTORE_COMPLETED_AUDIT")
		})
	case now.Before(j.Expires):
		return j.Expires, nil
	}
	return now, r.change(ctx, j.ID, func(_ store.Tx, j *Job) event.Type {
		j.Expired = true
		return ""
	})
}

// change changes a job unless it has been cancelled, and writes the event that how returns, if any.
func (r Restoring) change(ctx context.Context, id model.ID, how func(store.Tx, *Job) event.Type) error {
	return r.Store.Update(ctx, func(tx store.Tx) error {
		j, err := Jobs.Get(tx, id)
		if err != nil || j.Cancelled {
			return store.IfMissing(err, nil)
		}
		what := how(tx, j)
		if err := Jobs.Put(tx, j); err != nil || what == "" {
			return err
		}
		return write(tx, j.GroupID, j.Cluster, what)
	})
}

// link is the path at which a download can be fetched. Only who knows the server's secret can make it.
func (s *Service) link(j *Job) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("download\n" + j.ID + "\n" + j.Expires.UTC().Format(time.RFC3339Nano)))
	return DownloadPath + j.ID + "/" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + "/restore-" + j.SnapshotID + ".tar.gz"
}

// show writes a job, with the link of a download that can be fetched.
func (s *Service) show(j *Job) DiskBackupSnapshotRestoreJob {
	w := j.wire()
	if url := s.url(j); url != "" {
		w.DeliveryURL = []string{url}
	}
	return w
}

// url is where a download can be fetched now, or "".
func (s *Service) url(j *Job) string {
	if j.Expires.IsZero() || j.Expired || j.Cancelled {
		return ""
	}
	return j.URL + s.link(j)
}

// DownloadPath is the path that the links of downloads begin with.
const DownloadPath = "/restores/"

// Downloads serves the files of downloads. No credentials are needed: the link is one, until the download expires.
type Downloads struct {
	*Service
	Log *slog.Logger
}

// Handler serves everything below DownloadPath.
func (d *Downloads) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+DownloadPath+"{job}/{signature}/{file}", d.answer)
	return mux
}

// answer answers with a file or parts of it.
func (d *Downloads) answer(w http.ResponseWriter, r *http.Request) {
	err := d.serve(w, r)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		http.Error(w, "There is no such download, or not any more.", http.StatusNotFound)
	case err != nil:
		d.Log.Error("a download cannot be served", "error", err)
		http.Error(w, "The download cannot be served now.", http.StatusInternalServerError)
	}
}

func (d *Downloads) serve(w http.ResponseWriter, r *http.Request) error {
	var j *Job
	var now time.Time
	err := d.Store.View(r.Context(), func(tx store.Tx) (err error) {
		now = tx.Now()
		j, err = Jobs.Get(tx, r.PathValue("job"))
		return store.IfMissing(err, fs.ErrNotExist)
	})
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(r.URL.Path), []byte(d.link(j))) || !now.Before(j.Expires) || j.Expired || j.Cancelled {
		return fs.ErrNotExist
	}
	f, err := d.Plane.Packed(j.ID)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("ETag", `"`+j.ID+`"`) // the file never changes, so an interrupted download can be resumed
	http.ServeContent(&patient{ResponseWriter: w}, r, "", j.Created, f)
	return nil
}

// patient bounds the time for each piece of an answer, not for the whole answer.
type patient struct{ http.ResponseWriter }

// pieceTime is how long a client may take to receive a piece.
const pieceTime = time.Minute

// Write sends a piece.
func (p *patient) Write(piece []byte) (int, error) {
	if err := http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(pieceTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ResponseWriter.Write(piece)
}

// Unwrap lets http.ResponseController reach the connection.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// final reports whether another try cannot succeed after an error.
func final(err error) bool {
	return errors.Is(err, plane.ErrSnapshotDamaged) || errors.Is(err, plane.ErrNoHistory) || errors.Is(err, plane.ErrNoRoom) || errors.Is(err, collections.ErrPlan)
}
