package invite

import (
	"strings"
	"text/template"
)

// letter is the invitation's mail.
func (d details) letter(link string) string {
	var b strings.Builder
	err := letter.Execute(&b, struct {
		details
		Link string
	}{d, link})
	if err != nil {
		panic(err) // the template fits its data
	}
	return b.String()
}

var letter = template.Must(template.New("letter").Parse(`Hello,

{{.Inviter}} invites you to join the organization {{.Organization}}{{with .Projects}}
and in it{{range $i, $p := .}}{{if $i}},{{end}} {{$p}}{{end}}{{end}}.

Open this link to accept or decline:

{{.Link}}

It works once, until {{.Expires.Format "2 January 2006 15:04 MST"}}. Whoever has it can answer
for you, so do not pass it on. If you did not expect this letter, you need
not do anything.
`))
