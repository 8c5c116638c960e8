// Package server composes Telamon: the store, the families of the API, the reconcilers, the gateways, and the two
// listeners that they are reached by. It is the only package that knows all others.
package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/bucket"
	"github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/plane/vault"
	"github.com/telamon-db/telamon/internal/ratelimit"
)

// Version is Telamon's own version.
const Version = "0.1.0"

// Config says how a server runs. The zero value of every field but DataDir is usable.
type Config struct {
	DataDir        string                     // where everything is kept that Store does not keep
	Store          string                     // where state is kept: "sqlite" or "", a file in DataDir, or the postgres:// URL of a database that nodes share
	Listen         string                     // HOST:PORT of the API; port 0 takes a free one
	URL            string                     // under which people and clients reach the API, such as https://atlas.example.com; "": at Listen
	Management     string                     // HOST:PORT of health, metrics, profiles and the clock
	ClusterHost    string                     // address that clusters listen on and are reached at
	PortFrom       int                        // first port for clusters; 0: any free one
	PortTo         int                        // last port for clusters
	Proxies        []netip.Prefix             // whose X-Forwarded-For is believed
	Outage         time.Duration              // for which clients of clusters go on while the store cannot be reached; 0: five minutes
	Pace           Pace                       // of clusters' transitions
	TLS            string                     // of the API listener and of clusters: "" for none, "auto" for certificates of an authority in DataDir, or CERT,KEY
	DNS            string                     // HOST:PORT that questions about names of clusters are answered at; "": they have none
	Zone           string                     // that the names of clusters are in
	AsOf           api.Date                   // versions with a sunset up to this date are gone; "": none is
	LimitsOff      bool                       // no rate limits
	Limits         map[string]ratelimit.Limit // sizes by id of the endpoint set, in place of the documented ones
	SMTPURL        string                     // the mail server that takes letters, as mail.ParseURL reads it; "": they lie in DataDir/outbox
	S3URL          string                     // the service with buckets that snapshots are exported to, as bucket.ParseURL reads it; "": there is none
	SnapshotBucket string                     // name of the bucket at S3URL that snapshots and oplogs are stored in, the same for all nodes; "": each node stores its own
	Receivers      notify.Bases               // addresses of services that alerts are sent to, in place of their own, by kind
	MayReach       []netip.Prefix             // where requests of users may go beside public addresses
	OplogEvery     time.Duration              // from one copying of the oplogs of clusters with points in time to the next; 0: a minute
	Logger         *slog.Logger
	uncounted      bool // there are no metrics
	timeouts       timeouts
}

// site returns how the clusters of this node are reached.
func (c *Config) site() model.Site {
	s := model.Site{Host: c.ClusterHost, TLS: c.TLS != ""}
	if c.DNS != "" {
		s.Zone = c.Zone
	}
	return s
}

// transport returns how letters are sent.
func (c *Config) transport() (mail.Transport, error) {
	if c.SMTPURL == "" {
		return mail.Outbox{Dir: filepath.Join(c.DataDir, "outbox")}, nil
	}
	s, err := mail.ParseURL(c.SMTPURL)
	if err != nil {
		return nil, fmt.Errorf("server: the mail server's URL %w", err)
	}
	return s, nil
}

// buckets opens buckets of the service that is configured.
func (c *Config) buckets() (func(name string) (*bucket.Bucket, error), error) {
	if c.S3URL == "" {
		return nil, nil
	}
	s, err := bucket.ParseURL(c.S3URL)
	return s.Open, err
}

// vault is the bucket that snapshots are stored in; nil: none.
func (c *Config) vault(open func(name string) (*bucket.Bucket, error)) (*vault.Vault, error) {
	switch {
	case c.SnapshotBucket == "":
		return nil, nil
	case open == nil:
		return nil, errors.New("it needs the URL of the service that has it, as --s3-url gives it")
	}
	b, err := open(c.SnapshotBucket)
	if err != nil {
		return nil, err
	}
	return vault.New(b), nil
}

// checkURL refuses a URL to which paths cannot be appended.
func (c *Config) checkURL() error {
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) {
		return errors.New("server: the URL of clients must be http:// or https:// with a host, and no more")
	}
	return nil
}

// timeouts are how long a client may take over things before it is cut off.
type timeouts struct {
	header  time.Duration // a request's headers
	request time.Duration // the whole request
	answer  time.Duration // the request and its answer
	idle    time.Duration // between two requests
	drain   time.Duration // all that are being served once the server ends
}

// Pace is the minimum time, in the domain's time, that objects stay in their transitional states.
type Pace struct {
	Cluster time.Duration // CREATING, UPDATING and DELETING of dedicated clusters
	Flex    time.Duration // the same of Flex clusters and serverless instances
	Backup  time.Duration // snapshots and restore jobs
	Other   time.Duration // what is simulated: peering connections, private endpoints and their like
	Advice  time.Duration // from one look at what queries ask for, to build indexes, to the next
}

var (
	// WorkPace is as fast as possible, with a minimum that a client polling quickly can see.
	WorkPace = Pace{Cluster: 300 * time.Millisecond, Flex: 300 * time.Millisecond, Backup: 300 * time.Millisecond, Other: 300 * time.Millisecond, Advice: 5 * time.Second}
	// ServicePace is about what the real service takes.
	ServicePace = Pace{Cluster: 15 * time.Minute, Flex: 10 * time.Second, Backup: 5 * time.Minute, Other: 2 * time.Minute, Advice: time.Minute}
)

func (c *Config) fill() {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.Management == "" {
		c.Management = "127.0.0.1:8081"
	}
	if c.ClusterHost == "" {
		c.ClusterHost = "127.0.0.1"
	}
	if c.Zone == "" {
		c.Zone = "telamon.internal"
	}
	if c.Outage == 0 {
		c.Outage = 5 * time.Minute
	}
	if c.Pace == (Pace{}) {
		c.Pace = WorkPace
	}
	if c.timeouts == (timeouts{}) {
		c.timeouts = timeouts{header: 10 * time.Second, request: time.Minute, answer: 5 * time.Minute, idle: 2 * time.Minute, drain: 10 * time.Second}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}
