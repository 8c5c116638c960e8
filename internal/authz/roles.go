package authz

// The organization roles.
const (
	OrgOwner           Role = "ORG_OWNER"
	OrgGroupCreator    Role = "ORG_GROUP_CREATOR"
	OrgBillingAdmin    Role = "ORG_BILLING_ADMIN"
	OrgBillingReadOnly Role = "ORG_BILLING_READ_ONLY"
	OrgStreamAdmin     Role = "ORG_STREAM_PROCESSING_ADMIN"
	OrgReadOnly        Role = "ORG_READ_ONLY"
	OrgMember          Role = "ORG_MEMBER"
)

// The project roles.
const (
	GroupOwner                 Role = "GROUP_OWNER"
	GroupReadOnly              Role = "GROUP_READ_ONLY"
	GroupAccessManager         Role = "GROUP_ACCESS_MANAGER"
	GroupAlertsManager         Role = "GROUP_ALERTS_MANAGER"
	GroupAtlasAdmin            Role = "GROUP_ATLAS_ADMIN"
	GroupBackupCreator         Role = "GROUP_BACKUP_CREATOR"
	GroupBackupExportOperator  Role = "GROUP_BACKUP_EXPORT_OPERATOR"
	GroupBackupManager         Role = "GROUP_BACKUP_MANAGER"
	GroupBackupRecovery        Role = "GROUP_BACKUP_RECOVERY_OPERATOR"
	GroupChartsAdmin           Role = "GROUP_CHARTS_ADMIN"
	GroupClusterCreator        Role = "GROUP_CLUSTER_CREATOR"
	GroupClusterLogViewer      Role = "GROUP_CLUSTER_LOG_VIEWER"
	GroupClusterManager        Role = "GROUP_CLUSTER_MANAGER"
	GroupClusterTester         Role = "GROUP_CLUSTER_RESILIENCE_TESTER"
	GroupDataAccessAdmin       Role = "GROUP_DATA_ACCESS_ADMIN"
	GroupDataAccessReadOnly    Role = "GROUP_DATA_ACCESS_READ_ONLY"
	GroupDataAccessReadWrite   Role = "GROUP_DATA_ACCESS_READ_WRITE"
	GroupDatabaseAccessAdmin   Role = "GROUP_DATABASE_ACCESS_ADMIN"
	GroupModelOwner            Role = "GROUP_MODEL_OWNER"
	GroupMonitoringAdmin       Role = "GROUP_MONITORING_ADMIN"
	GroupNetworkAccessManager  Role = "GROUP_NETWORK_ACCESS_MANAGER"
	GroupObservabilityViewer   Role = "GROUP_OBSERVABILITY_VIEWER"
	GroupReplicaSetManager     Role = "GROUP_REPLICA_SET_MANAGER"
	GroupSearchIndexEditor     Role = "GROUP_SEARCH_INDEX_EDITOR"
	GroupStreamManager         Role = "GROUP_STREAM_PROCESSING_MANAGER"
	GroupStreamProcessingOwner Role = "GROUP_STREAM_PROCESSING_OWNER"
	GroupSupportAccessManager  Role = "GROUP_SUPPORT_ACCESS_MANAGER"
	GroupUserAdmin             Role = "GROUP_USER_ADMIN"
)

// UserRoles are the roles that createUser accepts, in the order of its reference page.
var UserRoles = []Role{
	OrgMember, OrgReadOnly, OrgBillingAdmin, OrgBillingReadOnly, OrgGroupCreator, OrgOwner,
	GroupOwner, GroupReadOnly, GroupDataAccessAdmin, GroupDataAccessReadOnly, GroupDataAccessReadWrite, GroupClusterManager,
	GroupSearchIndexEditor, GroupStreamProcessingOwner, GroupBackupManager, GroupObservabilityViewer, GroupDatabaseAccessAdmin,
}

// OrgRoles are the names of all organization roles.
var OrgRoles = []Role{OrgOwner, OrgGroupCreator, OrgBillingAdmin, OrgBillingReadOnly, OrgStreamAdmin, OrgReadOnly, OrgMember}

// GroupRoles are the names of all project roles, including those that only older versions of the API have.
var GroupRoles = []Role{
	GroupAccessManager, GroupAlertsManager, GroupAtlasAdmin, "GROUP_AUTOMATION_ADMIN", "GROUP_BACKUP_ADMIN",
	GroupBackupCreator, GroupBackupExportOperator, GroupBackupManager, GroupBackupRecovery, "GROUP_BILLING_ADMIN",
	GroupChartsAdmin, GroupClusterCreator, GroupClusterLogViewer, GroupClusterManager, GroupClusterTester,
	GroupDatabaseAccessAdmin, GroupDataAccessAdmin, GroupDataAccessReadOnly, GroupDataAccessReadWrite, "GROUP_INDEX_MANAGER",
	GroupModelOwner, GroupMonitoringAdmin, GroupNetworkAccessManager, GroupObservabilityViewer, GroupOwner,
	GroupReadOnly, "GROUP_READ_WRITE", GroupReplicaSetManager, GroupSearchIndexEditor, GroupStreamManager,
	GroupStreamProcessingOwner, GroupSupportAccessManager, GroupUserAdmin,
}
