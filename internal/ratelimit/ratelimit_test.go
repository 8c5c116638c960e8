package ratelimit

import (
	"fmt"
	"testing"
	"time"
)

func limits(t *testing.T, sizes map[string]Limit) *Limits {
	t.Helper()
	l, err := New(sizes)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheSetOfAPath(t *testing.T) {
	l := limits(t, nil)
	for path, id := range map[string]string{
		"":                                     "user",
		"/orgs":                                "user",
		"/eventTypes":                          "user",
		"/groups":                              "projects",
		"/groups/byName/{groupName}":           "projects",
		"/groups/{groupId}":                    "project",
		"/groups/{groupId}:migrate":            "project",
		"/groups/{groupId}/accessList":         "project",
		"/groups/{groupId}/clusters":           "clusters",
		"/groups/{groupId}/clustersX":          "project",
		"/groups/{groupId}/clusters/{c}":       "clusters",
		"/groups/{groupId}/databaseUsers":      "databaseUsers",
		"/groups/{groupId}/events/{eventId}":   "projectEvents",
		"/orgs/{orgId}/settings":               "organizationSettings",
		"/orgs/{orgId}/apiKeys":                "organization",
		"/users/byName/{userName}":             "users",
		"/unauth/controlPlaneIPAddresses":      "public",
		"oauth":                                "tokens",
		"/groups/{groupId}/customDBRoles/role": "customRoles",
	} {
		if s := l.Find(path); s == nil || s.ID != id {
			t.Errorf("%s is in %+v", path, s)
		}
	}
}

func TestABucketEmptiesAndOwnersHaveTheirOwn(t *testing.T) {
	l := limits(t, map[string]Limit{"project": {Capacity: 3, Refill: 1}})
	s := l.Find("/groups/{groupId}")
	for left := 2; left >= 0; left-- {
		if g := l.Take(s, "a"); !g.OK || g.Remaining != left {
			t.Errorf("%+v, not %d left", g, left)
		}
	}
	g := l.Take(s, "a")
	if g.OK || g.Retry < time.Second || g.Retry > Per || g.Retry%time.Second != 0 {
		t.Errorf("an empty bucket: %+v", g)
	}
	if g := l.Take(s, "b"); !g.OK {
		t.Errorf("another's bucket: %+v", g)
	}
}

func TestBucketsAreBounded(t *testing.T) {
	l := limits(t, nil)
	s := l.Find("")
	for i := range maxBuckets + 10 {
		l.Take(s, fmt.Sprint(i))
	}
	if n := len(l.buckets); n > maxBuckets/2 { // so that the next sweep is far off
		t.Errorf("%d buckets", n)
	}
}

func TestSizesThatAreNone(t *testing.T) {
	for id, size := range map[string]Limit{"nothing": {1, 1}, "project": {0, 1}, "teams": {1, -1}, "user": {maxSize + 1, 1}} {
		if _, err := New(map[string]Limit{id: size}); err == nil {
			t.Errorf("%s %v was accepted", id, size)
		}
	}
}

func TestOffLimitsNothing(t *testing.T) {
	var off *Limits
	if off.Find("/groups") != nil || off.Tokens() != nil || off.Sets() != nil {
		t.Error("there are sets where limits are off")
	}
}
