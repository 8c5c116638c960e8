package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
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

// pageLinks returns a page's links: to itself, and to its neighbours where they exist. Only the total tells whether
// there is a next page, so without a count there is no link to one.
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

// otherQuery returns the raw query without the paging parameters, in the order received, with a trailing ampersand.
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

// listed says where a type of answers has links: its own, and those of the items of a list, perhaps in an embedded
// struct; nil if it has none.
type listed struct{ links, results []int }

var listedCache sync.Map // reflect.Type -> listed

func listedIn(t reflect.Type) listed {
	if v, ok := listedCache.Load(t); ok {
		return v.(listed)
	}
	var l listed
	if t.Kind() == reflect.Struct {
		if f, ok := t.FieldByName("Links"); ok && f.Type == reflect.TypeFor[[]Link]() {
			l.links = f.Index
		}
		if f, ok := t.FieldByName("Results"); ok && f.Type.Kind() == reflect.Slice {
			l.results = f.Index
		}
	}
	listedCache.Store(t, l)
	return l
}

// link puts the server's address in front of the links of an object, or of a page and its items.
func (out *response) link(result any) {
	v := reflect.Indirect(reflect.ValueOf(result))
	if !v.IsValid() {
		return
	}
	base, where := "", listedIn(v.Type())
	if where.links != nil || where.results != nil {
		base = out.base()
	}
	absolute(v, where, base)
	if where.results == nil {
		return
	}
	for items, i := v.FieldByIndex(where.results), 0; i < items.Len(); i++ {
		if item := reflect.Indirect(items.Index(i)); item.IsValid() {
			absolute(item, listedIn(item.Type()), base)
		}
	}
}

// base is what links begin with.
func (out *response) base() string {
	if out.engine.URL != "" {
		return out.engine.URL
	}
	return "http://" + out.r.Host
}

func absolute(v reflect.Value, where listed, base string) {
	if where.links == nil {
		return
	}
	links := v.FieldByIndex(where.links).Interface().([]Link)
	for i := range links {
		if l := &links[i]; l.Href != "" && l.Href[0] == '/' {
			l.Href = base + l.Href
		}
	}
}
