package fault

import "fmt"

// Problems are all that is wrong with a request, so that it is told at once. The zero value is none.
type Problems struct{ found []*Fault }

// Add adds what is wrong with the field, where the API has no code for it.
func (p *Problems) Add(field, format string, args ...any) {
	p.AddAs(ValidationError.With(field), field, format, args...)
}

// AddAs is Add for a problem that the API has a code for, that of f.
func (p *Problems) AddAs(f *Fault, field, format string, args ...any) {
	p.found = append(p.found, f.Naming(Violation{Field: field, Description: fmt.Sprintf(format, args...)}))
}

// AtMost adds that the field has too many items, if it has.
func (p *Problems) AtMost(field string, n, most int) {
	if n > most {
		p.Add(field, "must have at most %d items", most)
	}
}

// AddAll adds what another check has found; nothing where err is nil.
func (p *Problems) AddAll(err error) {
	if f, ok := Of(err); ok {
		p.found = append(p.found, f)
	}
}

// Err is the error for all problems together: its code is the first one's, its violations are everyone's. nil if there is
// none.
func (p *Problems) Err() error {
	if len(p.found) == 0 {
		return nil
	}
	var all []Violation
	for _, f := range p.found {
		all = append(all, f.Violations...)
	}
	first := *p.found[0]
	if first.Kind == ValidationError {
		return Invalid(all...)
	}
	first.Violations = nil
	return first.Naming(all...)
}

// Check is the error for all problems that the checks find together.
func Check(checks ...func(bad *Problems)) error {
	var bad Problems
	for _, check := range checks {
		check(&bad)
	}
	return bad.Err()
}
