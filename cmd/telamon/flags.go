package main

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/server"
)

// serverFlags declares the flags that say how a server runs.
func serverFlags(f *pflag.FlagSet, cfg *server.Config) {
	f.StringVar(&cfg.DataDir, "data", "telamon-data", "directory `DIR` of this node: its clusters, certificates and letters, and with sqlite all state")
	f.StringVar(&cfg.Store, "store", "sqlite", "where state is kept: sqlite, a file in DATA, or the `URL` postgres://USER:PASSWORD@HOST/DATABASE, which several nodes share")
	f.StringVar(&cfg.Listen, "listen", "127.0.0.1:8080", "`HOST:PORT` of the API; port 0 takes a free one")
	f.StringVar(&cfg.URL, "url", "", "`URL` under which clients and people reach the API, such as https://atlas.example.com behind a proxy: links and letters begin with it (default the address of --listen)")
	f.StringVar(&cfg.Management, "management", "127.0.0.1:8081", "`HOST:PORT` of health, metrics, profiles and the clock; the last two ask for managementSecret of bootstrap.json")
	f.StringVar(&cfg.TLS, "tls", "", "TLS for the API and for clusters: auto, with an authority in DATA (ca.pem), or files `CERT,KEY` (default none)")
	f.DurationVar(&cfg.Outage, "outage", 5*time.Minute, "how long clients of clusters go on with the roles they had while the store cannot be reached")
	f.StringVar(&cfg.ClusterHost, "cluster-host", "127.0.0.1", "address `HOST` that clusters listen on and are reached at")
	f.StringVar(&cfg.DNS, "dns", "", "`HOST:PORT` that answers questions about the names of clusters, which they then have (mongodb+srv://); see telamon dns (default none)")
	f.StringVar(&cfg.Zone, "dns-zone", "telamon.internal", "`ZONE` that the names of clusters are in")
	f.Func("cluster-ports", "ports `FROM-TO` that the members of clusters listen on, one each (default any free ones)", func(s string) error { return readPorts(s, cfg) })
	f.Func("trusted-proxy", "`CIDR` whose X-Forwarded-For is believed; may be given more than once, or a list with commas", func(s string) error { return readProxies(s, cfg) })
	f.Func("rate-limits", "`LIMITS` of the API: on, off, or some sizes as SET=CAPACITY/REFILL,..., refill a minute; sets are "+
		strings.Join(ratelimit.IDs(), ", ")+" (default on, as the service documents them)", func(s string) error { return readLimits(s, cfg) })
	f.StringVar(&cfg.SMTPURL, "smtp-url", "", "mail server that takes letters: the `URL` smtp://[USER:PASSWORD@]HOST[:PORT][?from=ADDRESS], or smtps:// (default none: they lie in DATA/outbox)")
	f.StringVar(&cfg.S3URL, "s3-url", "", "service with the buckets that snapshots are exported to or stored in, S3 or one that speaks its protocol: the `URL` https://ACCESSKEY:SECRETKEY@HOST[:PORT][?region=REGION] (default none); better in the environment than in the list of processes")
	f.StringVar(&cfg.SnapshotBucket, "snapshot-bucket", "", "`NAME` of the bucket at --s3-url that snapshots and oplogs are stored in, the same for all nodes: any node restores them (default none: each node stores its own)")
	f.Func("receivers", "addresses `KIND=URL,...` of services that alerts are sent to in place of their own; kinds are SLACK, PAGER_DUTY, OPS_GENIE, VICTOR_OPS and DATADOG", func(s string) error { return readReceivers(s, cfg) })
	f.Func("may-reach", "`CIDR` that requests to users' webhooks may go to, beside public addresses; may be given more than once, or a list with commas", func(s string) (err error) {
		cfg.MayReach, err = readNetworks(s, cfg.MayReach)
		return err
	})
	f.DurationVar(&cfg.OplogEvery, "oplog-every", 0, "`DURATION` from one copying of the oplogs of clusters that declare pitEnabled to the next (default a minute)")
	f.Func("as-of", "`DATE` on which the server believes to live: versions whose sunset has come are gone (default none is)", func(s string) error { return readDate(s, cfg) })
	f.Func("pace", "`PACE` of clusters and backups: work, as fast as the work, or service, as slow as the real service (default work)", func(s string) error { return readPace(s, cfg) })
}

// completions says what a shell may offer for the values of flags.
func completions(c *cobra.Command) {
	for flag, values := range map[string][]string{
		"pace": {"work", "service"}, "tls": {"auto"}, "rate-limits": {"on", "off"}, "log-level": {"debug", "info", "warn", "error"},
	} {
		offer := cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
		if err := c.RegisterFlagCompletionFunc(flag, offer); err != nil {
			panic(err) // there is no such flag
		}
	}
	if err := c.MarkFlagDirname("data"); err != nil {
		panic(err) // there is no such flag
	}
}

func readPorts(s string, cfg *server.Config) error {
	from, to, ok := numbers(s, "-")
	if !ok || from < 1 || to > 65535 || from > to {
		return fmt.Errorf("must be FROM-TO, such as 27017-27316")
	}
	cfg.PortFrom, cfg.PortTo = from, to
	return nil
}

// numbers reads two whole numbers and what is between them.
func numbers(s, between string) (a, b int, ok bool) {
	x, y, ok := strings.Cut(s, between)
	a, err1 := strconv.Atoi(x)
	b, err2 := strconv.Atoi(y)
	return a, b, ok && err1 == nil && err2 == nil
}

func readProxies(s string, cfg *server.Config) (err error) {
	cfg.Proxies, err = readNetworks(s, cfg.Proxies)
	return err
}

// readNetworks adds networks to others.
func readNetworks(s string, others []netip.Prefix) ([]netip.Prefix, error) {
	for cidr := range strings.SplitSeq(s, ",") {
		p, err := netip.ParsePrefix(strings.TrimSpace(cidr))
		if err != nil {
			return nil, err
		}
		others = append(others, p)
	}
	return others, nil
}

// readReceivers reads KIND=URL,...
func readReceivers(s string, cfg *server.Config) error {
	cfg.Receivers = notify.Bases{}
	for one := range strings.SplitSeq(s, ",") {
		kind, address, _ := strings.Cut(strings.TrimSpace(one), "=")
		u, err := url.Parse(address)
		if !notify.Named(kind) || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("must be KIND=URL,..., such as SLACK=https://slack.example.com")
		}
		cfg.Receivers[kind] = strings.TrimSuffix(address, "/")
	}
	return nil
}

// readLimits reads on, off, or SET=CAPACITY/REFILL,...
func readLimits(s string, cfg *server.Config) error {
	cfg.LimitsOff, cfg.Limits = s == "off", map[string]ratelimit.Limit{}
	if s == "on" || s == "off" {
		return nil
	}
	for one := range strings.SplitSeq(s, ",") {
		id, size, _ := strings.Cut(strings.TrimSpace(one), "=")
		capacity, refill, ok := numbers(size, "/")
		if !ok {
			return fmt.Errorf("must be on, off or SET=CAPACITY/REFILL,..., such as clusters=100/50")
		}
		cfg.Limits[id] = ratelimit.Limit{Capacity: capacity, Refill: refill}
	}
	_, err := ratelimit.New(cfg.Limits)
	return err
}

func readDate(s string, cfg *server.Config) error {
	cfg.AsOf = api.Date(s)
	if cfg.AsOf.Time().IsZero() {
		return fmt.Errorf("must be YYYY-MM-DD")
	}
	return nil
}

func readPace(s string, cfg *server.Config) error {
	switch s {
	case "work":
		cfg.Pace = server.WorkPace
	case "service":
		cfg.Pace = server.ServicePace
	default:
		return fmt.Errorf("must be work or service")
	}
	return nil
}
