package model

import (
	"regexp"
	"strings"
)

// ownRegions are the providers' own names of regions where they do not follow from the API's.
var ownRegions = map[string]map[string]string{
	Azure: {
		"US_CENTRAL": "centralus", "US_EAST": "eastus", "US_EAST_2": "eastus2", "US_NORTH_CENTRAL": "northcentralus", "US_WEST": "westus",
		"US_SOUTH_CENTRAL": "southcentralus", "US_WEST_CENTRAL": "westcentralus", "US_WEST_2": "westus2", "US_WEST_3": "westus3",
		"EUROPE_NORTH": "northeurope", "EUROPE_WEST": "westeurope", "ASIA_EAST": "eastasia", "ASIA_SOUTH_EAST": "southeastasia",
		"INDIA_CENTRAL": "centralindia", "INDIA_SOUTH": "southindia", "INDIA_WEST": "westindia",
	},
	GCP: {
		"CENTRAL_US": "us-central1", "EASTERN_US": "us-east1", "WESTERN_US": "us-west1", "WESTERN_EUROPE": "europe-west1", "EASTERN_ASIA_PACIFIC": "asia-east1",
		"NORTHEASTERN_ASIA_PACIFIC": "asia-northeast1", "SOUTHEASTERN_ASIA_PACIFIC": "asia-southeast1",
	},
}

// atGCP are the words of GCP's names that the API writes in full.
var atGCP = strings.NewReplacer("north_america_", "northamerica-", "south_america_", "southamerica-", "middle_east_", "me-", "_", "-")

var numbered = regexp.MustCompile(`_([0-9]+)$`)

// OwnRegion is what a provider itself calls a region: us-east-1, westeurope, europe-west1.
func OwnRegion(provider, region string) string {
	bare := region
	if provider == GCP {
		bare = strings.TrimSuffix(region, "_AW")
	}
	if own, ok := ownRegions[provider][bare]; ok {
		return own
	}
	lower := strings.ToLower(bare)
	switch provider {
	case Azure:
		return strings.ReplaceAll(lower, "_", "")
	case GCP:
		return atGCP.Replace(numbered.ReplaceAllString(lower, "$1"))
	}
	return strings.ReplaceAll(lower, "_", "-")
}

// RegionNamed is the API's name of a provider's region that is given by it or by the provider's own.
func RegionNamed(provider, name string) (region string, ok bool) {
	for _, r := range clouds[provider].regions {
		if r == name || OwnRegion(provider, r) == name {
			return r, true
		}
	}
	return "", false
}
