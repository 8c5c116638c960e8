package mail

import (
	"bytes"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// domain stands in the addresses of a server that has no mail domain of its own (RFC 2606 reserves it).
const domain = "telamon.example"

// lines makes every line end the same. The writer of package quotedprintable loses some after a lone CR.
var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

var sender = mail.Address{Name: "Telamon", Address: "no-reply@" + domain}

// Encode writes the message as RFC 5322 has it, with its text as UTF-8 in quoted-printable (RFC 2045). The same
// message always gives the same bytes.
func (m Message) Encode() ([]byte, error) {
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", sender.String()},
		{"To", (&mail.Address{Address: m.To}).String()},
		{"Subject", fold(mime.QEncoding.Encode("utf-8", m.Subject))},
		{"Date", m.Date.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + m.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: nobody's vacation notice answers it
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		if strings.ContainsAny(strings.ReplaceAll(h[1], "\r\n ", ""), "\r\n") {
			return nil, fmt.Errorf("mail: the header %s would break into lines", h[0])
		}
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(lines.Replace(m.Text))); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// fold puts each encoded word of a long header on a line of its own (RFC 2047, section 2).
func fold(header string) string { return strings.ReplaceAll(header, "?= =?", "?=\r\n =?") }
