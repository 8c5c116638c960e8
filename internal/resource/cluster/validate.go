package cluster

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ClusterConfigurationValidation is a cluster to be checked without being made.
type ClusterConfigurationValidation struct {
	AdvancedConfiguration *ClusterDescriptionProcessArgs20240805 `json:"advancedConfiguration,omitempty" doc:"Process arguments that the cluster shall have."`
	ClusterDescription    ClusterDescription20240805             `json:"clusterDescription" api:"required" doc:"What the cluster shall be."`
	ClusterName           string                                 `json:"clusterName,omitempty" doc:"Name of the cluster that shall be changed."`
	Editing               bool                                   `json:"editing" api:"required" doc:"Whether a cluster is to be changed rather than created."`
	SearchDeploymentSpec  *SearchDeploymentSpec                  `json:"searchDeploymentSpec,omitempty" doc:"Search nodes that the cluster shall have. Telamon has none so far."`
	Tags                  []shape.ResourceTag                    `json:"tags,omitempty" api:"maxItems=50" doc:"Tags that the cluster shall have."`
}

// SearchDeploymentSpec are search nodes.
type SearchDeploymentSpec struct {
	InstanceSize string `json:"instanceSize" api:"required" doc:"Size of the instances."`
	NodeCount    int    `json:"nodeCount" api:"required,min=2,max=32" doc:"How many there are."`
}

// ClusterConfigurationValidationResult says what is wrong with it.
type ClusterConfigurationValidationResult struct {
	Errors []ClusterConfigurationValidationError `json:"errors" api:"maxItems=100" doc:"What is wrong; empty if the cluster is possible."`
	Valid  bool                                  `json:"valid" doc:"Whether the cluster is possible."`
}

// ClusterConfigurationValidationError is one rule that the cluster breaks.
type ClusterConfigurationValidationError struct {
	ErrorCode       string `json:"errorCode,omitempty" doc:"The code that the request for the cluster would be refused with."`
	ValidationIssue string `json:"validationIssue,omitempty" doc:"What is wrong, beginning with the field where there is one."`
}

type validateIn struct {
	api.InGroup
	Body ClusterConfigurationValidation
}

// validate makes all checks of a request that creates or changes a cluster, and neither creates nor changes it.
func (s *Service) validate(tx store.Tx, in validateIn) (ClusterConfigurationValidationResult, error) {
	out := ClusterConfigurationValidationResult{Errors: []ClusterConfigurationValidationError{}}
	for _, err := range []error{s.possible(tx, in), in.arguments()} {
		f, ok := fault.Of(err)
		if err != nil && !ok {
			return out, err
		}
		if ok {
			out.Errors = append(out.Errors, issues(f)...)
		}
	}
	out.Errors = out.Errors[:min(len(out.Errors), 100)]
	out.Valid = len(out.Errors) == 0
	return out, nil
}

// issues are a fault's violations, or its own text if it has none.
func issues(f *fault.Fault) (all []ClusterConfigurationValidationError) {
	for _, v := range f.Violations {
		all = append(all, ClusterConfigurationValidationError{f.Kind.Code, v.Field + " " + v.Description})
	}
	if all == nil {
		all = append(all, ClusterConfigurationValidationError{f.Kind.Code, f.Detail()})
	}
	return all
}

// possible returns why the cluster cannot be created or changed so, or nil.
func (s *Service) possible(tx store.Tx, in validateIn) error {
	body := &in.Body.ClusterDescription
	if in.Body.Tags != nil {
		body.Tags = in.Body.Tags
	}
	if !in.Body.Editing {
		c, err := begun(s, in.GroupID, body)
		if err != nil {
			return err
		}
		return placeable(tx, c)
	}
	c, err := state.DedicatedByName(tx, in.GroupID, in.Body.ClusterName)
	if err != nil {
		return err
	}
	next, err := changed(c, body)
	if err != nil {
		return err
	}
	if err := changeable(c); err != nil {
		return err
	}
	return resumed(c, next)
}

// arguments returns why the process arguments are refused, or nil.
func (in validateIn) arguments() error {
	bad := &problems{}
	if args := in.Body.AdvancedConfiguration; args != nil {
		d := model.Declared{}
		in.Body.ClusterDescription.declare(&d, &problems{names: regionConfigs}) // its disks bound the oplog
		args.declare(&d, bad)
	}
	return bad.err()
}
