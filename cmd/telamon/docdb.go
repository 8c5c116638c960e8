package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

func docdbCommand() *cobra.Command {
	var dir, listen string
	var connections uint
	var level slog.Level
	c := &cobra.Command{
		Use:   "docdb",
		Short: "Run one document database without a control plane, for development",
		Long: `Run one document database without a control plane, for development.

It is the engine that clusters have, served to MongoDB's clients on this machine: everyone who can connect may do
everything, without login. Therefore it listens on loopback addresses only. SIGTERM and SIGINT end it in order; what was
acknowledged survives any other end too.`,
		Example: `  telamon docdb --data ./data --listen 127.0.0.1:27017
  mongosh mongodb://127.0.0.1:27017/?directConnection=true`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			log := slog.New(slog.NewTextHandler(c.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
			return serveDocdb(c, dir, listen, connections, log)
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "telamon-docdb", "directory `DIR` of the database")
	f.StringVar(&listen, "listen", "127.0.0.1:27017", "loopback `HOST:PORT`; port 0 takes a free one")
	f.UintVar(&connections, "connections", 0, "the most `CONNECTIONS` at a time; 0: as many as there is room for")
	f.TextVar(&level, "log-level", slog.LevelInfo, "least `LEVEL` that is logged: debug, info, warn or error")
	if err := c.MarkFlagDirname("data"); err != nil {
		panic(err) // there is no such flag
	}
	return c
}

func serveDocdb(c *cobra.Command, dir, listen string, connections uint, log *slog.Logger) error {
	l, err := listenLoopback(listen)
	if err != nil {
		return err
	}
	db, err := docdb.Open(dir, docdb.Options{Logger: log})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	g := gateway.New(gateway.Config{
		Name: "docdb", SetName: "docdb", Host: l.Addr().String(), Directory: loopback{}, Backend: openEngine{db},
		Logger: log, Version: docdb.Version, Open: true,
	})
	g.Limit(int(min(connections, math.MaxInt32)))
	fmt.Fprintln(c.OutOrStdout(), "The document database in", dir, "is at", "mongodb://"+l.Addr().String()+"/?directConnection=true")
	return errors.Join(g.Serve(c.Context(), l), db.Close())
}

// listenLoopback refuses addresses that other machines could reach.
func listenLoopback(address string) (net.Listener, error) {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	if !at.IP.IsLoopback() {
		return nil, fmt.Errorf("--listen: %s is not a loopback address, and there is no login", address)
	}
	return net.ListenTCP("tcp", at)
}

// loopback admits this machine without login.
type loopback struct{}

func (loopback) User(context.Context, string, string) (*gateway.User, error) { return nil, nil }

func (loopback) Admits(_ context.Context, addr netip.Addr) (bool, error) {
	return addr.IsLoopback(), nil
}

// openEngine adapts an engine to the interface of gateways.
type openEngine struct{ *docdb.Engine }

func (e openEngine) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	return e.Engine.NewSession(ctx, user), nil
}
