package metrics

import (
	"cmp"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/telamon-db/telamon/internal/gateway"
)

// login has the labels of logins: a mechanism, and whether they failed.
type login struct {
	mechanism string
	failed    bool
}

func (m *Metrics) ofCommands() {
	times := m.histogram("telamon_command_seconds", "Time that a cluster takes for a command of a client, by command.", "command")
	failures := m.counter("telamon_command_errors_total", "Commands that were answered with an error, by MongoDB's error code.", "code")
	allowed := m.counter("telamon_authorizations_total", "Commands of database users by whether their roles allow them: allowed or refused.", "result")
	logins := m.counter("telamon_logins_total", "Logins of database users by mechanism and result: ok or error.", "mechanism", "result")
	m.commandSeconds.begin = func(name string) prometheus.Observer { return times.WithLabelValues(name) }
	m.commandErrors.begin = func(code string) prometheus.Counter { return failures.WithLabelValues(code) }
	m.authorizations.begin = func(refused bool) prometheus.Counter {
		if refused {
			return allowed.WithLabelValues("refused")
		}
		return allowed.WithLabelValues("allowed")
	}
	m.logins.begin = func(l login) prometheus.Counter { return logins.WithLabelValues(l.mechanism, result(l.failed)) }
}

// Observer counts what clients of clusters do.
func (m *Metrics) Observer() gateway.Observer {
	if m == nil {
		return gateway.Observers{}
	}
	return observer{m}
}

type observer struct{ *Metrics }

func (o observer) Command(c gateway.Command) {
	name := other
	if c.Known() {
		name = c.Name
	}
	o.commandSeconds.of(name).Observe(c.Took.Seconds())
	if c.Code != 0 {
		o.commandErrors.of(strconv.Itoa(int(c.Code))).Inc()
	}
}

func (o observer) Login(l gateway.Login) {
	o.logins.of(login{cmp.Or(l.Mechanism, other), l.Reason != nil}).Inc()
}

func (o observer) Authorization(a gateway.Authorization) { o.authorizations.of(a.Refused != nil).Inc() }
