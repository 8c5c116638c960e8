package measure

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/telamon-db/telamon/internal/series"
)

// tick is the kernel's unit of processor time in microseconds. Source: proc(5): USER_HZ is 100 on all architectures of Linux.
const tick = 10_000

// Machine writes what is known of the process, the machine and the disk that has a directory into a row. What the kernel does
// not tell stays missing. Source: proc(5).
func Machine(dir string, r Row) {
	r[Processors] = int64(runtime.NumCPU())
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) == nil {
		r[ProcessUser], r[ProcessKernel] = use.Utime.Nano()/1000, use.Stime.Nano()/1000
		r[PageFaults] = use.Majflt
	}
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) == nil {
		r[DiskFree] = int64(fs.Bavail) * fs.Bsize
		r[DiskUsed] = int64(fs.Blocks-fs.Bfree) * fs.Bsize
	}
	processors(r)
	memory(r)
	ofSelf(r)
	network(r)
	swap(r)
	disk(dir, r)
}

// lines calls fn with the fields of each line of a file of the kernel's.
func lines(path string, fn func(fields []string)) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return
	}
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		if fields := strings.Fields(s.Text()); len(fields) > 0 {
			fn(fields)
		}
	}
}

// numbers writes numbers of a line, times a factor, into columns.
func numbers(r Row, fields []string, factor int64, columns ...Column) {
	for i, c := range columns {
		if i >= len(fields) {
			return
		}
		if n, err := strconv.ParseInt(fields[i], 10, 64); err == nil {
			r[c] = n * factor
		}
	}
}

func processors(r Row) {
	lines("/proc/stat", func(f []string) {
		if len(f) > 10 && f[0] == "cpu" {
			numbers(r, f[1:], tick, SystemUser, SystemNice, SystemKernel)
			numbers(r, f[5:], tick, SystemIOWait, SystemIRQ, SystemSoftIRQ, SystemSteal, SystemGuest)
		}
	})
}

func memory(r Row) {
	known := map[string]Column{
		"MemFree:": MemoryFree, "MemAvailable:": MemoryAvailable, "Shmem:": MemoryShared, "Cached:": MemoryCached, "Buffers:": MemoryBuffers,
		"MemTotal:": MemoryUsed, "SwapFree:": SwapFree, "SwapTotal:": SwapUsed,
	}
	lines("/proc/meminfo", func(f []string) {
		if c, ok := known[f[0]]; ok {
			numbers(r, f[1:2], kb, c)
		}
	})
	r.subtract(MemoryUsed, MemoryFree)
	r.subtract(MemoryUsed, MemoryCached)
	r.subtract(MemoryUsed, MemoryBuffers)
	r.subtract(SwapUsed, SwapFree)
}

// ofSelf reads how much memory the process has.
func ofSelf(r Row) {
	known := map[string]Column{"VmRSS:": MemoryResident, "VmSize:": MemoryVirtual}
	lines("/proc/self/status", func(f []string) {
		if c, ok := known[f[0]]; ok && len(f) > 1 {
			numbers(r, f[1:2], kb, c)
		}
	})
}

func network(r Row) {
	lines("/proc/net/dev", func(f []string) {
		if len(f) > 9 && strings.HasSuffix(f[0], ":") && f[0] != "lo:" {
			r.add(NetworkIn, f[1], 1)
			r.add(NetworkOut, f[9], 1)
		}
	})
}

func swap(r Row) {
	lines("/proc/vmstat", func(f []string) {
		switch f[0] {
		case "pswpin":
			numbers(r, f[1:], 1, SwapIn)
		case "pswpout":
			numbers(r, f[1:], 1, SwapOut)
		}
	})
}

// sector is how many bytes the kernel's counters of disks count as one.
const sector = 512

func disk(dir string, r Row) {
	var at syscall.Stat_t
	if syscall.Stat(dir, &at) != nil {
		return
	}
	device := fmt.Sprint((at.Dev>>8)&0xfff, " ", at.Dev&0xff|(at.Dev>>12)&^0xff)
	lines("/proc/diskstats", func(f []string) {
		if len(f) < 14 || f[0]+" "+f[1] != device {
			return
		}
		numbers(r, f[3:4], 1, DiskReads)
		numbers(r, f[5:6], sector, DiskBytesRead)
		numbers(r, f[6:7], 1000, DiskReadTime)
		numbers(r, f[7:8], 1, DiskWrites)
		numbers(r, f[9:10], sector, DiskBytesWritten)
		numbers(r, f[10:11], 1000, DiskWriteTime)
		numbers(r, f[11:12], 1000, DiskQueue)
	})
}

// subtract takes a column from another one, if both are known.
func (r Row) subtract(from, c Column) {
	if r[from] != series.Missing && r[c] != series.Missing {
		r[from] -= r[c]
	}
}

// add adds a number to a column.
func (r Row) add(c Column, text string, factor int64) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return
	}
	if r[c] == series.Missing {
		r[c] = 0
	}
	r[c] += n * factor
}
