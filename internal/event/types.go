package event

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Type is the name of a kind of event, one of the API's.
type Type string

// Feed says whose events a type belongs to.
type Feed string

// The feeds.
const (
	OfProject      Feed = "project"
	OfOrganization Feed = "organization"
	ofBoth         Feed = "both"
)

// types.txt has one type a line, sorted: its name, and the feed that it belongs to.
//
//go:embed types.txt
var list string

var feeds = func() map[Type]Feed {
	m := map[Type]Feed{}
	for line := range strings.Lines(list) {
		name, feed, _ := strings.Cut(strings.TrimSpace(line), " ")
		m[Type(name)] = Feed(feed)
	}
	return m
}()

// Types are the names of all types, sorted.
func Types() []string { return types(func(Feed) bool { return true }) }

// TypesIn are the names of the types that belong to a feed, sorted.
func TypesIn(f Feed) []string {
	return types(func(g Feed) bool { return g == f || g == ofBoth })
}

func types(want func(Feed) bool) []string {
	var names []string
	for _, t := range slices.Sorted(maps.Keys(feeds)) {
		if want(feeds[t]) {
			names = append(names, string(t))
		}
	}
	return names
}

// Known reports whether the API has the type.
func (t Type) Known() bool { return feeds[t] != "" }

// Values are all types, for the API's document.
func (Type) Values() []string { return Types() }

// spelled are words of types that are not written as ordinary words are.
var spelled = map[string]string{
	"api": "API", "aws": "AWS", "bi": "BI", "cidr": "CIDR", "dns": "DNS", "fts": "FTS", "id": "ID", "ip": "IP", "kmip": "KMIP",
	"ldap": "LDAP", "mongodb": "MongoDB", "oidc": "OIDC", "org": "organization", "group": "project", "saml": "SAML", "sso": "SSO",
	"tls": "TLS", "ui": "UI", "x509": "X.509",
}

// Sentence is the type in words: Cluster created.
func (t Type) Sentence() string {
	words := strings.Split(strings.ToLower(string(t)), "_")
	for i, w := range words {
		if s, ok := spelled[w]; ok {
			words[i] = s
		}
	}
	first := []rune(strings.Join(words, " "))
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}
