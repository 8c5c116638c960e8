package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/telamon-db/telamon/internal/server"
)

func serveCommand() *cobra.Command {
	var cfg server.Config
	var level slog.Level
	var file string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the control plane and its clusters",
		Long: `Run the control plane and its clusters.

On an empty store, serve creates an organization, its owner, a project, an API key that owns the organization and a
service account, and prints their credentials. DATA/bootstrap.json (mode 0600) has them for scripts; it is rewritten at
every start, before /readyz of the management listener answers 200.

Several nodes may share a PostgreSQL, each with a data directory of its own, which holds the clusters that were created
there. The node that has begun the store has the first credentials in its bootstrap.json, the others have none.

SIGTERM and SIGINT end it in order: running requests get ten seconds. State survives any other end too.

Every flag has an environment variable: TELAMON_DATA for --data, TELAMON_CLUSTER_HOST for --cluster-host, and so on.
The command line wins over the environment, and the environment over --config.`,
		Example: `  # everything on this machine, in ./telamon-data
  telamon serve

  # for a network: HTTPS with an authority of its own, whose certificate is telamon-data/ca.pem
  telamon serve --listen 0.0.0.0:8443 --tls auto --cluster-host 192.0.2.10 --cluster-ports 27017-27316

  # one of several nodes; in the environment the password stays out of the list of processes
  TELAMON_STORE=postgres://telamon:PASSWORD@db.example.com/telamon telamon serve --listen 0.0.0.0:8443 --tls auto --cluster-host 192.0.2.10

  # a small organization's limits: ten calls a minute to its settings are too many
  telamon serve --rate-limits organizationSettings=4/2,clusters=100/50

  # in a test: free ports; bootstrap.json says which
  telamon serve --data "$(mktemp -d)" --listen 127.0.0.1:0 --management 127.0.0.1:0 --rate-limits off`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := fromEnvironment(c.Flags()); err != nil {
				return err
			}
			if err := fromFile(c.Flags(), file); err != nil {
				return err
			}
			log, flush := newLog(c.ErrOrStderr(), level)
			defer flush()
			cfg.Logger = log
			return serve(c, cfg)
		},
	}
	f := c.Flags()
	serverFlags(f, &cfg)
	f.StringVar(&file, "config", "", "`FILE` with a JSON object of flags, such as {\"listen\":\"0.0.0.0:8080\"}")
	f.TextVar(&level, "log-level", slog.LevelInfo, "least `LEVEL` that is logged: debug, info (one line a request), warn or error")
	completions(c)
	return c
}

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

func serve(c *cobra.Command, cfg server.Config) error {
	s, err := server.Open(c.Context(), cfg)
	if err != nil {
		return err
	}
	said := struct {
		server.Bootstrap
		Data, CA string
	}{s.Bootstrap(), cfg.DataDir, s.Authority()}
	if err := welcome.Execute(c.OutOrStdout(), said); err != nil {
		return err
	}
	settle()
	weight := make([]byte, ballast)
	defer runtime.KeepAlive(weight)
	return s.Run(c.Context())
}

// ballast is never written to, so it takes address space but no memory. The garbage collector counts it as heap, and collects
// when the heap has doubled: not after every few megabytes while the rest of the heap is small.
const ballast = 32 << 20

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
{{- if .CA}}
  export SSL_CERT_FILE={{.CA}} CURL_CA_BUNDLE={{.CA}} NODE_EXTRA_CA_CERTS={{.CA}}
{{- end}}

  curl --user "{{.PublicKey}}:{{.PrivateKey}}" --digest --header "Accept: application/vnd.atlas.2025-03-12+json" "{{.BaseURL}}/api/atlas/v2/groups?pretty=true"

Its owner logs in as {{.OwnerUsername}} with the password {{.OwnerPassword}}, such as for the Atlas CLI's "atlas auth login".
{{else if .PrivateKey}} The store's first credentials are in bootstrap.json there.
{{else}} The store's first credentials are not in bootstrap.json there; it was begun elsewhere.
{{end}}`))
