// Package outbox reads the letters that a server under test has put into files, as a mail program does.
package outbox

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

var link = regexp.MustCompile(`https?://\S+/invitations/\S+`)

// LinkTo is the link in the letter to username that was sent last, below a server's data directory. Its file tells when
// that was: the letter's own date has whole seconds.
func LinkTo(dir, username string) (found string, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "outbox", "*.eml"))
	if err != nil {
		return "", err
	}
	var last time.Time
	for _, name := range names {
		to, sent, text, err := read(name)
		if err != nil {
			return "", fmt.Errorf("outbox: %s: %w", name, err)
		}
		if to == username && !sent.Before(last) {
			last, found = sent, link.FindString(text)
		}
	}
	if found == "" {
		return "", fmt.Errorf("outbox: no letter to %s has a link", username)
	}
	return found, nil
}

func read(name string) (to string, sent time.Time, text string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", sent, "", err
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		return "", sent, "", err
	}
	address, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		return "", sent, "", err
	}
	info, err := f.Stat()
	if err != nil {
		return "", sent, "", err
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	return address.Address, info.ModTime(), string(body), err
}
