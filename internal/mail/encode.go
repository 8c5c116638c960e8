package mail

import (
	"bytes"
	"fmt"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// nowhere is the domain in the addresses of a server that has no mail domain of its own (RFC 2606 reserves it).
const nowhere = "telamon.example"

// lines makes every line end the same.
var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// compose encodes a message for the wire: plain text in UTF-8. The same message always has the same Message-ID, by
// which a mailbox recognizes a duplicate.
func (m Message) compose(from string) (*gomail.Msg, error) {
	c := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := c.FromFormat("Telamon", from); err != nil {
		return nil, fmt.Errorf("mail: the sender's address: %w", err)
	}
	if err := c.To(m.To); err != nil {
		return nil, fmt.Errorf("mail: the address of letter %s: %w", m.ID, err)
	}
	_, domain, _ := strings.Cut(from, "@")
	c.Subject(m.Subject)
	c.SetDateWithValue(m.Date.UTC())
	c.SetMessageIDWithValue(m.ID + "@" + domain)
	c.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's vacation notice answers it
	c.SetBodyString(gomail.TypeTextPlain, lines.Replace(m.Text))
	return c, nil
}

// Encode returns the message in the form of RFC 5322.
func (m Message) Encode() ([]byte, error) {
	c, err := m.compose("no-reply@" + nowhere)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("mail: letter %s: %w", m.ID, err)
	}
	return b.Bytes(), nil
}
