// Package awsdns is the family AWS Clusters DNS: whether a project's clusters on AWS have private DNS names too, which a
// server that answers DNS resolves.
package awsdns

import (
	"encoding/json"
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Setting[AWSCustomDNSEnabledView]
}

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Setting[AWSCustomDNSEnabledView]{Store: st, Table: settings}}
}

var settings = kept.Table("aws_dns", older)

const (
	tag  = "AWS Clusters DNS"
	path = "/groups/{groupId}/awsCustomDNS"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "getAwsCustomDns", Aliases: []string{"getGroupAwsCustomDns"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return the custom DNS configuration of one project's clusters on AWS",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "toggleAwsCustomDns", Aliases: []string{"toggleGroupAwsCustomDns"}, Method: http.MethodPatch, Path: path, Tag: tag,
		Summary: "Switch custom DNS for one project's clusters on AWS",
		Description: "Gives the project's clusters on AWS private names beside the others, or takes them away: connectionStrings.private and " +
			"privateSrv. If the server does not answer DNS, clusters have no names and the setting is only stored.",
		Roles: authz.Any(authz.GroupOwner, authz.GroupAtlasAdmin), Status: http.StatusOK, Level: api.Real,
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.toggle)),
	}}
}

// AWSCustomDNSEnabledView is the setting.
type AWSCustomDNSEnabledView struct {
	Enabled bool `json:"enabled" api:"required" doc:"Whether clusters on AWS have custom DNS names."`
}

// toggle writes no event: the API has no type for this change.
func (s *Service) toggle(tx store.Tx, in kept.PatchSettingIn[AWSCustomDNSEnabledView]) (out AWSCustomDNSEnabledView, err error) {
	if !in.Body.Names("enabled") {
		return out, fault.Field("enabled", "is required")
	}
	if out, err = s.Patch(tx, in); err != nil {
		return out, err
	}
	all, err := state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{in.GroupID}})
	for _, c := range all {
		if err == nil {
			err = rename(tx, c, out.Enabled)
		}
	}
	return out, err
}

// rename stores whether c has private names, if that changes.
func rename(tx store.Tx, c *model.Cluster, enabled bool) error {
	had := c.CustomDNS
	if name(c, enabled); c.CustomDNS == had {
		return nil
	}
	return state.Clusters.Put(tx, c)
}

// Name sets whether c has private names, by its project's setting.
func (s *Service) Name(tx store.Tx, c *model.Cluster) error {
	w, err := s.Get(tx, kept.In{InGroup: api.InGroup{GroupID: c.GroupID}})
	name(c, w.Enabled)
	return err
}

func name(c *model.Cluster, enabled bool) { c.CustomDNS = enabled && c.Provider() == model.AWS }

// older reads the form in which Telamon first stored the setting.
func older(body []byte) (w AWSCustomDNSEnabledView, err error) {
	return w, json.Unmarshal(body, &w)
}
