package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// operator calls the management listener of a running server, with the secret from its data directory.
type operator struct {
	URL    string `json:"managementUrl"`
	Secret string `json:"managementSecret"`
}

// operatorOf reads the address and the secret of a data directory's management listener.
func operatorOf(dir string) (o operator, err error) {
	path := filepath.Join(dir, "bootstrap.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return o, fmt.Errorf("--data must be the data directory of a running server: %w", err)
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return o, fmt.Errorf("%s: %w", path, err)
	}
	return o, nil
}

// call sends a request without a body and reads the answer into out.
func (o operator) call(ctx context.Context, method, path string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, o.URL+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+o.Secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer res.Body.Close()
	const longest = 1 << 20 // bytes
	raw, err := io.ReadAll(io.LimitReader(res.Body, longest))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(raw)))
	}
	return json.Unmarshal(raw, out)
}
