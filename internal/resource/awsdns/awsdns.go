// Package awsdns is the family AWS Clusters DNS: whether a project's clusters on AWS are reached through custom DNS
// names. The setting is kept and shown; it changes no address, for Telamon's clusters are not on AWS.
package awsdns

import (
	"context"
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ Store store.Store }

const (
	tag  = "AWS Clusters DNS"
	path = "/groups/{groupId}/awsCustomDNS"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{
		{
			ID: "getAwsCustomDns", Aliases: []string{"getGroupAwsCustomDns"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return the custom DNS configuration of one project's clusters on AWS",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.get)},
		},
		{
			ID: "toggleAwsCustomDns", Aliases: []string{"toggleGroupAwsCustomDns"}, Method: http.MethodPatch, Path: path, Tag: tag,
			Summary:     "Switch custom DNS for one project's clusters on AWS",
			Description: "The setting is kept and shown, and has no effect on the addresses of clusters.",
			Roles:       authz.Any(authz.GroupOwner, authz.GroupAtlasAdmin), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.toggle)},
		},
	}
}

// AWSCustomDNSEnabledView is the setting on the wire.
type AWSCustomDNSEnabledView struct {
	Enabled *bool `json:"enabled" api:"required" doc:"Whether clusters on AWS have custom DNS names."`
}

// Setting is the setting in stored form. A project without a row has it off.
type Setting struct {
	GroupID model.ID `json:"groupId"`
	Enabled bool     `json:"enabled"`
	Rev     int64    `json:"-"`
}

// Settings, by project.
var Settings = &store.Table[Setting]{
	Name: "aws_dns",
	ID:   func(s *Setting) string { return s.GroupID },
	Rev:  func(s *Setting) *int64 { return &s.Rev },
}

func of(tx store.Tx, groupID model.ID) (*Setting, error) {
	c, err := Settings.Get(tx, groupID)
	if store.IsNotFound(err) {
		return &Setting{GroupID: groupID}, nil
	}
	return c, err
}

type getIn struct{ api.InGroup }

func (s *Service) get(ctx context.Context, in getIn) (out AWSCustomDNSEnabledView, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := of(tx, in.GroupID)
		if err == nil {
			out.Enabled = &c.Enabled
		}
		return err
	})
	return out, err
}

type toggleIn struct {
	api.InGroup
	Body AWSCustomDNSEnabledView
}

// toggle writes no event: the API has no type for this change.
func (s *Service) toggle(ctx context.Context, in toggleIn) (AWSCustomDNSEnabledView, error) {
	if in.Body.Enabled == nil {
		return in.Body, fault.Field("enabled", "is required")
	}
	return in.Body, s.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := state.Project(tx, in.GroupID); err != nil {
			return err
		}
		c, err := of(tx, in.GroupID)
		if err != nil {
			return err
		}
		c.Enabled = *in.Body.Enabled
		return Settings.Put(tx, c)
	})
}

// Vacate removes the setting of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return Settings.DeleteAll(tx, store.Query{Prefix: []string{groupID}})
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Settings.Schema()} }
