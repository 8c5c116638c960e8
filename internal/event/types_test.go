package event

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestList(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(list), "\n")
	if !slices.IsSorted(lines) || len(lines) != len(feeds) {
		t.Errorf("types.txt is not sorted, or has a name twice: %d lines, %d names", len(lines), len(feeds))
	}
	for name, feed := range feeds {
		if feed != OfProject && feed != OfOrganization && feed != ofBoth {
			t.Errorf("%s is of %q", name, feed)
		}
	}
	project, organization := TypesIn(OfProject), TypesIn(OfOrganization)
	if !slices.Contains(project, "CLUSTER_CREATED") || slices.Contains(organization, "CLUSTER_CREATED") {
		t.Error("CLUSTER_CREATED is not of projects alone")
	}
	if !slices.Contains(project, "GROUP_DELETED") || !slices.Contains(organization, "GROUP_DELETED") {
		t.Error("GROUP_DELETED is not of both")
	}
	if all := len(project) + len(organization); all < len(Types()) {
		t.Errorf("%d types in feeds, %d in all", all, len(Types()))
	}
}

func TestSentence(t *testing.T) {
	for name, want := range map[Type]string{
		"CLUSTER_CREATED": "Cluster created", "MONGODB_USER_ADDED": "MongoDB user added", "API_KEY_DELETED": "API key deleted",
		"GROUP_CREATED": "Project created",
	} {
		if got := name.Sentence(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestUnknownTypeIsRefused(t *testing.T) {
	if err := WriteAt(nil, InOrg("NO_SUCH_TYPE", "x"), time.Now()); err == nil {
		t.Error("an unknown type was written")
	}
}
