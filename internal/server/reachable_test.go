package server

import (
	"net"
	"testing"
)

func TestAListenerOnAllAddressesIsReachableOnLoopback(t *testing.T) {
	for addr, want := range map[string]string{
		"0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080", "192.0.2.1:80": "192.0.2.1:80", "[::1]:80": "[::1]:80",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
