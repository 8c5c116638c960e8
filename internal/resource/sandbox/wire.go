package sandbox

// SandboxConfigResponse is a template of sandboxes, on the wire and on disk.
type SandboxConfigResponse struct {
	ClusterTemplate *SandboxClusterTemplateView `json:"clusterTemplate,omitempty" doc:"What clusters of sandboxes are like."`
	Enabled         *bool                       `json:"enabled,omitempty" doc:"Whether sandboxes can be made."`
	ID              string                      `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the template."`
}

// SandboxClusterTemplateView is what clusters of sandboxes are like.
type SandboxClusterTemplateView struct {
	Provider string `json:"provider,omitempty" api:"maxLen=64" doc:"The cloud provider."`
	Region   string `json:"region,omitempty" api:"maxLen=64" doc:"The region."`
	Tier     string `json:"tier,omitempty" api:"maxLen=64" doc:"Size of the cluster."`
}
