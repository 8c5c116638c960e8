package schema

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Rule is a named form of strings: a pattern for the document, and a check. Where the API's pattern uses look-ahead,
// which Go's regexp lacks, the check is code; otherwise it is the pattern itself.
type Rule struct {
	Pattern string
	Format  string
	Says    string // what is wrong with a string that breaks the rule
	ok      func(string) bool
}

// OK reports whether s satisfies the rule.
func (r *Rule) OK(s string) bool { return r.ok(s) }

func pattern(p, says string) *Rule {
	return &Rule{Pattern: p, Says: says, ok: regexp.MustCompile(p).MatchString}
}

// The address patterns, as the API documents them.
const (
	ipPattern   = `^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)(\.(?!$)|$)){4}|([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$`
	cidrPattern = `^((([0-9]{1,3}\.){3}[0-9]{1,3})|(:{0,2}([0-9a-f]{1,4}:){0,7}[0-9a-f]{1,4}[:]{0,2}))((%2[fF]|/)[0-9]{1,3})+$`
)

// The patterns of a project's access list: an address or a range, and in paths a security group too. The API documents
// them without an anchor at the end of each alternative.
const (
	networkPattern = `^([0-9]{1,3}\.){3}[0-9]{1,3}(%2[fF][0-9]{1,3})?|([0-9a-f]{1,4}\:){7}[0-9a-f]{1,4}(%2[fF][0-9]{1,3})?|([0-9a-f]{1,4}\:){1,6}\:(%2[fF][0-9]{1,3})`
	groupPattern   = `^([0-9]*/)?sg-([0-9]*)`
)

// mobile is the reference page's pattern, with single backslashes in place of double ones. It is not anchored at its
// start.
const mobile = `(?:(?:\+?1\s*(?:[.-]\s*)?)?(?:(\s*([2-9]1[02-9]|[2-9][02-8]1|[2-9][02-8][02-9])\s*)|([2-9]1[02-9]|[2-9][02-8]1|[2-9][02-8][02-9]))\s*(?:[.-]\s*)?)` +
	`([2-9]1[02-9]|[2-9][02-9]1|[2-9][02-9]{2})\s*(?:[.-]\s*)?([0-9]{4})$`

var rules = map[string]*Rule{
	"objectId": {
		Pattern: `^([a-f0-9]{24})$`,
		Says:    "must be 24 lower-case hexadecimal digits",
		ok:      isObjectID, // nearly every path has one
	},
	"clusterName":    pattern(`^[a-zA-Z0-9][a-zA-Z0-9-]*$`, "must begin with a letter or digit and have only letters, digits and hyphens"),
	"country":        pattern(`^([A-Z]{2})$`, "must be two capital letters"),
	"mobile":         pattern(mobile, "must be a telephone number of the North American plan"),
	"mongoDBVersion": pattern(`([\d]+\.[\d]+\.[\d]+)`, "must be a version of MongoDB"),
	"processId":      pattern(`^([0-9]{1,3}\.){3}[0-9]{1,3}|([0-9a-f]{1,4}\:){7}([0-9a-f]{1,4})|(([a-z0-9]+\.){1,10}[a-z]+)?(\:[0-9]{4,5})$`, "must be HOST:PORT"),
	"version":        pattern(`([\d]+\.[\d]+\.[\d]+)`, "must have three numbers with dots between them"),
	"endpointId":     pattern(`^vpce-[0-9a-f]{17}$`, "must be vpce- and 17 hexadecimal digits"),
	"vpcId":          pattern(`^vpc-[0-9a-f]{17}$`, "must be vpc- and 17 hexadecimal digits"),
	"azureName":      pattern(`^([-\w._()])+$`, "must have only letters, digits and the characters -_.()"),
	"gcpProject":     pattern(`^p-[0-9a-z]{24}$`, "must be p- and 24 small letters or digits"),
	"gcpNetwork":     pattern(`^nt-[0-9a-f]{24}-[0-9a-z]{8}$`, "must be the name of a network"),
	"awsAccount":     pattern(`^[0-9]{12}$`, "must be 12 digits"),
	"gcpName":        pattern(`^[a-z][0-9a-z-]{4,28}[0-9a-z]{1}`, "must begin with a small letter and have 6 to 30 small letters, digits and hyphens"),
	"gcpVPC":         pattern(`[a-z]([-a-z0-9]{0,62}[a-z0-9]{0,1})?`, "must be the name of a network"),
	"vpceService":    pattern(`^com\.amazonaws\.vpce\.[a-z-0-9]+\.vpce-svc-[0-9a-f]{17}`, "must be the name of a private endpoint service at AWS"),
	"plsName":        pattern(`^pls_[0-9a-f]{24}$`, "must be pls_ and 24 hexadecimal digits"),
	"gcpAccount":     pattern(`^mongodb-atlas-[0-9a-z]{16}@p-[0-9a-z]{24}.iam.gserviceaccount.com$`, "must be a service account at GCP"),
	"hex40":          pattern(`^([0-9a-f]){40}$`, "must be 40 hexadecimal digits"),
	"httpURL":        {Says: "must be an address with http or https", ok: isHTTPURL},
	"clientId":       pattern(`^mdb_sa_id_[a-fA-F\d]{24}$`, "must be mdb_sa_id_ and 24 hexadecimal digits"),
	"uuid":           pattern(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`, "must be a UUID in small letters"),
	"accountText":    pattern(`^[\p{L}\p{N}\-_.,' ]*$`, "must have only letters, digits, spaces and the characters -_.,'"),
	"zoneName":       pattern(`^.{1,64}$`, "must have 1 to 64 characters"),
	// The API's pattern has no space, but the service's own projects have spaces inside their names.
	"projectName": {
		Pattern: `^[\p{L}\p{N}\-_.(),:&@+']{1,64}$`,
		Says:    "must have 1 to 64 letters, digits, inner spaces or the characters -_.(),:&@+'",
		ok: func(s string) bool {
			return s == strings.TrimSpace(s) && projectName.MatchString(s)
		},
	},
	// The API's pattern fits every text.
	"hostName": {
		Pattern: `^([0-9]{1,3}\.){3}[0-9]{1,3}|([0-9a-f]{1,4}:){7}([0-9a-f]{1,4})|(([a-z0-9]+\.){1,10}[a-z]+)?$`,
		Says:    "must be the name or address of a host",
		ok:      regexp.MustCompile(`^[A-Za-z0-9.:_-]+$`).MatchString,
	},
	"ip": {
		Pattern: ipPattern,
		Says:    "must be an IPv4 or IPv6 address",
		ok:      func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Zone() == "" },
	},
	"cidr": {
		Pattern: cidrPattern,
		Says:    "must be an address range in CIDR notation",
		ok:      isRange,
	},
	"network": {
		Pattern: networkPattern + `?$`,
		Says:    "must be an IPv4 or IPv6 address, or a range of them in CIDR notation",
		ok:      isNetwork,
	},
	"networkEntry": {
		Pattern: networkPattern + `|(sg\-[a-f0-9]{8})?$`,
		Says:    "must be an IPv4 or IPv6 address, a range of them in CIDR notation, or a security group",
		ok:      func(s string) bool { return isNetwork(s) || securityGroup.MatchString(s) },
	},
	"securityGroup": {Pattern: groupPattern, Says: "must be the id of a security group", ok: securityGroup.MatchString},
	"email": {
		Format: "email",
		Says:   "must be an e-mail address",
		ok:     isEmail,
	},
	"dateTime": {
		Format: "date-time",
		Says:   "must be a date and time in ISO 8601, such as 2025-03-12T09:42:00Z",
		ok:     func(s string) bool { return new(time.Time).UnmarshalText([]byte(s)) == nil },
	},
}

// Named returns the rule of that name, for checks that a tag cannot express. It panics if there is none.
func Named(name string) *Rule {
	r := rules[name]
	if r == nil {
		panic("schema: there is no rule " + name)
	}
	return r
}

var projectName = regexp.MustCompile(`^[\p{L}\p{N}\-_.(),:&@+' ]{1,64}$`)

func isObjectID(s string) bool { return len(s) == 24 && strings.Trim(s, "0123456789abcdef") == "" }

// securityGroup accepts an id of AWS, perhaps with the account before it. The documented pattern allows any text after
// it.
var securityGroup = regexp.MustCompile(`^([0-9]{12}/)?sg-[a-f0-9]{8,17}$`)

var escapedSlash = strings.NewReplacer("%2F", "/", "%2f", "/")

// isRange accepts a range of addresses. Its slash may be percent-encoded, even in a body: the patterns say so.
func isRange(s string) bool {
	_, err := netip.ParsePrefix(escapedSlash.Replace(s))
	return err == nil
}

// isNetwork accepts an address or a range.
func isNetwork(s string) bool {
	a, err := netip.ParseAddr(s)
	return isRange(s) || err == nil && a.Zone() == ""
}

// isHTTPURL accepts an address of a server, without a name or password in it.
func isHTTPURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// isEmail accepts a bare address of RFC 5322 with a domain, of at most 254 characters (RFC 5321).
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return domain != "" && !strings.ContainsAny(s, " \t\r\n<>")
}
