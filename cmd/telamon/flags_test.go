package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/telamon-db/telamon/internal/server"
)

func TestFlagsThatMeanSomething(t *testing.T) {
	var cfg server.Config
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	serverFlags(f, &cfg)
	err := f.Parse([]string{"--cluster-ports", "27017-27020", "--trusted-proxy", "10.0.0.0/8, ::1/128", "--rate-limits", "clusters=100/50, user=3/1", "--as-of", "2026-07-01", "--pace", "service"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.PortFrom != 27017 || cfg.PortTo != 27020 || len(cfg.Proxies) != 2 || cfg.Limits["clusters"].Refill != 50 || len(cfg.Limits) != 2 || cfg.AsOf != "2026-07-01" || cfg.Pace != server.ServicePace || cfg.LimitsOff {
		t.Errorf("%+v", cfg)
	}
	if err := f.Parse([]string{"--rate-limits", "off"}); err != nil || !cfg.LimitsOff || len(cfg.Limits) != 0 {
		t.Errorf("%v %+v", err, cfg)
	}
}

func TestFlagsThatMeanNothing(t *testing.T) {
	for _, arg := range []string{
		"--cluster-ports=1", "--cluster-ports=9-8", "--cluster-ports=8-9x", "--rate-limits=user=3/1/2", "--rate-limits=user=3/1s", "--trusted-proxy=here", "--rate-limits=some", "--rate-limits=nothing=1/1", "--rate-limits=user=0/1",
		"--as-of=soon", "--pace=slow",
	} {
		f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		serverFlags(f, new(server.Config))
		name, _, _ := strings.Cut(arg, "=")
		if err := f.Parse([]string{arg}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

func TestShellsComplete(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		c := command()
		out := new(strings.Builder)
		c.SetOut(out)
		c.SetArgs([]string{"completion", shell})
		if err := c.Execute(); err != nil || !strings.Contains(out.String(), "telamon") {
			t.Errorf("%s: %v", shell, err)
		}
	}
	c := command()
	out := new(strings.Builder)
	c.SetOut(out)
	c.SetArgs([]string{"__complete", "serve", "--pace", ""})
	if err := c.Execute(); err != nil || !strings.HasPrefix(out.String(), "work\nservice\n") {
		t.Errorf("%v: %s", err, out)
	}
}
