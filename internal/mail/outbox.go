package mail

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/telamon-db/telamon/internal/durable"
)

// Outbox is the transport of a server without a mail server: each message becomes a file ID.eml in a directory.
type Outbox struct{ Dir string }

// Send writes the message's file atomically. The file survives a loss of power once Send has returned.
func (o Outbox) Send(_ context.Context, m Message) error {
	raw, err := m.Encode()
	if err != nil {
		return err
	}
	if err := durable.MakeDir(o.Dir); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	path := filepath.Join(o.Dir, filepath.Base(m.ID)+".eml")
	if err := durable.WriteFile(path, raw); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	return nil
}
