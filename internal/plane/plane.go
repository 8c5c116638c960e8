// Package plane runs, snapshots, restores and removes the clusters of this node, for the control plane. They run in
// this process: a cluster has members, each a gateway on a port of its own, and one Database behind them.
//
// Every operation may be repeated, and completes what a crash left half done:
//
//	<data>/clusters/<cluster id>/<dataset>   the live data; a restore makes another dataset and switches to it
//	<data>/logs/<cluster id>/<member>        logs of members
//	<data>/snapshots/<snapshot id>           immutable copies, which share their files with the data by hard links; of those
//	                                         that are in a bucket too, the newest of each cluster
//	<data>/oplogs/<cluster id>/<dataset>/    copies of its oplog, in pieces
//	<data>/downloads/<job id>.tar.gz         files of downloads
//	<data>/views/                            copies of snapshots that are being read; they do not outlive the process
package plane

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/telamon-db/telamon/internal/bucket"
	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/progress"
	"github.com/telamon-db/telamon/internal/plane/vault"
	"github.com/telamon-db/telamon/internal/share"
)

// Config says where the data is and how clusters are reached.
type Config struct {
	DataDir   string
	Site      model.Site                       // how clusters are reached; gateways listen on its host
	TLS       func(*model.Cluster) *tls.Config // of a cluster of a site with TLS
	PortFrom  int                              // first port; 0: any free one
	PortTo    int
	Node      string // this node's name; "": all clusters are its own
	Version   string // MongoDB version that gateways show
	Databases Databases
	// Observers returns the observers of a cluster's member, by its id, whose logs are in a directory; nil: there are none.
	// Those that are io.Closers are closed when the member ends.
	Observers func(c *model.Cluster, member int, logs string) gateway.Observers
	// Meet is what the commands of a cluster's member meet before they run; nil: nothing.
	Meet      func(cluster model.ID, member int) gateway.Meet
	Directory func(*model.Cluster) gateway.Directory    // who may use a cluster
	Buckets   func(name string) (*bucket.Bucket, error) // opens a bucket that snapshots are exported to; nil: there is no service with buckets
	Vault     *vault.Vault                              // where snapshots and oplogs are stored; nil: on this node only
	Secret    []byte                                    // makes the salts of users that do not exist; the same after a restart
	Logger    *slog.Logger
}

// Plane runs the clusters of this node. It is safe for concurrent use.
type Plane struct {
	cfg    Config
	holds  *holds
	shared *gateway.Shared
	ports  ports
	board  *progress.Board // of work on snapshots

	shipping sync.Mutex // one copies from an oplog at a time
	sending  sync.Mutex // one copies oplogs to the bucket at a time
	storing  *holds     // of clusters whose snapshots are being stored, or swept
	copying  *holds     // of snapshots that are being copied, or removed from this node

	mu      sync.Mutex
	running map[model.ID]*deployment
	closed  bool
}

// New returns a Plane that runs nothing yet.
func New(cfg Config) *Plane {
	_ = os.RemoveAll(filepath.Join(cfg.DataDir, views)) // left by a process that was killed; if that fails, what stays does no harm
	return &Plane{
		cfg: cfg, holds: newHolds(), storing: newHolds(), copying: newHolds(), running: map[model.ID]*deployment{}, ports: ports{of: map[int]model.ID{}},
		shared: gateway.NewShared(share.Descriptors()), board: progress.NewBoard(cfg.Logger),
	}
}

// deployment is one running cluster.
type deployment struct {
	slot  slot
	size  atomic.Int32 // how many members it has
	fills atomic.Int64 // bytes of data from which on its disks become larger; 0: they do not

	mu       sync.Mutex // one change at a time
	set      *gateway.ReplicaSet
	members  map[int]*member // by ID
	topology model.Topology
	dataset  string
	ended    bool // by Stop: who gets mu afterwards looks for another deployment
}

// ErrStopped is the error of Start once the plane is closed.
var ErrStopped = errors.New("plane: the data plane has been closed")

// ErrElsewhere is the error of Start for a cluster that lives on another node.
var ErrElsewhere = errors.New("plane: the cluster lives on another node")

// Start makes the cluster run on c's dataset with the members that follow from c, and returns its topology. Members keep
// their ports if those are free. If c asks for another primary, the topology has one. A cluster that runs on another
// dataset is switched to c's; its clients notice a pause and retry. Start never creates a database for a cluster that has
// been ready: if its dataset is missing, c is out of date or data is lost. If the data cannot be opened, the members run
// nevertheless and answer with an error that says so. The error is ErrElsewhere for a cluster of another node.
func (p *Plane) Start(c *model.Cluster) (model.Topology, error) {
	if p.cfg.Node != "" && c.Node != p.cfg.Node {
		return c.Topology, ErrElsewhere
	}
	for {
		d, err := p.deployment(c)
		if err != nil {
			return model.Topology{}, err
		}
		if topology, ended, err := p.run(d, c); err != nil || !ended {
			d.slot.configure(c)
			d.fills.Store(c.DiskFills())
			return topology, err
		}
	}
}

// missing is the error for a cluster that has been ready and whose data is missing.
func (p *Plane) missing(c *model.Cluster) error {
	if !c.Ready {
		return nil
	}
	if _, err := os.Stat(p.dataset(c.ID, c.Dataset)); err != nil {
		return fmt.Errorf("%w: cluster %s: %w", ErrDamaged, c.Name, err)
	}
	return nil
}

// run makes d run with c's members on c's dataset, unless d has ended meanwhile.
func (p *Plane) run(d *deployment, c *model.Cluster) (t model.Topology, ended bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return t, true, nil
	}
	if err := p.arrange(d, c); err != nil {
		return t, false, err
	}
	return d.topology, false, p.settleOn(d, c)
}

// settleOn makes d run on c's dataset, and removes the previous one. When d starts, it removes all other datasets, which a
// crash may have left.
func (p *Plane) settleOn(d *deployment, c *model.Cluster) error {
	before := d.dataset
	if before == c.Dataset && d.slot.filled() {
		return nil
	}
	if err := p.missing(c); err != nil {
		d.slot.fail(err)
		return err
	}
	if err := d.slot.empty(); err != nil {
		return err
	}
	if err := p.open(d, c); err != nil {
		d.slot.fail(err)
		return err
	}
	switch before {
	case c.Dataset:
		return nil
	case "":
		return p.removeOthers(c)
	}
	return os.RemoveAll(p.dataset(c.ID, before))
}

// deployment returns the cluster's deployment, and makes one without members if there is none.
func (p *Plane) deployment(c *model.Cluster) (*deployment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrStopped
	}
	d := p.running[c.ID]
	if d == nil {
		d = &deployment{members: map[int]*member{}}
		p.running[c.ID] = d
	}
	return d, nil
}

// projectSecret derives the secret that a project's gateways share.
func projectSecret(secret []byte, groupID model.ID) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(groupID))
	return mac.Sum(nil)
}

func (p *Plane) open(d *deployment, c *model.Cluster) error {
	dir := p.dataset(c.ID, c.Dataset)
	if err := durable.MakeDir(dir); err != nil {
		return err
	}
	db, err := p.cfg.Databases.Open(dir, c.Ready)
	if err != nil {
		return err
	}
	if c.Declared.PointInTime {
		if err := p.keepHistory(db, p.oplog(c.ID, c.Dataset)); err != nil {
			return errors.Join(err, db.Close())
		}
	}
	d.dataset = c.Dataset
	d.slot.fill(db)
	return nil
}

// Stop ends a cluster and keeps its data. When it returns, the ports and the data are free.
func (p *Plane) Stop(id model.ID) error {
	p.mu.Lock()
	d := p.running[id]
	p.mu.Unlock()
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return nil
	}
	d.ended = true
	for _, m := range d.members {
		m.stop()
	}
	for _, m := range d.members {
		p.end(m)
	}
	err := d.slot.empty()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, id)
	return err
}

// Remove ends a cluster and removes its data, its logs and the copies of its oplog.
func (p *Plane) Remove(id model.ID) error {
	p.ports.claim(id, nil)
	return errors.Join(p.Stop(id), os.RemoveAll(p.cluster(id)), os.RemoveAll(p.logs(id)), p.DropLogs(id))
}

// Close ends all clusters. Start fails afterwards.
func (p *Plane) Close() error {
	p.mu.Lock()
	p.closed = true
	ids := make([]model.ID, 0, len(p.running))
	for id := range p.running {
		ids = append(ids, id)
	}
	p.mu.Unlock()
	var errs []error
	for _, id := range ids {
		errs = append(errs, p.Stop(id))
	}
	return errors.Join(errs...)
}

// Trouble returns an error that names the databases to which nothing can be written at the moment, for example because
// the disk is full.
func (p *Plane) Trouble() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []error
	for id, d := range p.running {
		db := d.slot.database()
		if db == nil {
			continue
		}
		if err := db.Trouble(); err != nil {
			all = append(all, fmt.Errorf("cluster %s: %w", id, err))
		}
	}
	return errors.Join(all...)
}

func (p *Plane) get(id model.ID) (*deployment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := p.running[id]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("plane: cluster %s does not run here", id)
}

func (p *Plane) cluster(id model.ID) string { return filepath.Join(p.cfg.DataDir, "clusters", id) }

func (p *Plane) dataset(id model.ID, dataset string) string {
	return filepath.Join(p.cluster(id), dataset)
}

func (p *Plane) logs(id model.ID) string { return filepath.Join(p.cfg.DataDir, "logs", id) }

// LogDir is where a member of a cluster of this node keeps its logs.
func (p *Plane) LogDir(id model.ID, member int) string {
	return filepath.Join(p.logs(id), strconv.Itoa(member))
}

func (p *Plane) snapshot(id model.ID) string { return filepath.Join(p.cfg.DataDir, "snapshots", id) }

// removeOthers removes the datasets that a cluster does not use, such as the one before a restore.
func (p *Plane) removeOthers(c *model.Cluster) error {
	entries, err := os.ReadDir(p.cluster(c.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Name() != c.Dataset {
			err = errors.Join(err, os.RemoveAll(p.dataset(c.ID, e.Name())))
		}
	}
	return err
}
