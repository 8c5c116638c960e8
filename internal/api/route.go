package api

import (
	"net/http"
	"strings"

	"github.com/telamon-db/telamon/internal/ratelimit"
)

// routes is the tree of the operations' paths, a level for each segment. Segments are compared as a request's path is written:
// an escaped letter is another one, and a parameter may have an escaped slash.
type routes struct {
	ends   map[string]*route  // the operations whose path ends here, by method
	named  map[string]*routes // what follows a segment with that text
	params map[string]*routes // what follows a parameter, by the text behind it: "" for {id}, ":stop" for {id}:stop, ".gz" for {id}.gz
}

// route is what the engine knows of an operation.
type route struct {
	op     *Op
	params []string       // the names of the path's parameters
	set    *ratelimit.Set // nil: no limit
}

// add adds a route at a path below the node, which is "" or begins with a slash.
func (n *routes) add(path string, to *route) {
	if path == "" {
		if n.ends == nil {
			n.ends = map[string]*route{}
		}
		n.ends[to.op.Method] = to
		return
	}
	segment, rest := cutSegment(path)
	where, key := &n.named, segment
	if strings.HasPrefix(segment, "{") {
		_, behind, _ := strings.Cut(segment, "}")
		where, key = &n.params, behind
	}
	if *where == nil {
		*where = map[string]*routes{}
	}
	if (*where)[key] == nil {
		(*where)[key] = new(routes)
	}
	(*where)[key].add(rest, to)
}

// find returns the route of a method and path, and the values of the path's parameters after those given; nil if there is
// none. A segment's text is preferred to a parameter, and a text behind it to none: a verb, which begins at the first colon, or
// the ending of a file.
func (n *routes) find(method, path string, values []string) (*route, []string) {
	if path == "" {
		return n.ends[method], values
	}
	segment, rest := cutSegment(path)
	if next := n.named[segment]; next != nil {
		if to, all := next.find(method, rest, values); to != nil {
			return to, all
		}
	}
	if segment == "" && rest == "" {
		return nil, nil // nothing at the end is no name
	}
	for _, at := range []int{strings.IndexByte(segment, ':'), strings.LastIndexByte(segment, '.')} {
		if at < 0 || n.params[segment[at:]] == nil {
			continue
		}
		if to, all := n.params[segment[at:]].find(method, rest, append(values, segment[:at])); to != nil {
			return to, all
		}
	}
	if next := n.params[""]; next != nil {
		return next.find(method, rest, append(values, segment))
	}
	return nil, nil
}

// cutSegment cuts the first segment off a path that begins with a slash.
func cutSegment(path string) (segment, rest string) {
	if i := strings.IndexByte(path[1:], '/'); i >= 0 {
		return path[1 : 1+i], path[1+i:]
	}
	return path[1:], ""
}

// methods returns the methods that a path has.
func (n *routes) methods(path string) (there []string) {
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if to, _ := n.find(method, path, nil); to != nil {
			there = append(there, method)
		}
	}
	return there
}

// below returns a request's path, as it was written, below Prefix. ok is false if it is not there.
func below(r *http.Request) (path string, ok bool) {
	path, ok = strings.CutPrefix(r.URL.EscapedPath(), Prefix)
	return path, ok && (path == "" || path[0] == '/')
}
