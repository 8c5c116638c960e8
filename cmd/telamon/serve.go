package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/telamon-db/telamon/internal/server"
)

func serveCommand() *cobra.Command {
	var cfg server.Config
	var ports, level, pace, file string
	var proxies []string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the control plane and its clusters",
		Long: `Run the control plane and its clusters.

On an empty data directory, serve creates an organization, its owner, a project, an API key that owns the organization
and a service account, and prints their credentials. DATA/bootstrap.json (mode 0600) has them for scripts; it is
rewritten at every start, before /readyz of the management listener answers 200.

Every flag has an environment variable: TELAMON_DATA for --data, TELAMON_CLUSTER_HOST for --cluster-host, and so on.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := fromEnvironment(c.Flags()); err != nil {
				return err
			}
			if err := fromFile(c.Flags(), file); err != nil {
				return err
			}
			if err := readPorts(ports, &cfg); err != nil {
				return err
			}
			var known bool
			if cfg.Pace, known = paces[pace]; !known {
				return fmt.Errorf("--pace must be work or service")
			}
			var err error
			if cfg.Proxies, err = readProxies(proxies); err != nil {
				return err
			}
			if cfg.Logger, err = logger(c.ErrOrStderr(), level); err != nil {
				return err
			}
			return serve(c, cfg)
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.DataDir, "data", "telamon-data", "directory `DIR` that everything is kept in")
	f.StringVar(&cfg.Listen, "listen", "127.0.0.1:8080", "`HOST:PORT` of the API; port 0 takes a free one")
	f.StringVar(&cfg.Management, "management", "127.0.0.1:8081", "`HOST:PORT` of health, metrics and the clock; asks for no credentials")
	f.StringVar(&cfg.ClusterHost, "cluster-host", "127.0.0.1", "address `HOST` that clusters listen on and are reached at")
	f.StringVar(&ports, "cluster-ports", "", "ports `FROM-TO` that clusters listen on (default any free one)")
	f.StringSliceVar(&proxies, "trusted-proxy", nil, "`CIDR` whose X-Forwarded-For is believed; may be given more than once")
	f.StringVar(&pace, "pace", "work", "`PACE` of clusters and backups: work, as fast as the work, or service, as slow as the real service")
	f.StringVar(&file, "config", "", "`FILE` with a JSON object of flags, such as {\"listen\":\"0.0.0.0:8080\"}; flags and environment win")
	f.StringVar(&level, "log-level", "info", "least `LEVEL` that is logged: debug, info, warn or error")
	return c
}

var paces = map[string]server.Pace{"work": server.WorkPace, "service": server.ServicePace}

// fromFile takes the flags that neither the command line nor the environment sets from a file.
func fromFile(flags *pflag.FlagSet, path string) error {
	if path == "" {
		return nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var values map[string]string
	if err := json.Unmarshal(raw, &values); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for name, value := range values {
		f := flags.Lookup(name)
		if f == nil {
			return fmt.Errorf("%s: there is no flag --%s", path, name)
		}
		if f.Changed {
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return fmt.Errorf("%s: %s: %w", path, name, err)
		}
	}
	return nil
}

// fromEnvironment takes the flags that the command line does not set from TELAMON_*.
func fromEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "TELAMON_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value, ok := os.LookupEnv(name); ok && !f.Changed && err == nil {
			if err = flags.Set(f.Name, value); err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
		}
	})
	return err
}

func readPorts(s string, cfg *server.Config) error {
	if s == "" {
		return nil
	}
	n, err := fmt.Sscanf(s, "%d-%d", &cfg.PortFrom, &cfg.PortTo)
	if n != 2 || err != nil || cfg.PortFrom < 1 || cfg.PortTo > 65535 || cfg.PortFrom > cfg.PortTo {
		return fmt.Errorf("--cluster-ports must be FROM-TO, such as 27017-27117")
	}
	return nil
}

func readProxies(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

func logger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: %w", err)
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}

func serve(c *cobra.Command, cfg server.Config) error {
	s, err := server.Open(c.Context(), cfg)
	if err != nil {
		return err
	}
	if err := welcome.Execute(c.OutOrStdout(), struct {
		server.Bootstrap
		Data string
	}{s.Bootstrap(), cfg.DataDir}); err != nil {
		return err
	}
	return s.Run(c.Context())
}

var welcome = template.Must(template.New("welcome").Parse(`Telamon serves the Atlas Administration API v2 at {{.BaseURL}} (management: {{.ManagementURL}}).
State and credentials are in {{.Data}}.
{{- if .New}} What follows is printed this once; bootstrap.json there has it for scripts.

  export MONGODB_ATLAS_BASE_URL={{.BaseURL}}/
  export MONGODB_ATLAS_OPS_MANAGER_URL={{.BaseURL}}/
  export MONGODB_ATLAS_ORG_ID={{.OrgID}}
  export MONGODB_ATLAS_PROJECT_ID={{.ProjectID}}
  export MONGODB_ATLAS_PUBLIC_API_KEY={{.PublicKey}} MONGODB_ATLAS_PRIVATE_API_KEY={{.PrivateKey}}
  export MONGODB_ATLAS_PUBLIC_KEY={{.PublicKey}} MONGODB_ATLAS_PRIVATE_KEY={{.PrivateKey}}
  export MONGODB_ATLAS_CLIENT_ID={{.ClientID}} MONGODB_ATLAS_CLIENT_SECRET={{.ClientSecret}}

  curl --user "{{.PublicKey}}:{{.PrivateKey}}" --digest --header "Accept: application/vnd.atlas.2025-03-12+json" "{{.BaseURL}}/api/atlas/v2/groups?pretty=true"
{{else if .PrivateKey}} The store's first credentials are in bootstrap.json there.
{{else}} The store's first credentials are not in bootstrap.json there; it was begun elsewhere.
{{end}}`))
