package shape

import (
	"net/netip"
	"testing"
)

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"1.2.3.4": "1.2.3.4/32", "10.0.0.7/8": "10.0.0.0/8", "10.0.0.7%2F8": "10.0.0.0/8", "0.0.0.0/0": "0.0.0.0/0",
		"2001:db8::1": "2001:db8:0:0:0:0:0:1/128", "2001:db8::1/32": "2001:db8:0:0:0:0:0:0/32", "::/0": "0:0:0:0:0:0:0:0/0",
		"::ffff:1.2.3.4": "1.2.3.4/32", "::ffff:1.2.3.4/120": "1.2.3.0/24",
		"": "", "1.2.3": "", "1.2.3.4/33": "", "fe80::1%eth0": "", "sg-12345678": "",
	} {
		p, err := Network(in)
		if want == "" {
			if err == nil {
				t.Errorf("%q is no network, but %v", in, p)
			}
			continue
		}
		if err != nil || CIDR(p) != want {
			t.Errorf("%q: %s, want %s (%v)", in, CIDR(p), want, err)
		}
	}
}

// What is written reads back as the same network.
func FuzzNetwork(f *testing.F) {
	for _, s := range []string{"1.2.3.4/7", "::1", "2001:db8::/32", "::ffff:1.2.3.4/96"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Network(s)
		if err != nil {
			return
		}
		again, err := Network(CIDR(p))
		if err != nil || again != p {
			t.Errorf("%q is %v, then %v (%v)", s, p, again, err)
		}
		if a, err := netip.ParseAddr(SingleAddress(p)); SingleAddress(p) != "" && (err != nil || a != p.Addr()) {
			t.Errorf("%v has the single address %v (%v)", p, a, err)
		}
	})
}
