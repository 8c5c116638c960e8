package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/telamon-db/telamon/internal/nodes"
)

func nodeCommand() *cobra.Command {
	var dir string
	var restore bool
	c := &cobra.Command{
		Use:   "node",
		Short: "Show the nodes that share a store, and give up those that are gone for good",
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			return fromEnvironment(c.Flags())
		},
	}
	c.PersistentFlags().StringVar(&dir, "data", "telamon-data", "data directory `DIR` of a node that runs on this machine")
	if err := c.MarkPersistentFlagDirname("data"); err != nil {
		panic(err) // there is no such flag
	}
	forget := &cobra.Command{
		Use: "forget NAME", Short: "Give up a node that is gone for good: its clusters end, or come back on this one",
		Long: `Give up a node that is gone for good, with all that it had: its clusters, their snapshots and their restores end, so that
their projects can be used and deleted again. What the node's data directory has is no longer known to anybody, and the node
does not start from it any more. A node that is alive is refused; to be sure, this may take a quarter of a minute.

With --restore its clusters come back on the node of --data, from the newest snapshot in the bucket of --snapshot-bucket and
what the bucket has of their oplogs. What is printed says up to when, and how many seconds of the oplog are lost at most. A
cluster of which the bucket has no snapshot ends.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return forgetNode(c, dir, args[0], restore) },
	}
	forget.Flags().BoolVar(&restore, "restore", false, "have its clusters come back from the bucket of snapshots")
	c.AddCommand(&cobra.Command{
		Use: "list", Short: "Print the nodes: where their clusters are reached, how many they have, and whether they are alive", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return listNodes(c, dir) },
	}, forget)
	return c
}

func listNodes(c *cobra.Command, dir string) error {
	o, err := operatorOf(dir)
	if err != nil {
		return err
	}
	var got struct{ Nodes []nodes.Status }
	if err := o.call(c.Context(), http.MethodGet, "/nodes", &got); err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tHOST\tCLUSTERS\tSTATE\tSEEN")
	for _, n := range got.Nodes {
		fmt.Fprintln(w, strings.Join([]string{n.Name, n.Host, strconv.FormatInt(n.Clusters, 10), stateOf(n), n.Seen.Format(time.RFC3339)}, "\t"))
	}
	return w.Flush()
}

func stateOf(n nodes.Status) string {
	switch {
	case n.Self:
		return "this node"
	case !n.Forgotten.IsZero():
		return "forgotten"
	case n.Alive:
		return "alive"
	}
	return "away"
}

func forgetNode(c *cobra.Command, dir, name string, restore bool) error {
	o, err := operatorOf(dir)
	if err != nil {
		return err
	}
	var got nodes.Outcome
	if err := o.call(c.Context(), http.MethodDelete, "/nodes/"+url.PathEscape(name)+"?restore="+strconv.FormatBool(restore), &got); err != nil {
		return fmt.Errorf("node %s: %w", name, err)
	}
	for _, r := range got.Restored {
		_, err = fmt.Fprintf(c.OutOrStdout(), "Cluster %s of project %s comes back with all changes up to %s; at most %.0f seconds of its oplog are lost.\n",
			r.Cluster, r.GroupID, r.Until.Format(time.RFC3339), r.Lost)
		if err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "Node %s is forgotten; its clusters are lost: %d.\n", name, got.Lost)
	return err
}
