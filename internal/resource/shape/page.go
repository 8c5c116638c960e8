package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/store"
)

// Page returns the page p of the objects that q selects, as wire shows them.
func Page[T, W any](tx store.Tx, table *store.Table[T], q store.Query, p api.Paging, wire func(*T) W) (page api.Page[W], err error) {
	total, err := table.Count(tx, q)
	if err != nil {
		return page, err
	}
	q.Offset, q.Limit = p.Offset(), p.ItemsPerPage
	list, err := table.List(tx, q)
	if err != nil {
		return page, err
	}
	page.TotalCount = api.Total(p, total)
	for _, v := range list {
		page.Results = append(page.Results, wire(v))
	}
	return page, nil
}

// Pages are the parameters of a list that always has its total; api.Paging are those of the others.
type Pages struct {
	ItemsPerPage int `query:"itemsPerPage" api:"min=1,max=500,default=100,format=" doc:"How many items a page has."`
	PageNum      int `query:"pageNum" api:"min=1,default=1,format=" doc:"Number of the page, from 1."`
}

// Paging returns the page as other lists ask for it.
func (p Pages) Paging() api.Paging {
	return api.Paging{PageNum: p.PageNum, ItemsPerPage: p.ItemsPerPage, IncludeCount: true}
}

// Get makes a handler that returns the object that find finds, as wire shows it.
func Get[In, T, W any](find func(In, store.Tx) (T, error), wire func(T) W) func(store.Tx, In) (W, error) {
	return func(tx store.Tx, in In) (out W, err error) {
		v, err := find(in, tx)
		if err == nil {
			out = wire(v)
		}
		return out, err
	}
}
