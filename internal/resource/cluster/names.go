package cluster

import (
	"cmp"
	"fmt"
	"strings"
)

// names are the paths by which a version's bodies name a replica set's regions and the fields of each.
type names struct {
	regions string
	field   func(region int, field string) string
}

// regionConfigs are the names since 2024-08-05.
var regionConfigs = names{"replicationSpecs[0].regionConfigs", func(region int, field string) string {
	return fmt.Sprintf("replicationSpecs[0].regionConfigs[%d].%s", region, field)
}}

// oneDisk are the names until 2024-08-05, when disks were the whole cluster's.
var oneDisk = names{regionConfigs.regions, func(region int, field string) string {
	if strings.HasSuffix(field, ".diskSizeGB") {
		return "diskSizeGB"
	}
	return regionConfigs.field(region, field)
}}

// regionsConfig are the names of the first version, where most fields are the whole cluster's.
var regionsConfig = names{"replicationSpecs[0].regionsConfig", func(_ int, field string) string {
	return cmp.Or(map[string]string{
		"providerName": "providerSettings.providerName", "backingProviderName": "providerSettings.backingProviderName",
		"regionName": "providerSettings.regionName", "electableSpecs.instanceSize": "providerSettings.instanceSizeName",
		"electableSpecs.diskSizeGB": "diskSizeGB", "electableSpecs.diskIOPS": "providerSettings.diskIOPS",
	}[field], "replicationSpecs[0].regionsConfig")
}}
