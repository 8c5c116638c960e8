package unified

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// runner runs a case.
type runner struct {
	t        *testing.T
	uri      string
	entities map[string]any // clients, databases, collections and results, by id
	heard    map[string]*listener
}

// create makes an entity: {client: {id, ...}}, {database: {...}} or {collection: {...}}.
func (r *runner) create(entity bson.D) {
	kind, a := entity[0].Key, newArguments(r.t, entity[0].Value.(bson.D))
	id := a.text("id")
	switch kind {
	case "client":
		r.entities[id] = r.client(id, a)
	case "database":
		r.entities[id] = r.entities[a.text("client")].(*mongo.Client).Database(a.text("databaseName"))
	case "collection":
		r.entities[id] = r.entities[a.text("database")].(*mongo.Database).Collection(a.text("collectionName"))
	default:
		r.t.Fatalf("an entity of an unknown kind: %s", kind)
	}
	a.done(kind)
}

func (r *runner) client(id string, a *arguments) *mongo.Client {
	o := options.Client().ApplyURI(r.uri)
	if api, ok := a.take("serverApi").(bson.D); ok {
		args := newArguments(r.t, api)
		o.SetServerAPIOptions(set(options.ServerAPI(options.ServerAPIVersion(args.text("version"))), args))
	}
	if kinds, ok := a.take("observeEvents").(bson.A); ok {
		l := &listener{}
		r.heard[id] = l
		o.SetMonitor(l.monitor(kinds))
	}
	return connect(r.t, o)
}

// operate runs an operation and compares its result.
func (r *runner) operate(o operation) {
	r.t.Helper()
	run, known := operations[o.Name]
	if !known {
		r.t.Fatalf("an unknown operation: %s", o.Name)
	}
	on, known := r.entities[o.Object]
	if !known && o.Object != "testRunner" {
		r.t.Fatalf("%s: there is no %s", o.Name, o.Object)
	}
	args := newArguments(r.t, o.Arguments)
	result, err := run(r, on, args)
	args.done(o.Name)
	switch {
	case o.IgnoreResultAndError:
	case o.ExpectError != nil:
		o.ExpectError.compare(r, o.Name, result, err)
	case err != nil:
		r.t.Errorf("%s: %v", o.Name, err)
	case o.ExpectResult != nil:
		if err := (matcher{r.entities}).compare(o.ExpectResult, plain(r.t, result), true); err != nil {
			r.t.Errorf("%s: %v\nall of it: %v", o.Name, err, plain(r.t, result))
		}
	}
	if o.SaveResultAsEntity != "" {
		r.entities[o.SaveResultAsEntity] = result
	}
}

// expectedError is what is expected of an error.
type expectedError struct {
	IsError       bool   `bson:"isError"`
	IsClientError *bool  `bson:"isClientError"`
	Contains      string `bson:"errorContains"`
	Code          int    `bson:"errorCode"`
	CodeName      string `bson:"errorCodeName"`
	Result        any    `bson:"expectResult"`
	Response      any    `bson:"errorResponse"`
}

func (e *expectedError) compare(r *runner, name string, result any, err error) {
	r.t.Helper()
	if err == nil {
		r.t.Errorf("%s must fail, but returns %v", name, result)
		return
	}
	var known mongo.ServerError
	isServer := errors.As(err, &known)
	var command mongo.CommandError
	isCommand := errors.As(err, &command)
	switch {
	case e.Code != 0 && !(isServer && known.HasErrorCode(e.Code)),
		e.CodeName != "" && command.Name != e.CodeName,
		e.IsClientError != nil && *e.IsClientError == isServer,
		!strings.Contains(strings.ToLower(err.Error()), strings.ToLower(e.Contains)):
		r.t.Errorf("%s fails with another error: %v", name, err)
	}
	if e.Response != nil {
		var reply bson.D
		if isCommand {
			must(r.t, bson.Unmarshal(command.Raw, &reply))
		}
		if err := (matcher{r.entities}).compare(e.Response, reply, true); err != nil {
			r.t.Errorf("%s: the reply of the error: %v\n%v", name, err, reply)
		}
	}
	if e.Result != nil {
		if err := (matcher{r.entities}).compare(e.Result, plain(r.t, result), true); err != nil {
			r.t.Errorf("%s: what was done before the error: %v\n%v", name, err, plain(r.t, result))
		}
	}
}

// listener records the events of a client.
type listener struct {
	mu     sync.Mutex
	events []bson.D
}

func (l *listener) add(kind string, d bson.D) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, bson.D{{Key: kind, Value: d}})
}

func (l *listener) monitor(kinds bson.A) *event.CommandMonitor {
	wants := func(kind string) bool { return slices.Contains(kinds, any(kind)) }
	return &event.CommandMonitor{
		Started: func(_ context.Context, e *event.CommandStartedEvent) {
			if wants("commandStartedEvent") {
				l.add("commandStartedEvent", bson.D{{Key: "commandName", Value: e.CommandName}, {Key: "databaseName", Value: e.DatabaseName},
					{Key: "command", Value: slices.Clone(e.Command)}})
			}
		},
		Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) {
			if wants("commandSucceededEvent") {
				l.add("commandSucceededEvent", bson.D{{Key: "commandName", Value: e.CommandName}, {Key: "reply", Value: slices.Clone(e.Reply)}})
			}
		},
		Failed: func(_ context.Context, e *event.CommandFailedEvent) {
			if wants("commandFailedEvent") {
				l.add("commandFailedEvent", bson.D{{Key: "commandName", Value: e.CommandName}})
			}
		},
	}
}

// expectedEvents are the events that a client must have received.
type expectedEvents struct {
	Client string `bson:"client"`
	Events bson.A `bson:"events"`
}

func (r *runner) compareEvents(e expectedEvents) {
	l := r.heard[e.Client]
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := plain(r.t, array(l.events)).(bson.A)
	if len(heard) != len(e.Events) {
		r.t.Errorf("%d events, not %d: %v", len(heard), len(e.Events), heard)
		return
	}
	for i, want := range e.Events {
		kind := want.(bson.D)[0]
		got := heard[i].(bson.D)[0]
		if kind.Key != got.Key {
			r.t.Errorf("event %d is a %s, not a %s", i, got.Key, kind.Key)
			continue
		}
		for _, part := range kind.Value.(bson.D) {
			value, present := lookup(got.Value.(bson.D), part.Key)
			if err := (matcher{r.entities}).compareField(part.Value, value, present, true); err != nil {
				r.t.Errorf("event %d: %s: %v\n%v", i, part.Key, err, got)
			}
		}
	}
}
