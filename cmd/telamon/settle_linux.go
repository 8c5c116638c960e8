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
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range unchanged(string(maps), own) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED) // only advice
	}
}

// mapping is a part of the address space.
type mapping struct{ from, to uintptr }

// unchanged are the parts of a program's file that a process has mapped, cannot write and has not changed. A linker that
// runs with the process changes parts and makes them unwritable afterwards: the file does not have what those contain.
// Source: proc_pid_smaps(5), where "Anonymous" counts what is not as in the file.
func unchanged(smaps, path string) (all []mapping) {
	var m mapping
	var readable bool
	for line := range strings.Lines(smaps) {
		var next mapping
		var rights, offset, device, inode, file string
		if n, _ := fmt.Sscanf(line, "%x-%x %s %s %s %s %s", &next.from, &next.to, &rights, &offset, &device, &inode, &file); n >= 6 { // some have no path
			m, readable = next, file == path && (rights == "r-xp" || rights == "r--p")
		}
		if field, rest, _ := strings.Cut(line, ":"); field == "Anonymous" && readable && strings.TrimSpace(rest) == "0 kB" {
			all = append(all, m)
		}
	}
	return all
}
