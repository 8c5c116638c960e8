package policy

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// The kinds of what is wrong with a statement.
var (
	unknownEntity    = fault.NewKind("POLICY_HAS_UNEXPECTED_ENTITIES", fault.BadRequest, "The policy names something that there is not.")
	parsingError     = fault.NewKind("POLICY_PARSING_ERROR", fault.BadRequest, "The policy is no Cedar that can be read.")
	failedValidation = fault.NewKind("POLICY_HAS_FAILED_VALIDATIONS", fault.BadRequest, "The policy does not keep to the vocabulary of resource policies.")
	invalidPrincipal = fault.NewKind("POLICY_HAS_INVALID_PRINCIPAL", fault.BadRequest, "The policy must hold for every principal.")
	tooLarge         = fault.NewKind("POLICY_HAS_BODY_EXCEEDING_MAX_SIZE", fault.BadRequest, "The policy is longer than %s bytes.")
)

// Kinds are what Verify answers with.
var Kinds = fault.Kinds{parsingError, failedValidation, invalidPrincipal, tooLarge, unknownEntity}

// Bounds of a statement. They are no rules of the API. Nesting is bounded because checking a statement descends into it.
const (
	maxBody    = 8 << 10
	maxNesting = 64
)

//go:embed vocabulary.cedarschema
var vocabulary []byte

var words = sync.OnceValue(func() *resolved.Schema {
	var s schema.Schema
	if err := s.UnmarshalCedar(vocabulary); err != nil {
		panic("policy: " + err.Error())
	}
	is, err := s.Resolve()
	if err != nil {
		panic("policy: " + err.Error())
	}
	return is
})

var validator = sync.OnceValue(func() *validate.Validator { return validate.New(words()) })

// Verify adds what is wrong with a statement, the field at path.
func Verify(bad *fault.Problems, path, body string) {
	if len(body) > maxBody {
		bad.AddAs(tooLarge.With(fmt.Sprint(maxBody)), path, "must have at most %d bytes", maxBody)
		return
	}
	if nesting(body) > maxNesting {
		bad.AddAs(failedValidation.With(), path, "must have at most %d levels", maxNesting)
		return
	}
	p, err := compile(body)
	if err != nil {
		bad.AddAs(parsingError.With(), path, "%s", brief(err))
		return
	}
	is := (*ast.Policy)(p.AST())
	if is.Effect != ast.EffectForbid {
		bad.AddAs(failedValidation.With(), path, "must be a forbid statement")
	}
	if _, everybody := is.Principal.(ast.ScopeTypeAll); !everybody {
		bad.AddAs(invalidPrincipal.With(), path, "must name no principal")
	}
	if _, one := is.Action.(ast.ScopeTypeEq); !one {
		bad.AddAs(failedValidation.With(), path, "must name one action, as action == %sAction::\"cluster.modify\"", namespace)
	}
	if err := validator().Policy("policy", is); err != nil {
		bad.AddAs(failedValidation.With(), path, "%s", brief(err))
	}
	for _, c := range is.Conditions {
		ast.Inspect(ast.NewNode(c.Body), func(n ast.IsNode) bool {
			verifyBound(bad, path, n)
			verifyValue(bad, path, n)
			return true
		})
	}
}

// verifyBound refuses to compare a number of shards with the bound that it cannot break: the least number only with what it
// must not be below, the largest only with what it must not be above.
func verifyBound(bad *fault.Problems, path string, n ast.IsNode) {
	var small, large ast.IsNode
	switch n := n.(type) {
	case ast.NodeTypeLessThan:
		small, large = n.Left, n.Right
	case ast.NodeTypeLessThanOrEqual:
		small, large = n.Left, n.Right
	case ast.NodeTypeGreaterThan:
		small, large = n.Right, n.Left
	case ast.NodeTypeGreaterThanOrEqual:
		small, large = n.Right, n.Left
	}
	if named(large, "minShardCount") {
		bad.AddAs(failedValidation.With(), path, "minShardCount can be compared by < only")
	}
	if named(small, "maxShardCount") {
		bad.AddAs(failedValidation.With(), path, "maxShardCount can be compared by > only")
	}
}

// verifyValue refuses values that the vocabulary does not have, and regions that no provider has.
func verifyValue(bad *fault.Problems, path string, n ast.IsNode) {
	v, ok := n.(ast.NodeValue)
	if !ok {
		return
	}
	id, ok := v.Value.(cedar.EntityUID)
	if !ok {
		return
	}
	provider, region, _ := strings.Cut(string(id.ID), ":")
	_, known := model.RegionNamed(strings.ToUpper(provider), region)
	if enum, is := words().Enums[id.Type]; is {
		known = slices.Contains(enum.Values, id)
	} else if id.Type != namespace+"Region" {
		return
	}
	if !known {
		bad.AddAs(unknownEntity.With(), path, "names a value of %s that there is not", id.Type)
	}
}

func named(n ast.IsNode, attribute string) bool {
	a, ok := n.(ast.NodeTypeAccess)
	return ok && string(a.Value) == attribute
}

// nesting is how deep brackets, negations and the like go at most; texts may make it too large, never too small.
func nesting(body string) (deepest int) {
	depth, prefixes := 0, 0
	for _, c := range body {
		switch {
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case strings.ContainsRune("!-", c):
			prefixes++
			continue
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			continue
		}
		deepest, prefixes = max(deepest, depth+prefixes), 0
	}
	return max(deepest, strings.Count(body, "if ")+strings.Count(body, "else"))
}

// brief is the beginning of an error's text.
func brief(err error) string {
	const most = 300
	text := strings.Join(strings.Fields(err.Error()), " ")
	return text[:min(len(text), most)]
}

// compiled are statements that have been compiled, by their text. They are forgotten when there is too much of them.
var compiled = struct {
	sync.Mutex
	policies map[string]*cedar.Policy
	bytes    int
}{policies: map[string]*cedar.Policy{}}

// mostCompiled is how many bytes of text are compiled at a time.
const mostCompiled = 512 << 10

func compile(body string) (*cedar.Policy, error) {
	compiled.Lock()
	defer compiled.Unlock()
	if p := compiled.policies[body]; p != nil {
		return p, nil
	}
	list, err := cedar.NewPolicyListFromBytes("", []byte(body))
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("there are %d statements where one is expected", len(list))
	}
	if err != nil {
		return nil, err
	}
	if compiled.bytes += len(body); compiled.bytes > mostCompiled {
		clear(compiled.policies)
		compiled.bytes = len(body)
	}
	compiled.policies[body] = list[0]
	return list[0], nil
}

// names are values of a type in the vocabulary, as a set.
func set(kind string, ids []string) cedar.Set {
	slices.Sort(ids)
	values := make([]cedar.Value, 0, len(ids))
	for _, id := range slices.Compact(ids) {
		values = append(values, uid(kind, id))
	}
	return cedar.NewSet(values...)
}
