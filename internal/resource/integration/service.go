// Package integration is the family Third-Party Integrations: services that a project's alerts and metrics are sent to.
// Telamon sends nothing: integrations are checked, kept and shown.
package integration

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Objects[one, ThirdPartyIntegration, struct{}]
}

type integration = kept.Object[ThirdPartyIntegration, struct{}]

var integrations = &store.Table[integration]{
	Name: "integrations",
	ID:   func(i *integration) string { return i.GroupID + "/" + string(i.Value.Type) },
	Rev:  func(i *integration) *int64 { return &i.Rev },
	Indexes: []store.Index[integration]{{Name: "type", Key: func(i *integration) []string {
		return []string{i.GroupID, fmt.Sprintf("%02d", slices.Index(i.Value.Type.Values(), string(i.Value.Type)))}
	}}},
}

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Objects[one, ThirdPartyIntegration, struct{}]{
		Store: st, Table: integrations, Validate: check, Show: kept.WithID(func(w *ThirdPartyIntegration, id model.ID) { w.ID = id }),
		Duplicate: func(i *integration) error { return configured.With(string(i.Value.Type)) },
		Events: func(*integration) kept.Events {
			return kept.Events{Created: "INTEGRATION_CONFIGURED", Updated: "INTEGRATION_CONFIGURED", Deleted: "INTEGRATION_REMOVED"}
		},
	}}
}

type one struct {
	api.InGroup
	Type kind `path:"integrationType" doc:"The other service."`
}

// RowID is the id of the integration's row.
func (in one) RowID() (string, error) {
	return in.GroupID + "/" + string(in.Type), notConfigured.With(string(in.Type))
}

type writeIn struct {
	one
	api.Paging
	Body api.Patch[ThirdPartyIntegration]
}

// read is the integration that the body describes, whose type is that of the path.
func (in writeIn) read() (w ThirdPartyIntegration, err error) {
	w, err = in.Body.Apply(ThirdPartyIntegration{Type: in.Type})
	if err != nil {
		return w, err
	}
	var bad fault.Problems
	if w.Type != in.Type {
		bad.Add("type", "must be that of the path")
	}
	if rule := schema.Named("hex40"); w.Type == "NEW_RELIC" { // what is shown is masked, so the shape has no rule
		for field, value := range map[string]string{"accountId": w.AccountID, "licenseKey": w.LicenseKey} {
			if !rule.OK(value) {
				bad.Add(field, "%s", rule.Says)
			}
		}
	}
	return w, bad.Err()
}

func (s *Service) create(tx store.Tx, in writeIn) (page api.Page[ThirdPartyIntegration], err error) {
	w, err := in.read()
	if err != nil {
		return page, err
	}
	if _, err := s.Add(tx, &integration{GroupID: in.GroupID, Value: w}); err != nil {
		return page, err
	}
	return s.List(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging})
}

func (s *Service) update(tx store.Tx, in writeIn) (page api.Page[ThirdPartyIntegration], err error) {
	_, err = s.Update(tx, in.one, func(i *integration) (err error) {
		i.Value, err = in.read()
		return err
	})
	if err != nil {
		return page, err
	}
	return s.List(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging})
}

// check fills in defaults and masks secrets.
func check(_ store.Tx, _, i *integration) error {
	w := &i.Value
	w.ID, w.Password = "", ""
	keys, addresses := w.secrets()
	for _, k := range keys {
		*k = kept.Masked(*k)
	}
	for _, a := range addresses {
		*a = maskedAddress(*a)
	}
	switch w.Type {
	case "DATADOG":
		for _, on := range []**bool{&w.SendCollectionLatencyMetrics, &w.SendDatabaseMetrics, &w.SendQueryStatsMetrics, &w.SendUserProvidedResourceTags} {
			*on = api.Ptr(api.Or(*on, false))
		}
		fallthrough
	case "OPS_GENIE", "PAGER_DUTY":
		if w.Region == "" {
			w.Region = "US"
		}
	case "PROMETHEUS":
		w.SendUserProvidedResourceTagsEnabled = api.Ptr(api.Or(w.SendUserProvidedResourceTagsEnabled, false))
	}
	return nil
}

// maskedAddress keeps an address's scheme and host, and the last characters of the rest.
func maskedAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || s == "" {
		return ""
	}
	rest := strings.TrimPrefix(s, u.Scheme+"://")
	_, rest, _ = strings.Cut(rest, "/")
	return u.Scheme + "://" + u.Host + "/****" + strings.TrimLeft(kept.Masked(rest), "*")
}
