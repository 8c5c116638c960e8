package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
)

// settle gives back the memory that only the start needed: the heap's, such as that for the hash of the first password, and
// pages of the program itself, half of which is read once, to set up tables. What is needed again comes back from the
// kernel's cache of files.
func settle() {
	debug.FreeOSMemory()
	own, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return // without /proc the pages stay: nothing else depends on it
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		var rights, offset, device, inode, path string
		_, _ = fmt.Sscanf(line, "%x-%x %s %s %s %s %s", &from, &to, &rights, &offset, &device, &inode, &path) // proc_pid_maps(5); some have no path
		if path == own && (rights == "r-xp" || rights == "r--p") {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED) // only advice
		}
	}
}
