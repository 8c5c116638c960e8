package gateway

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Privilege allows actions, by MongoDB's names (find, createIndex), on the resources that a pattern matches. An action
// that no command here needs has no effect. Source: MongoDB manual, "Privilege Actions".
type Privilege struct {
	On      Pattern
	Actions []string
}

// Pattern says on which resources a privilege holds: the cluster; a collection of a database; without Collection, a
// database and all its collections; without DB, the collection of that name in any database; with neither, all
// databases but local and config. It matches a system collection only if Collection names it. Source: MongoDB manual,
// "Resource Document".
type Pattern struct {
	Cluster        bool
	DB, Collection string
}

// covers reports whether the pattern matches r.
func (p Pattern) covers(r resource) bool {
	switch {
	case p.Cluster || r.cluster:
		return p.Cluster && r.cluster
	case p.Collection != "":
		return p.Collection == r.coll && (p.DB == "" || p.DB == r.db)
	case p.DB != "":
		return p.DB == r.db && !r.system()
	}
	return ordinary(r.db) && !r.system()
}

// reaches reports whether the pattern matches anything in db.
func (p Pattern) reaches(db string) bool {
	switch {
	case p.Cluster:
		return false
	case p.DB != "":
		return p.DB == db
	}
	return p.Collection != "" || ordinary(db)
}

// ordinary reports whether db is not one of the databases of the server's own records.
func ordinary(db string) bool { return db != "local" && db != "config" }

// document returns the pattern in the form of MongoDB's resource documents.
func (p Pattern) document() bson.D {
	if p.Cluster {
		return bson.D{{Key: "cluster", Value: true}}
	}
	return bson.D{{Key: "db", Value: p.DB}, {Key: "collection", Value: p.Collection}}
}

// Role is a role that a user has: a built-in one, which holds in DB or, if Collection is set, in that collection only;
// or, with Privileges, a custom one.
type Role struct {
	Name, DB, Collection string
	Inherited            bool        // through another role of the user, not by itself
	Privileges           []Privilege // of a custom role, without those of the roles that it inherits
}

// privileges returns all that the role allows by itself. A built-in role grants nothing in a database where it does not
// exist, and a role with an unknown name grants nothing.
func (r Role) privileges() []Privilege {
	role, known := builtinRoles[r.Name]
	switch {
	case !known:
		return r.Privileges
	case r.DB == "" || role.adminOnly && (r.DB != "admin" || r.Collection != ""):
		return nil
	case r.Collection != "":
		return role.inCollection(r)
	}
	all := slices.Clone(role.all)
	for i, p := range all {
		if p.On.DB == own {
			all[i].On.DB = r.DB
		}
	}
	return all
}

// inCollection returns the privileges of a role that is held on one collection.
func (role builtinRole) inCollection(r Role) []Privilege {
	if (resource{db: r.DB, coll: r.Collection}).system() {
		return nil
	}
	var all []Privilege
	for _, p := range role.all {
		if p.On == (Pattern{DB: own}) {
			all = append(all, Privilege{Pattern{DB: r.DB, Collection: r.Collection}, p.Actions})
		}
	}
	return all
}

// Compile computes what the user's roles allow. Otherwise every command computes it.
func (u *User) Compile() *User {
	u.allowed = u.privileges()
	return u
}

// privileges returns all that the user's roles allow.
func (u *User) privileges() []Privilege {
	if u.allowed != nil {
		return u.allowed
	}
	var all []Privilege
	for _, r := range u.Roles {
		all = append(all, r.privileges()...)
	}
	return all
}
