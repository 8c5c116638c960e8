package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Outbox is the transport of a server without a mail server: each message becomes a file ID.eml in a directory.
type Outbox struct{ Dir string }

// Send writes the message's file; it is there whole or not at all, and survives a loss of power once Send returns.
func (o Outbox) Send(_ context.Context, m Message) error {
	raw, err := m.Encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	path := filepath.Join(o.Dir, filepath.Base(m.ID)+".eml")
	if err := write(path+".next", raw); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	if err := os.Rename(path+".next", path); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	return syncDir(o.Dir)
}

func write(path string, raw []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes the directory's entries durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
