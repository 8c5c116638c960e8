package password

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// Shortest is the least number of characters in a password (the API's reference, createUser).
	Shortest = 8
	// Longest is the greatest number of bytes. It is not a rule of the API, and is far above what a person or a
	// password manager uses.
	Longest = 1024
)

// Weak returns why a password is too weak, or "" if it is not.
func Weak(password, username string) string {
	folded := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(username), "@")
	switch {
	case utf8.RuneCountInString(password) < Shortest:
		return fmt.Sprintf("must have at least %d characters", Shortest)
	case len(password) > Longest:
		return fmt.Sprintf("must have at most %d bytes", Longest)
	case folded == strings.ToLower(username) || folded == local:
		return "must not be the username"
	case common[folded]:
		return "is one of the commonest passwords"
	case monotonous(folded):
		return "must have more than three different characters"
	}
	return ""
}

// monotonous reports whether a password repeats one to three characters, as aaaaaaaa and abababab do.
func monotonous(password string) bool {
	seen := map[rune]bool{}
	for _, r := range password {
		seen[r] = true
	}
	return len(seen) <= 3
}

// common are passwords of at least 8 characters that head every list of leaked ones, in lower case.
var common = set(`
	00000000 0123456789 0987654321 11111111 1111111111 1122334455 11223344 12121212 123123123 12341234 123454321 12345678
	1234567890 123456789 12345678910 1234abcd 1234qwer 123qweasd 147258369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 22222222 55555555
	66666666 77777777 87654321 88888888 987654321 99999999 aa123456 aaaaaaaa abc12345 abcd1234 abcdefgh access14 adminadmin
	administrator admin123 asdasdasd asdfasdf asdfghjk asdfghjkl baseball basketball butterfly changeme changeit charlie1
	chocolate computer corvette danielle dragon123 football football1 g_czechout hello123 iloveyou iloveyou1 internet
	jennifer jordan23 letmein1 letmein123 liverpool lovelove master123 michael1 michelle midnight mongodb1 mongodb123
	monkey123 mustang1 nicholas p@ssw0rd p@ssword passw0rd password password! password1 password12 password123 password1234
	pokemon1 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qwerasdf qwert123 qwerty12 qwerty123 qwerty1234
	qwertyui qwertyuiop rainbow1 sample123 secret123 shadow123 spiderman starwars steelers sunshine sunshine1 superman
	superman1 test1234 trustno1 victoria welcome1 welcome123 whatever william1 zaq12wsx zxcvbnm1 zxcvbnm123
`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
