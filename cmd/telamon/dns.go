package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/telamon-db/telamon/internal/server"
)

// dnsCommand explains how a machine can resolve the names of clusters.
func dnsCommand() *cobra.Command {
	var cfg server.Config
	c := &cobra.Command{
		Use:   "dns",
		Short: "Explain how machines and containers can resolve the names of clusters",
		Long: `Explain how machines and containers can resolve the names of clusters.

"telamon serve --dns HOST:PORT" gives clusters names, and answers questions about them at HOST:PORT. Whoever is to connect
with a mongodb+srv string has to ask there for names in the zone (--dns-zone); this command prints how, for the values of the
flags that it is given. Questions about other names are refused, so do not make it the only server that a machine asks.`,
		Args: cobra.NoArgs,
		PreRunE: func(c *cobra.Command, _ []string) error {
			return fromEnvironment(c.Flags())
		},
		RunE: func(c *cobra.Command, _ []string) error {
			host, port, err := net.SplitHostPort(cfg.DNS)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), dnsPage, cfg.Zone, host, port)
			return err
		},
	}
	c.Flags().StringVar(&cfg.DNS, "dns", "127.0.0.1:5353", "`HOST:PORT` of telamon serve --dns")
	c.Flags().StringVar(&cfg.Zone, "dns-zone", "telamon.internal", "`ZONE` of telamon serve --dns-zone")
	return c
}

const dnsPage = `Linux with systemd-resolved: ask %[2]s, port %[3]s, for names in %[1]s, and the usual servers for all others.

  sudo mkdir -p /etc/systemd/resolved.conf.d
  printf '[Resolve]\nDNS=%[2]s:%[3]s\nDomains=~%[1]s\n' | sudo tee /etc/systemd/resolved.conf.d/telamon.conf
  sudo systemctl restart systemd-resolved

macOS: a file for the zone.

  sudo mkdir -p /etc/resolver
  printf 'nameserver %[2]s\nport %[3]s\n' | sudo tee /etc/resolver/%[1]s

Linux with dnsmasq, such as NetworkManager's:

  echo 'server=/%[1]s/%[2]s#%[3]s' | sudo tee /etc/dnsmasq.d/telamon.conf

Kubernetes: a block in the Corefile of CoreDNS (ConfigMap coredns in kube-system), with an address of Telamon that pods reach.

  %[1]s:53 {
      forward . %[2]s:%[3]s
  }

A container asks the servers that it is told of, at port 53: start Telamon with --dns ADDRESS:53 and the container with
--dns ADDRESS, where ADDRESS is one of this machine that containers reach, and clusters with --cluster-host ADDRESS.

To see whether it works, with the name of a cluster from its connectionStrings.standardSrv:

  dig @%[2]s -p %[3]s SRV _mongodb._tcp.NAME
`
