package backup

import "github.com/telamon-db/telamon/internal/api"

// BackupComplianceScheduledPolicyItem is an item that the schedules of all the project's clusters must have.
type BackupComplianceScheduledPolicyItem struct {
	FrequencyInterval int    `json:"frequencyInterval" api:"required,enum=1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|40" doc:"Of hours: every how many at least. Of weeks, months and years: which day or month."`
	FrequencyType     string `json:"frequencyType" api:"required,enum=daily|hourly|weekly|monthly|yearly" doc:"How often."`
	ID                string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the item."`
	RetentionUnit     string `json:"retentionUnit" api:"required,enum=days|weeks|months|years" doc:"Unit of retentionValue."`
	RetentionValue    int    `json:"retentionValue" api:"required" doc:"The least time for which snapshots are kept."`
}

// BackupComplianceOnDemandPolicyItem is the least time for which snapshots on demand are kept.
type BackupComplianceOnDemandPolicyItem struct {
	FrequencyInterval int    `json:"frequencyInterval" api:"required,enum=0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|40" doc:"Without effect for snapshots on demand."`
	FrequencyType     string `json:"frequencyType" api:"required,enum=ondemand" doc:"Of snapshots on demand: ondemand."`
	ID                string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the item."`
	RetentionUnit     string `json:"retentionUnit" api:"required,enum=days|weeks|months|years" doc:"Unit of retentionValue."`
	RetentionValue    int    `json:"retentionValue" api:"required" doc:"The least time for which snapshots are kept."`
}

// complianceTerms are the fields that a compliance policy has in all versions. The fields that name the authorized person
// differ.
type complianceTerms struct {
	CopyProtection *bool                                 `json:"copyProtectionEnabled,omitempty" api:"default=false" doc:"Whether copies are protected too. Kept as declared: there are no copies."`
	Deletable      *bool                                 `json:"deletable,omitempty" api:"readonly,default=false" doc:"Whether the policy can be disabled: false."`
	Encryption     *bool                                 `json:"encryptionAtRestEnabled,omitempty" api:"default=false" doc:"Whether clusters must be encrypted. Kept as declared."`
	OnDemand       *BackupComplianceOnDemandPolicyItem   `json:"onDemandPolicyItem,omitempty" doc:"The least time for which snapshots on demand are kept."`
	PointInTime    *bool                                 `json:"pitEnabled,omitempty" api:"default=false" doc:"Whether clusters must have points in time. Kept as declared."`
	ProjectID      string                                `json:"projectId,omitempty" api:"is=objectId" doc:"Id of the project."`
	RestoreWindow  *int                                  `json:"restoreWindowDays,omitempty" doc:"How many days the windows of points in time have at least."`
	Scheduled      []BackupComplianceScheduledPolicyItem `json:"scheduledPolicyItems,omitzero" doc:"The items that schedules must have."`
	State          string                                `json:"state,omitempty" api:"readonly,enum=ACTIVE|ENABLING|UPDATING|DISABLING" doc:"State of the last change."`
	UpdatedDate    api.Time                              `json:"updatedDate,omitzero" api:"readonly" doc:"When the policy was last changed."`
	UpdatedUser    string                                `json:"updatedUser,omitempty" api:"readonly,format=email" doc:"Who changed it: a username, or the public key of an API key."`
}

// DataProtectionSettings20231001 is a project's compliance policy since 2023-10-01.
type DataProtectionSettings20231001 struct {
	Email     string `json:"authorizedEmail" api:"required,format=email" doc:"E-mail address of the person who may ask for the policy to be disabled."`
	FirstName string `json:"authorizedUserFirstName" api:"required" doc:"Given name of that person."`
	LastName  string `json:"authorizedUserLastName" api:"required" doc:"Family name of that person."`
	complianceTerms
}

// DataProtectionSettings is a project's compliance policy until 2023-10-01.
type DataProtectionSettings struct {
	Email     string `json:"authorizedEmail" api:"required,format=email" doc:"E-mail address of the person who may ask for the policy to be disabled."`
	FirstName string `json:"authorizedUserFirstName,omitempty" doc:"Given name of that person."`
	LastName  string `json:"authorizedUserLastName,omitempty" doc:"Family name of that person."`
	complianceTerms
}

// BackupCompliancePolicy is a project's policy. Without a policy it is an empty object.
type BackupCompliancePolicy struct {
	Email     string `json:"authorizedEmail,omitempty" api:"format=email" doc:"E-mail address of the person who may ask for the policy to be disabled."`
	FirstName string `json:"authorizedUserFirstName,omitempty" doc:"Given name of that person."`
	LastName  string `json:"authorizedUserLastName,omitempty" doc:"Family name of that person."`
	complianceTerms
}

// policyShape is a version's shape of a policy. All of them have the same fields.
type policyShape interface {
	DataProtectionSettings | DataProtectionSettings20231001
}
