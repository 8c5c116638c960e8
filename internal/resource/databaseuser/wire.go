package databaseuser

import (
	"net/url"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// CloudDatabaseUser is a database user on the wire. The password goes in and never comes out.
type CloudDatabaseUser struct {
	AWSIAMType      string                 `json:"awsIAMType,omitempty" api:"enum=NONE|USER|ROLE,default=NONE" doc:"Login by AWS IAM."`
	DatabaseName    string                 `json:"databaseName" api:"required,enum=admin|$external,default=admin" doc:"Database that the user authenticates against."`
	DeleteAfterDate *api.Time              `json:"deleteAfterDate,omitempty" doc:"When the user goes by itself: within a week from the request."`
	Description     *string                `json:"description,omitempty" api:"maxLen=100" doc:"What the user is for."`
	GroupID         string                 `json:"groupId" api:"required,readonly" doc:"Id of the project."`
	Labels          []shape.ComponentLabel `json:"labels" doc:"Labels on the user."`
	LDAPAuthType    string                 `json:"ldapAuthType,omitempty" api:"enum=NONE|GROUP|USER,default=NONE" doc:"Login by LDAP."`
	Links           []api.Link             `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	OIDCAuthType    string                 `json:"oidcAuthType,omitempty" api:"enum=NONE|IDP_GROUP|USER,default=NONE" doc:"Login by OIDC."`
	Password        *string                `json:"password,omitempty" api:"writeonly,minLen=8" doc:"Password for SCRAM. Kept as verifiers; never in a response."`
	Roles           []DatabaseUserRole     `json:"roles" api:"required" doc:"What the user may do."`
	Scopes          []UserScope            `json:"scopes" doc:"The clusters that the user may use; none for all."`
	Username        string                 `json:"username" api:"required,maxLen=1024" doc:"Name of the user, unique for its database."`
	X509Type        string                 `json:"x509Type,omitempty" api:"enum=NONE|CUSTOMER|MANAGED,default=NONE" doc:"Login by certificate."`
}

// DatabaseUserRole is a role on a database or one of its collections.
type DatabaseUserRole struct {
	CollectionName string `json:"collectionName,omitempty" doc:"Collection that the role is for; none for the whole database."`
	DatabaseName   string `json:"databaseName" api:"required" doc:"Database that the role is for."`
	RoleName       string `json:"roleName" api:"required,enum=atlasAdmin|backup|clusterMonitor|dbAdmin|dbAdminAnyDatabase|enableSharding|read|readAnyDatabase|readWrite|readWriteAnyDatabase|<a custom role name>,open" doc:"Built-in role, or a custom role of the project, which is on admin."`
}

// UserScope is a deployment that a database user may use.
type UserScope struct {
	Name string `json:"name" api:"required,is=clusterName,minLen=1,maxLen=64" doc:"Name of the deployment."`
	Type string `json:"type" api:"required,enum=CLUSTER|DATA_LAKE|STREAM" doc:"Kind of deployment."`
}

// toWire writes u. What the service always shows is there even when empty.
func toWire(u *User) CloudDatabaseUser {
	w := CloudDatabaseUser{
		AWSIAMType: orNone(u.Login.AWSIAM), LDAPAuthType: orNone(u.Login.LDAP), OIDCAuthType: orNone(u.Login.OIDC), X509Type: orNone(u.Login.X509),
		DatabaseName: u.Database, GroupID: u.GroupID, Username: u.Name, Description: u.Description,
		Labels: append([]shape.ComponentLabel{}, u.labels()...), Roles: []DatabaseUserRole{}, Scopes: []UserScope{},
		Links: api.Self("/groups/" + u.GroupID + "/databaseUsers/" + u.Database + "/" + url.PathEscape(u.Name)),
	}
	if !u.DeleteAfter.IsZero() {
		w.DeleteAfterDate = &api.Time{Time: u.DeleteAfter}
	}
	for _, r := range u.Roles {
		w.Roles = append(w.Roles, DatabaseUserRole{CollectionName: r.Collection, DatabaseName: r.Database, RoleName: r.Name})
	}
	for _, s := range u.Scopes {
		w.Scopes = append(w.Scopes, UserScope(s))
	}
	return w
}

const none = "NONE"
