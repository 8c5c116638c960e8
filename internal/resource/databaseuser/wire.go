package databaseuser

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// CloudDatabaseUser is a database user, on the wire and on disk. The password is in requests only.
type CloudDatabaseUser struct {
	AWSIAMType      string                 `json:"awsIAMType,omitempty" api:"enum=NONE|USER|ROLE,default=NONE" doc:"Login by AWS IAM."`
	DatabaseName    string                 `json:"databaseName" api:"required,enum=admin|$external,default=admin" doc:"Database that the user authenticates against."`
	DeleteAfterDate *api.Time              `json:"deleteAfterDate,omitempty" doc:"When the user expires: at most a week after the request."`
	Description     *string                `json:"description,omitempty" api:"maxLen=100" doc:"What the user is for."`
	GroupID         string                 `json:"groupId" api:"required,readonly" doc:"Id of the project."`
	Labels          []shape.ComponentLabel `json:"labels" doc:"Labels on the user."`
	LDAPAuthType    string                 `json:"ldapAuthType,omitempty" api:"enum=NONE|GROUP|USER,default=NONE" doc:"Login by LDAP."`
	Links           []api.Link             `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	OIDCAuthType    string                 `json:"oidcAuthType,omitempty" api:"enum=NONE|IDP_GROUP|USER,default=NONE" doc:"Login by OIDC."`
	Password        *string                `json:"password,omitempty" api:"writeonly,minLen=8" doc:"Password for SCRAM. Stored as verifiers; never in a response."`
	Roles           []DatabaseUserRole     `json:"roles" api:"required" doc:"What the user may do."`
	Scopes          []UserScope            `json:"scopes" doc:"The clusters that the user may use; empty for all."`
	Username        string                 `json:"username" api:"required,maxLen=1024" doc:"Name of the user, unique for its database."`
	X509Type        string                 `json:"x509Type,omitempty" api:"enum=NONE|CUSTOMER|MANAGED,default=NONE" doc:"Login by certificate."`
}

// DatabaseUserRole is a role on a database or one of its collections.
type DatabaseUserRole struct {
	CollectionName string `json:"collectionName,omitempty" doc:"Collection that the role is for; absent for the whole database."`
	DatabaseName   string `json:"databaseName" api:"required" doc:"Database that the role is for."`
	RoleName       string `json:"roleName" api:"required,enum=atlasAdmin|backup|clusterMonitor|dbAdmin|dbAdminAnyDatabase|enableSharding|read|readAnyDatabase|readWrite|readWriteAnyDatabase|<a custom role name>,open" doc:"Built-in role, or a custom role of the project, which is on admin."`
}

// UserScope is a deployment that a database user may use.
type UserScope struct {
	Name string `json:"name" api:"required,is=clusterName,minLen=1,maxLen=64" doc:"Name of the deployment."`
	Type string `json:"type" api:"required,enum=CLUSTER|DATA_LAKE|STREAM" doc:"Kind of deployment."`
}

// DatabaseRoles returns the user's roles.
func (w *CloudDatabaseUser) DatabaseRoles() []model.DatabaseRole {
	var out []model.DatabaseRole
	for _, r := range w.Roles {
		out = append(out, model.DatabaseRole{Name: r.RoleName, Database: r.DatabaseName, Collection: r.CollectionName})
	}
	return out
}

// MayUse reports whether the user's scopes include the cluster; without scopes they all do.
func (w *CloudDatabaseUser) MayUse(cluster string) bool {
	for _, s := range w.Scopes {
		if s.Type == "CLUSTER" && s.Name == cluster {
			return true
		}
	}
	return len(w.Scopes) == 0
}

// Expires returns when the user is deleted by itself; zero: never.
func (w *CloudDatabaseUser) Expires() time.Time { return api.Or(w.DeleteAfterDate, api.Time{}).Time }
