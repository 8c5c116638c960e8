package aimodel

// AiModelApiKeyResponse is a key to the service's models, on the wire and on disk. Of its secret the disk has the last characters.
type AiModelApiKeyResponse struct {
	APIKeyID     string `json:"apiKeyId,omitempty" api:"readonly" doc:"Id of the key."`
	Cloud        string `json:"cloud,omitempty" api:"readonly" doc:"Cloud of the models."`
	CreatedAt    string `json:"createdAt,omitempty" api:"readonly" doc:"When it was created."`
	CreatedBy    string `json:"createdBy,omitempty" api:"readonly" doc:"Who created the key."`
	Endpoint     string `json:"endpoint,omitempty" api:"readonly" doc:"Address of the models. Absent: there are none."`
	Geography    string `json:"geography,omitempty" api:"readonly" doc:"Where the models are."`
	GroupID      string `json:"groupId,omitempty" api:"readonly" doc:"Id of the project."`
	LastUsedAt   string `json:"lastUsedAt,omitempty" api:"readonly,nullable" doc:"When it was used last. Absent: never."`
	MaskedSecret string `json:"maskedSecret,omitempty" api:"readonly" doc:"Last characters of the secret."`
	Name         string `json:"name,omitempty" api:"minLen=1,maxLen=250" doc:"Name of the key."`
	Secret       string `json:"secret,omitempty" api:"readonly,nullable,format=password" doc:"The secret, in the answer that creates the key."`
	Status       string `json:"status,omitempty" api:"readonly" doc:"Whether the key can be used."`
}

// AiModelApiKeyCreateRequest is a key to create.
type AiModelApiKeyCreateRequest struct {
	Cloud     string `json:"cloud" api:"required,writeonly,enum=ANY" doc:"Cloud of the models."`
	Geography string `json:"geography" api:"required,writeonly,enum=ANY" doc:"Where the models are."`
	Name      string `json:"name" api:"required,minLen=1,maxLen=250" doc:"Name of the key."`
}

// AiModelApiKeyUpdateRequest says what of a key is to change.
type AiModelApiKeyUpdateRequest struct {
	Name string `json:"name" api:"required,minLen=1,maxLen=250" doc:"Name of the key."`
}

// AiModelRateLimitResponse is how often a group of models may be called, on the wire and on disk.
type AiModelRateLimitResponse struct {
	Cloud                  string   `json:"cloud,omitempty" api:"readonly" doc:"Cloud of the models."`
	Endpoint               string   `json:"endpoint,omitempty" api:"readonly" doc:"Address of the models. Absent: there are none."`
	Geography              string   `json:"geography,omitempty" api:"readonly" doc:"Where the models are."`
	ModelGroupName         string   `json:"modelGroupName,omitempty" api:"readonly" doc:"Name of the group."`
	ModelNames             []string `json:"modelNames,omitempty" api:"readonly,maxItems=100" doc:"Models of the group."`
	RequestsPerMinuteLimit *int     `json:"requestsPerMinuteLimit,omitempty" api:"min=1" doc:"Most requests in a minute."`
	TokensPerMinuteLimit   *int     `json:"tokensPerMinuteLimit,omitempty" api:"min=1" doc:"Most tokens in a minute."`
}

// AiModelsRateLimitUpdateRequest says what a limit is to be.
type AiModelsRateLimitUpdateRequest struct {
	RequestsPerMinuteLimit int `json:"requestsPerMinuteLimit" api:"required,min=1" doc:"Most requests in a minute."`
	TokensPerMinuteLimit   int `json:"tokensPerMinuteLimit" api:"required,min=1" doc:"Most tokens in a minute."`
}
