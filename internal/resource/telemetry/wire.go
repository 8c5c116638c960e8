package telemetry

import "github.com/telamon-db/telamon/internal/api"

// LogIntegrationResponse says where logs are sent, on the wire and on disk. Of secrets the disk has their last characters.
type LogIntegrationResponse struct {
	APIKey                 string   `json:"apiKey,omitempty" api:"required,format=password,when=type=DATADOG_LOG_EXPORT" doc:"Key of the service."`
	BucketName             string   `json:"bucketName,omitempty" api:"maxLen=2048,required,when=type=GCS_LOG_EXPORT|S3_LOG_EXPORT" doc:"Name of the bucket."`
	HecToken               string   `json:"hecToken,omitempty" api:"required,format=password,when=type=SPLUNK_LOG_EXPORT" doc:"Token of the collector."`
	HecURL                 string   `json:"hecUrl,omitempty" api:"maxLen=2048,required,when=type=SPLUNK_LOG_EXPORT" doc:"Address of the collector."`
	IAMRoleID              string   `json:"iamRoleId,omitempty" api:"required,is=objectId,when=type=S3_LOG_EXPORT" doc:"Id of the role with which the bucket is written."`
	ID                     string   `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the integration."`
	KMSKey                 string   `json:"kmsKey,omitempty" api:"maxLen=2048,nullable,when=type=S3_LOG_EXPORT" doc:"Key with which files are encrypted."`
	LogTypes               []string `json:"logTypes" api:"required,maxItems=10,unique,enum=MONGOD|MONGOS|MONGOD_AUDIT|MONGOS_AUDIT" doc:"Which logs are sent."`
	OTelEndpoint           string   `json:"otelEndpoint,omitempty" api:"maxLen=2048,required,when=type=OTEL_LOG_EXPORT" doc:"Address of the collector."`
	OTelSuppliedHeaders    []Header `json:"otelSuppliedHeaders,omitempty" api:"required,minItems=1,maxItems=10,when=type=OTEL_LOG_EXPORT" doc:"Headers of every request."`
	PrefixPath             string   `json:"prefixPath,omitempty" api:"maxLen=2048,required,when=type=AZURE_LOG_EXPORT|GCS_LOG_EXPORT|S3_LOG_EXPORT" doc:"Beginning of the names of files."`
	Region                 string   `json:"region,omitempty" api:"required,enum=US1|US3|US5|EU|AP1|AP2|US1_FED,when=type=DATADOG_LOG_EXPORT" doc:"Site of the service."`
	RoleID                 string   `json:"roleId,omitempty" api:"required,is=objectId,when=type=AZURE_LOG_EXPORT|GCS_LOG_EXPORT" doc:"Id of the role with which files are written."`
	StorageAccountName     string   `json:"storageAccountName,omitempty" api:"maxLen=2048,required,when=type=AZURE_LOG_EXPORT" doc:"Name of the storage account."`
	StorageContainerName   string   `json:"storageContainerName,omitempty" api:"maxLen=2048,required,when=type=AZURE_LOG_EXPORT" doc:"Name of the container."`
	Type                   string   `json:"type" api:"required,enum=S3_LOG_EXPORT|DATADOG_LOG_EXPORT|GCS_LOG_EXPORT|OTEL_LOG_EXPORT|SPLUNK_LOG_EXPORT|AZURE_LOG_EXPORT" doc:"Where logs are sent."`
	UseLegacyPathStructure *bool    `json:"useLegacyPathStructure,omitempty" api:"nullable,when=type=S3_LOG_EXPORT" doc:"Whether files have names of the older form."`
}

// PushBasedLogExportProject is where a project's logs are written, on the wire and on disk.
type PushBasedLogExportProject struct {
	BucketName string    `json:"bucketName,omitempty" doc:"Name of the bucket."`
	CreateDate *api.Time `json:"createDate,omitempty" api:"readonly" doc:"When the export was configured."`
	IAMRoleID  string    `json:"iamRoleId,omitempty" api:"is=objectId" doc:"Id of the role with which the bucket is written."`
	PrefixPath string    `json:"prefixPath,omitempty" doc:"Beginning of the names of files."`
	State      string    `json:"state,omitempty" api:"readonly,enum=UNCONFIGURED|INITIATING|BUCKET_VERIFIED|BUCKET_VERIFICATION_FAILED|ASSUME_ROLE_FAILED|ACTIVE" doc:"How far the export is."`
}

// CreatePushBasedLogExportProjectRequest is an export to configure.
type CreatePushBasedLogExportProjectRequest struct {
	BucketName string `json:"bucketName" api:"required" doc:"Name of the bucket."`
	IAMRoleID  string `json:"iamRoleId" api:"required,is=objectId" doc:"Id of the role with which the bucket is written."`
	PrefixPath string `json:"prefixPath" api:"required" doc:"Beginning of the names of files."`
}

// MetricIntegrationResponse says where metrics are sent, on the wire and on disk. Of values of headers the disk has nothing.
type MetricIntegrationResponse struct {
	AggregationTemporality string           `json:"aggregationTemporality" api:"required,enum=DELTA|CUMULATIVE" doc:"Whether counters go on or begin anew with every report."`
	AuthType               string           `json:"authType" api:"required,enum=HEADER" doc:"How to log in."`
	Endpoint               string           `json:"endpoint" api:"required,maxLen=2048" doc:"Address of the collector."`
	Headers                []Header         `json:"headers,omitempty" api:"writeonly,minItems=1,maxItems=10" doc:"Headers of every request."`
	HeadersRedacted        []RedactedHeader `json:"headersRedacted,omitempty" api:"readonly" doc:"Headers of every request, without their values."`
	IntegrationType        string           `json:"integrationType" api:"required,enum=OTEL" doc:"Protocol."`
	MetricIntegrationID    string           `json:"metricIntegrationId,omitempty" api:"readonly,is=objectId" doc:"Id of the integration."`
	MetricSelection        []string         `json:"metricSelection" api:"required,minItems=1,maxItems=30,unique,enum=ATLAS_STREAM_PROCESSING|MONGODB_METRICS|HARDWARE_METRICS" doc:"Which metrics are sent."`
	ProviderType           string           `json:"providerType" api:"required,enum=CUSTOM|DYNATRACE|NEW_RELIC" doc:"Whose collector it is."`
}

// Header is a header of requests.
type Header struct {
	Name  string `json:"name" api:"required" doc:"Its name."`
	Value string `json:"value,omitempty" api:"required,writeonly,format=password" doc:"Its value."`
}

// RedactedHeader is a header whose value is not shown.
type RedactedHeader struct {
	Name  string `json:"name,omitempty" api:"readonly" doc:"Its name."`
	Value string `json:"value,omitempty" api:"readonly" doc:"Its value."`
}
