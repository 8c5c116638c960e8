package onlinearchive

// BackupOnlineArchive is an online archive, on the wire and on disk.
type BackupOnlineArchive struct {
	ID                 string                  `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the archive."`
	ClusterName        string                  `json:"clusterName,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	CollName           string                  `json:"collName,omitempty" api:"readonly" doc:"Collection whose documents are archived."`
	CollectionType     string                  `json:"collectionType,omitempty" api:"readonly,enum=TIMESERIES|STANDARD,default=STANDARD" doc:"Kind of the collection."`
	Criteria           *CriteriaView           `json:"criteria,omitempty" doc:"Which documents are archived."`
	DataExpirationRule *DataExpirationRuleView `json:"dataExpirationRule,omitempty" doc:"When archived documents are deleted. Absent: never."`
	DataProcessRegion  *DataProcessRegionView  `json:"dataProcessRegion,omitempty" api:"readonly" doc:"Where the archive is."`
	DataSetName        string                  `json:"dataSetName,omitempty" api:"readonly" doc:"Name of the archive's data. Absent: there is none."`
	DBName             string                  `json:"dbName,omitempty" api:"readonly" doc:"Database of the collection."`
	GroupID            string                  `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	PartitionFields    []PartitionFieldView    `json:"partitionFields,omitempty" api:"readonly,minItems=1" doc:"Fields by which archived documents are found."`
	Paused             *bool                   `json:"paused,omitempty" doc:"Whether archiving is paused."`
	Schedule           *OnlineArchiveSchedule  `json:"schedule,omitempty" doc:"When documents are archived."`
	State              string                  `json:"state,omitempty" api:"readonly,enum=PENDING|ACTIVE|PAUSING|PAUSED|DELETED|ORPHANED" doc:"State of the archive."`
}

// BackupOnlineArchiveCreate is an archive to create.
type BackupOnlineArchiveCreate struct {
	ID                 string                  `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the archive."`
	ClusterName        string                  `json:"clusterName,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	CollName           string                  `json:"collName" api:"required,writeonly,minLen=1,maxLen=255" doc:"Collection whose documents are archived."`
	CollectionType     string                  `json:"collectionType,omitempty" api:"writeonly,enum=TIMESERIES|STANDARD,default=STANDARD" doc:"Kind of the collection."`
	Criteria           CriteriaView            `json:"criteria" api:"required" doc:"Which documents are archived."`
	DataExpirationRule *DataExpirationRuleView `json:"dataExpirationRule,omitempty" doc:"When archived documents are deleted. Absent: never."`
	DataProcessRegion  *DataProcessRegionView  `json:"dataProcessRegion,omitempty" api:"writeonly" doc:"Where the archive is. Without it: where the cluster is."`
	DataSetName        string                  `json:"dataSetName,omitempty" api:"readonly" doc:"Name of the archive's data."`
	DBName             string                  `json:"dbName" api:"required,writeonly,minLen=1,maxLen=64" doc:"Database of the collection."`
	GroupID            string                  `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	PartitionFields    []PartitionFieldView    `json:"partitionFields,omitempty" api:"writeonly,minItems=1,maxItems=10" doc:"Fields by which archived documents are found."`
	Paused             *bool                   `json:"paused,omitempty" doc:"Whether archiving is paused."`
	Schedule           *OnlineArchiveSchedule  `json:"schedule,omitempty" doc:"When documents are archived. Without it: at any time."`
	State              string                  `json:"state,omitempty" api:"readonly,enum=PENDING|ACTIVE|PAUSING|PAUSED|DELETED|ORPHANED" doc:"State of the archive."`
}

// CriteriaView says which documents are archived: those that are old enough, or those that a filter matches.
type CriteriaView struct {
	DateField       string `json:"dateField,omitempty" api:"maxLen=700,when=type=DATE" doc:"Field with a document's date."`
	DateFormat      string `json:"dateFormat,omitempty" api:"enum=ISODATE|EPOCH_SECONDS|EPOCH_MILLIS|EPOCH_NANOSECONDS|OBJECT_ID,default=ISODATE,when=type=DATE" doc:"Form of the date."`
	ExpireAfterDays *int   `json:"expireAfterDays,omitempty" api:"min=0,max=36500,when=type=DATE" doc:"Age in days from which documents are archived."`
	Query           string `json:"query,omitempty" api:"required,maxLen=10000,when=type=CUSTOM" doc:"Filter, in JSON."`
	Type            string `json:"type,omitempty" api:"enum=DATE|CUSTOM,default=DATE" doc:"DATE for age, CUSTOM for a filter."`
}

// DataExpirationRuleView says when archived documents are deleted.
type DataExpirationRuleView struct {
	ExpireAfterDays *int `json:"expireAfterDays,omitempty" api:"min=7,max=9215" doc:"Days after which archived documents are deleted."`
}

// DataProcessRegionView says where an archive is.
type DataProcessRegionView struct {
	CloudProvider string `json:"cloudProvider,omitempty" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	Region        string `json:"region,omitempty" api:"maxLen=64" doc:"Region of the provider."`
}

// PartitionFieldView is a field by which archived documents are found.
type PartitionFieldView struct {
	FieldName string `json:"fieldName" api:"required,minLen=1,maxLen=700" doc:"The field."`
	FieldType string `json:"fieldType,omitempty" api:"readonly,enum=date|int|long|objectId|string|uuid" doc:"Type of its values. Absent: it is not known."`
	Order     int    `json:"order" api:"required,min=0,default=0" doc:"Place of the field among the others, from 0."`
}

// OnlineArchiveSchedule says when documents are archived.
type OnlineArchiveSchedule struct {
	DayOfMonth  *int   `json:"dayOfMonth,omitempty" api:"min=1,max=31,when=type=MONTHLY" doc:"Day of the month."`
	DayOfWeek   *int   `json:"dayOfWeek,omitempty" api:"min=1,max=7,when=type=WEEKLY" doc:"Day of the week: 1 is Sunday."`
	EndHour     *int   `json:"endHour,omitempty" api:"min=0,max=23,when=type=DAILY|MONTHLY|WEEKLY" doc:"Hour at which archiving ends."`
	EndMinute   *int   `json:"endMinute,omitempty" api:"min=0,max=59,when=type=DAILY|MONTHLY|WEEKLY" doc:"Minute of that hour."`
	StartHour   *int   `json:"startHour,omitempty" api:"min=0,max=23,when=type=DAILY|MONTHLY|WEEKLY" doc:"Hour at which archiving begins."`
	StartMinute *int   `json:"startMinute,omitempty" api:"min=0,max=59,when=type=DAILY|MONTHLY|WEEKLY" doc:"Minute of that hour."`
	Type        string `json:"type" api:"required,enum=DEFAULT|DAILY|WEEKLY|MONTHLY" doc:"How often: DEFAULT is at any time."`
}
