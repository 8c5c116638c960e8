package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/telamon-db/telamon/internal/relocation"
)

func clusterCommand() *cobra.Command {
	var dir, project string
	c := &cobra.Command{
		Use:   "cluster",
		Short: "Move clusters between the nodes that share a store",
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			return fromEnvironment(c.Flags())
		},
	}
	c.PersistentFlags().StringVar(&dir, "data", "telamon-data", "data directory `DIR` of a node that runs on this machine")
	if err := c.MarkPersistentFlagDirname("data"); err != nil {
		panic(err) // there is no such flag
	}
	move := &cobra.Command{
		Use: "move NAME NODE", Short: "Move a cluster to another node, by the bucket of snapshots",
		Long: `Move a cluster to another node. While it runs, a snapshot goes by the bucket of --snapshot-bucket. Then the old node takes no
more writes, the rest of its oplog follows, and the new node opens the cluster. Its address changes, but not its names in
DNS. If something fails before, the cluster stays where it is, with all of its data.`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return moveCluster(c, dir, project, args[0], args[1]) },
	}
	move.Flags().StringVar(&project, "project", "", "`ID` of the cluster's project, if several projects have a cluster of that name")
	c.AddCommand(move)
	return c
}

// glance is the time from one look at a move to the next.
const glance = 250 * time.Millisecond

func moveCluster(c *cobra.Command, dir, project, name, node string) error {
	o, err := operatorOf(dir)
	if err != nil {
		return err
	}
	var begun struct{ ID string }
	query := url.Values{"node": {node}, "project": {project}}.Encode()
	if err := o.call(c.Context(), http.MethodPost, "/clusters/"+url.PathEscape(name)+"/move?"+query, &begun); err != nil {
		return fmt.Errorf("cluster %s: %w", name, err)
	}
	for {
		var is relocation.MoveStatus
		if err := o.call(c.Context(), http.MethodGet, "/moves/"+begun.ID, &is); err != nil {
			return fmt.Errorf("cluster %s: %w", name, err)
		}
		switch {
		case is.Over && is.Reason != "":
			return fmt.Errorf("cluster %s has not been moved: %s", name, is.Reason)
		case is.Over:
			_, err := fmt.Fprintf(c.OutOrStdout(), "Cluster %s is on node %s; for %.1f seconds it took no writes.\n", name, node, is.Pause)
			return err
		}
		select {
		case <-c.Context().Done():
			return c.Context().Err()
		case <-time.After(glance):
		}
	}
}
