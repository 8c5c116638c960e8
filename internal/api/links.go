package api

import (
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// paged is a Page of any type.
type paged interface {
	linked(links []Link) any
	total() (n int, known bool)
}

func (p Page[T]) linked(links []Link) any {
	p.Links = links
	if p.Results == nil {
		p.Results = []T{}
	}
	return p
}

func (p Page[T]) total() (int, bool) {
	if p.TotalCount == nil {
		return 0, false
	}
	return *p.TotalCount, true
}

// pageLinks are a page's links: itself, and its neighbours where they exist. Whether there is a next page is known
// from the total only, so without a count there is no such link.
func pageLinks(r *http.Request, p paged) []Link {
	num := intQuery(r, "pageNum", 1)
	per := intQuery(r, "itemsPerPage", 100)
	rest := otherQuery(r.URL.RawQuery)
	at := func(n int) string {
		return r.URL.EscapedPath() + "?" + rest + "itemsPerPage=" + strconv.Itoa(per) + "&pageNum=" + strconv.Itoa(n)
	}
	self := r.URL.EscapedPath() + "?" + rest + "pageNum=" + strconv.Itoa(num) + "&itemsPerPage=" + strconv.Itoa(per)
	links := []Link{{Href: self, Rel: "self"}}
	if num > 1 {
		links = append(links, Link{Href: at(num - 1), Rel: "previous"})
	}
	if total, known := p.total(); known && total > num*per {
		links = append(links, Link{Href: at(num + 1), Rel: "next"})
	}
	return links
}

func intQuery(r *http.Request, name string, otherwise int) int {
	if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil {
		return n
	}
	return otherwise
}

// otherQuery is the raw query without the paging parameters, in the order received, with a trailing ampersand.
func otherQuery(raw string) string {
	var b strings.Builder
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && name != "pageNum" && name != "itemsPerPage" {
			b.WriteString(pair + "&")
		}
	}
	return b.String()
}

var linksType = reflect.TypeFor[[]Link]()

// link puts the server's address in front of the links of an object, or of a page and its items.
func (out *response) link(result any) {
	base := baseURL(out.r)
	v := reflect.Indirect(reflect.ValueOf(result))
	if v.Kind() != reflect.Struct {
		return
	}
	absolute(v, base)
	if results := v.FieldByName("Results"); results.IsValid() && results.Kind() == reflect.Slice {
		for i := range results.Len() {
			absolute(reflect.Indirect(results.Index(i)), base)
		}
	}
}

func absolute(v reflect.Value, base string) {
	if v.Kind() != reflect.Struct {
		return
	}
	f := v.FieldByName("Links")
	if !f.IsValid() || f.Type() != linksType {
		return
	}
	for i, l := range f.Interface().([]Link) {
		if l.Href != "" && l.Href[0] == '/' {
			f.Index(i).Field(0).SetString(base + l.Href)
		}
	}
}

// baseURL is the server's address as the caller used it.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String()
}
