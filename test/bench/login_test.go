package bench

import (
	"bufio"
	"crypto/tls"
	"net"
	"syscall"
	"testing"
	"time"
)

// BenchmarkLogin is the processor time of a login with its connection, of both sides and the kernel: of what a storm of
// logins takes from others. Each comes from another address, so none waits for its turn.
func BenchmarkLogin(b *testing.B) {
	x := openDatabase(b, b.TempDir())
	own, trust := authority(b)
	for name, secure := range map[string][2]*tls.Config{"plain": {}, "tls": {own, trust}} {
		b.Run(name, func(b *testing.B) {
			l, as := x.gate(secure[0], readWrite), app(b)
			b.ReportAllocs()
			began, n := processorTime(b), 0
			for b.Loop() {
				n++
				dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n)|1)}}
				nc, err := dialer.Dial("tcp", l.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				if secure[1] != nil {
					nc = tls.Client(nc, secure[1])
				}
				(&talker{b: b, nc: nc, r: bufio.NewReader(nc)}).login(as)
				nc.Close()
			}
			b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(n), "processor-µs")
		})
	}
}

// processorTime is what this process has had of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
