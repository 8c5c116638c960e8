package authn

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// Realm is the realm of the digest challenge.
const Realm = "MMS Public API"

// HA1 is the hash that is stored in place of a private key: that of RFC 7616, section 3.4.2, for algorithm MD5.
func HA1(publicKey, privateKey string) string {
	return md5Hex(publicKey + ":" + Realm + ":" + privateKey)
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// credentials are the parameters of an Authorization: Digest header.
type credentials struct {
	username, realm, nonce, uri, nc, cnonce, qop, response, algorithm string
	count                                                             uint64 // nc as a number
}

// maxDigest bounds the header in bytes.
const maxDigest = 8 << 10

var errDigest = errors.New("authn: malformed digest credentials")

// parseDigest reads the header's parameters in any order, quoted or not.
func parseDigest(s string) (*credentials, error) {
	if len(s) > maxDigest {
		return nil, errDigest
	}
	c := new(credentials)
	fields := map[string]*string{
		"username": &c.username, "realm": &c.realm, "nonce": &c.nonce, "uri": &c.uri, "nc": &c.nc, "cnonce": &c.cnonce,
		"qop": &c.qop, "response": &c.response, "algorithm": &c.algorithm,
	}
	seen := map[string]bool{}
	for s = strings.TrimSpace(s); s != ""; {
		name, value, rest, err := parameter(s)
		if err != nil {
			return nil, err
		}
		name = strings.ToLower(name)
		if seen[name] {
			return nil, errDigest // which of the two was meant?
		}
		seen[name] = true
		if to := fields[name]; to != nil {
			*to = value
		}
		s = rest
	}
	var err error
	if c.count, err = strconv.ParseUint(c.nc, 16, 32); err != nil || len(c.nc) != 8 {
		return nil, errDigest
	}
	if c.algorithm != "" && !strings.EqualFold(c.algorithm, "MD5") || seen["userhash"] {
		return nil, errDigest // not what the challenge offers
	}
	if c.realm != Realm || c.qop != "auth" || c.username == "" || c.nonce == "" || c.cnonce == "" || len(c.response) != 32 {
		return nil, errDigest
	}
	return c, nil
}

// parameter cuts name=value off the front of s, and the comma after it.
func parameter(s string) (name, value, rest string, err error) {
	name, s, ok := strings.Cut(s, "=")
	if !ok {
		return "", "", "", errDigest
	}
	name, s = strings.TrimSpace(name), strings.TrimLeft(s, " \t")
	if strings.HasPrefix(s, `"`) {
		if value, rest, err = quoted(s[1:]); err != nil {
			return "", "", "", err
		}
	} else {
		end := strings.IndexByte(s, ',')
		if end < 0 {
			end = len(s)
		}
		value, rest = strings.TrimSpace(s[:end]), s[end:]
	}
	rest = strings.TrimLeft(rest, " \t")
	if rest != "" && rest[0] != ',' {
		return "", "", "", errDigest
	}
	return name, value, strings.TrimLeft(rest, ", \t"), nil
}

// quoted reads a quoted string from behind its opening quote.
func quoted(s string) (value, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", errDigest
}

// matches reports whether the response proves knowledge of ha1 for this very request.
func (c *credentials) matches(ha1, method, target string) bool {
	if c.uri != target {
		return false
	}
	want := md5Hex(strings.Join([]string{ha1, c.nonce, c.nc, c.cnonce, c.qop, md5Hex(method + ":" + c.uri)}, ":"))
	return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.response))) == 1
}
