package streams

import (
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// regionName is a region, by the names that this family has for regions.
type regionName string

// regions are those that a provider has.
var regions = map[string][]string{
	model.AWS: strings.Fields(`
		SYDNEY_AUS MUMBAI_IND FRANKFURT_DEU DUBLIN_IRL LONDON_GBR VIRGINIA_USA OHIO_USA OREGON_USA SAOPAULO_BRA MONTREAL_CAN TOKYO_JPN
		SINGAPORE_SGP PARIS_FRA SEOUL_KOR`),
	model.Azure: strings.Fields(`eastus westus eastus2 westeurope brazilsouth australiaeast`),
	model.GCP:   strings.Fields(`US_CENTRAL1 EUROPE_WEST1 US_EAST4`),
}

// Values are the regions of all providers.
func (regionName) Values() []string {
	return slices.Concat(regions[model.AWS], regions[model.Azure], regions[model.GCP])
}

// check adds a problem if r, the field at path, is no region of its provider.
func (r *StreamsDataProcessRegion) check(bad *fault.Problems, path string) {
	if !slices.Contains(regions[r.CloudProvider], string(r.Region)) {
		bad.Add(path+".region", "must be a region of a cloud provider: AWS, AZURE or GCP")
	}
}
