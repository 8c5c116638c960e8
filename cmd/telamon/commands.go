package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/telamon-db/telamon/internal/server"
)

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "telamon",
		Short:         "A self-hosted control plane that speaks the MongoDB Atlas Administration API v2",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(), docdbCommand(), nodeCommand(), clusterCommand(), dnsCommand(), openAPICommand(), &cobra.Command{
		Use: "version", Short: "Print Telamon's version", Args: cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "telamon", server.Version) },
	})
	return root
}

func openAPICommand() *cobra.Command {
	return &cobra.Command{
		Use: "openapi", Short: "Print the OpenAPI document of the operations that Telamon has", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			e := json.NewEncoder(c.OutOrStdout())
			e.SetIndent("", " ")
			e.SetEscapeHTML(false)
			return e.Encode(server.OpenAPI())
		},
	}
}
