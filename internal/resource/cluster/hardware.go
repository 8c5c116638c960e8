package cluster

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/model"
)

// What the service gives to nodes where the request names nothing else.
const (
	freeDiskGB      = 0.5
	leastAzureDisk  = 32
	awsIOPS         = 3000
	azureIOPS       = 3500 // of M10
	azureThroughput = 125  // of M10
	firstPriority   = 7
	usualNodes      = 3
)

// complete fills in what a request leaves open: nodes and priorities of regions, sizes and disks of hardware. disk is
// the size that the cluster's disks had, or 0.
func complete(regions []model.Region, disk float64) {
	next := firstPriority
	for _, r := range regions {
		usual := usualDisk(cmp.Or(r.Electable.Size, r.ReadOnly.Size, r.Analytics.Size))
		disk = roomy(r.Provider, cmp.Or(disk, usual))
	}
	for i := range regions {
		r := &regions[i]
		if r.Electable.Nodes == unset {
			r.Electable.Nodes = 0
			if len(regions) == 1 {
				r.Electable.Nodes = usualNodes
			}
		}
		if r.Priority == unset {
			r.Priority = 0
			if r.Electable.Nodes > 0 {
				r.Priority = next
			}
		}
		if r.Priority > 0 {
			next = max(r.Priority-1, 1)
		}
		if r.Provider == model.Tenant {
			r.Electable.DiskGB = freeDiskGB
			r.ReadOnly, r.Analytics = without(r.ReadOnly), without(r.Analytics)
			continue
		}
		size := cmp.Or(r.Electable.Size, r.ReadOnly.Size, r.Analytics.Size)
		for _, h := range hardwareOf(r) {
			h.Size = cmp.Or(h.Size, size)
			h.DiskGB = roomy(r.Provider, cmp.Or(h.DiskGB, r.Electable.DiskGB, disk))
			fillDisk(r.Provider, h)
		}
	}
}

// fillDisk gives a disk the speed that comes with it.
func fillDisk(provider string, h *model.Hardware) {
	switch {
	case provider == model.AWS:
		h.IOPS, h.Volume = cmp.Or(h.IOPS, awsIOPS), cmp.Or(h.Volume, "STANDARD")
	case provider == model.Azure && h.Size == "M10":
		h.IOPS, h.Throughput = cmp.Or(h.IOPS, azureIOPS), azureThroughput
	}
}

// usualDisk is the size in gigabytes of the disks that come with instances of a size. Source: MongoDB's documentation of
// cluster sizes. Azure's are larger where its smallest disk is (roomy).
func usualDisk(size string) float64 {
	number, _, _ := strings.Cut(strings.TrimLeft(size, "MR"), "_")
	n, _ := strconv.Atoi(number) // a size that is none has been refused
	gb := 1000.0
	for _, step := range []struct {
		upTo int
		gb   float64
	}{{10, 10}, {20, 20}, {30, 40}, {40, 80}, {50, 160}, {60, 320}, {80, 750}} {
		if n <= step.upTo {
			gb = step.gb
			break
		}
	}
	return gb
}

// roomy returns gb, or the size of the provider's smallest disk if that is more, as the service does. It leaves 0 and less
// for the rules to refuse.
func roomy(provider string, gb float64) float64 {
	switch {
	case gb <= 0:
		return gb
	case provider == model.Azure:
		return max(gb, leastAzureDisk)
	}
	return max(gb, leastDisk)
}

// without is what a free cluster keeps of read-only and analytics nodes: nothing if h asks for none, or else h, which the
// rules refuse.
func without(h model.Hardware) model.Hardware {
	if h.Nodes == 0 && (h.Size == "" || h.Size == model.FreeSize) {
		return model.Hardware{}
	}
	return h
}
