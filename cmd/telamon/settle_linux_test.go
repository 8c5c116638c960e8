package main

import (
	"slices"
	"testing"
)

// Only what the file has unchanged may be given back. The second part of this program was changed when it was linked.
func TestUnchanged(t *testing.T) {
	const smaps = `00400000-00402000 r-xp 00000000 fe:00 42 /usr/bin/telamon
Size:                  8 kB
Anonymous:             0 kB
VmFlags: rd ex mr
00402000-00404000 r--p 00002000 fe:00 42 /usr/bin/telamon
Size:                  8 kB
Anonymous:             4 kB
00404000-00406000 r--p 00004000 fe:00 42 /usr/bin/telamon
Anonymous:             0 kB
00406000-00408000 rw-p 00006000 fe:00 42 /usr/bin/telamon
Anonymous:             0 kB
00500000-00502000 r-xp 00000000 fe:00 43 /usr/lib/libc.so.6
Anonymous:             0 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Anonymous:             0 kB
`
	got := unchanged(smaps, "/usr/bin/telamon")
	if want := []mapping{{0x400000, 0x402000}, {0x404000, 0x406000}}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	settle() // the process lives on
}
