package api

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/requestlog"
)

// response writes the one answer to a request.
type response struct {
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context // r's, with the caller once it is known
	engine  *Engine
	op      *Op      // nil before routing
	version *Version // nil before one is chosen
	binding binding

	undeclared bool // the error that is answered need not be one that the operation declares
}

// success writes what a handler returned.
func (out *response) success(result any) {
	out.w.Header()["Content-Type"] = out.version.media // without a body too, as the service does
	switch answer := result.(type) {
	case None:
		out.w.WriteHeader(out.op.Status)
		return
	case Stream:
		out.stream(answer)
		return
	case Verbatim:
		out.write(out.op.Status, []byte(answer))
		return
	case encoded:
		out.send(answer)
		return
	}
	if out.op.MayBeEmpty && reflect.ValueOf(result).IsNil() {
		out.w.WriteHeader(http.StatusNoContent)
		return
	}
	body, err := out.encode(result)
	if err != nil {
		out.fault(err)
		return
	}
	out.send(body)
}

// encoded is an answer in JSON. It may be shared, so nobody changes it.
type encoded []byte

// Size tells the store what an answer that it caches takes.
func (e encoded) Size() int { return len(e) }

// encode makes an answer of what a handler returned: with links, in JSON without escapes for HTML, which make links
// unreadable.
func (out *response) encode(result any) (encoded, error) {
	if p, ok := result.(paged); ok {
		result = p.linked(pageLinks(out.r, p))
	}
	out.link(result)
	return encode(result)
}

// send writes an answer of success, in an envelope for callers who want one.
func (out *response) send(body encoded) {
	if out.wants("envelope") && !out.op.NoEnvelope {
		body = envelop(body, out.op.Status)
	}
	out.write(out.op.Status, body)
}

// stream writes an answer that is not JSON. If it cannot be written to its end, the connection is cut, so that nobody
// takes the answer for complete.
func (out *response) stream(s Stream) {
	if s.Name != "" {
		out.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": s.Name}))
	}
	out.w.WriteHeader(out.op.Status)
	if err := s.Write(out.w); err != nil {
		out.engine.Logger.Error("an answer was cut off", "id", requestlog.From(out.w).ID, "path", out.r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
}

// wants reports whether a boolean query parameter is set.
func (out *response) wants(name string) bool {
	return out.r.URL.RawQuery != "" && out.r.URL.Query().Get(name) == "true"
}

// envelop puts the status into the body: beside the members of a page, around anything else.
func envelop(body []byte, status int) []byte {
	var list struct {
		Results json.RawMessage `json:"results"`
	}
	code := strconv.Itoa(status)
	if json.Unmarshal(body, &list) == nil && list.Results != nil {
		return slices.Concat(bytes.TrimSuffix(body, []byte("}")), []byte(`,"status":`+code+"}"))
	}
	return slices.Concat([]byte(`{"status":`+code+`,"content":`), body, []byte("}"))
}

func (out *response) write(status int, body []byte) {
	if out.wants("pretty") {
		var indented bytes.Buffer
		if json.Indent(&indented, body, "", "  ") == nil {
			body = append(indented.Bytes(), '\n')
		}
	}
	out.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	out.w.WriteHeader(status)
	_, _ = out.w.Write(body) // the caller has gone; there is nobody to tell
}

// statuses is the one mapping from classes of faults to HTTP.
var statuses = map[fault.Class]int{
	fault.BadRequest:           http.StatusBadRequest,
	fault.Unauthorized:         http.StatusUnauthorized,
	fault.Forbidden:            http.StatusForbidden,
	fault.NotFound:             http.StatusNotFound,
	fault.MethodNotAllowed:     http.StatusMethodNotAllowed,
	fault.NotAcceptable:        http.StatusNotAcceptable,
	fault.Conflict:             http.StatusConflict,
	fault.Gone:                 http.StatusGone,
	fault.PayloadTooLarge:      http.StatusRequestEntityTooLarge,
	fault.UnsupportedMediaType: http.StatusUnsupportedMediaType,
	fault.TooManyRequests:      http.StatusTooManyRequests,
	fault.Internal:             http.StatusInternalServerError,
	fault.Unavailable:          http.StatusServiceUnavailable,
}

// Error is the API's shape of an error.
type Error struct {
	BadRequestDetail *BadRequestDetail `json:"badRequestDetail,omitempty" doc:"What is wrong with the request."`
	Detail           string            `json:"detail,omitempty" doc:"A sentence about what went wrong."`
	Status           int               `json:"error" api:"required,readonly" doc:"The HTTP status."`
	ErrorCode        string            `json:"errorCode" api:"required,readonly" doc:"The error's code in the API's catalogue."`
	Parameters       []any             `json:"parameters" api:"readonly" doc:"What the error is about, for programs."`
	Reason           string            `json:"reason,omitempty" api:"readonly" doc:"The HTTP status in words."`
}

// BadRequestDetail lists everything that is wrong with a request.
type BadRequestDetail struct {
	Fields []FieldViolation `json:"fields,omitempty" doc:"Each violation."`
}

// FieldViolation is one thing wrong with a request.
type FieldViolation struct {
	Description string `json:"description" api:"required" doc:"Why the field is refused."`
	Field       string `json:"field" api:"required" doc:"Path of the field."`
}

// fault writes an error. Any other error, and a fault that the operation does not declare, is unexpected: its cause
// goes to the log only.
func (out *response) fault(err error) {
	f, ok := fault.Of(err)
	if fault.IsUnavailable(err) {
		out.engine.Trouble.Report("the store cannot be reached", err)
		f, ok = fault.ServiceUnavailable.With("its store cannot be reached"), true
	}
	if !ok || out.op != nil && !out.undeclared && !out.op.declares(f.Kind) {
		out.engine.Logger.Error("unexpected error", "id", requestlog.From(out.w).ID, "method", out.r.Method, "path", out.r.URL.Path, "error", err)
		f = fault.Unexpected.With()
	}
	status := statuses[f.Kind.Class]
	requestlog.From(out.w).ErrorCode = f.Kind.Code
	h := out.w.Header()
	h.Set("Content-Type", "application/json")
	e := shape(f, status)
	body, err := encode(e)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	if status == http.StatusUnauthorized {
		out.unauthorized(e, f)
		return
	}
	h.Set("X-Error-Code", f.Kind.Code)
	if out.wants("envelope") && (out.op == nil || !out.op.NoEnvelope) {
		body = envelop(body, status)
	}
	out.write(status, body)
}

func shape(f *fault.Fault, status int) Error {
	e := Error{Detail: f.Detail(), Status: status, ErrorCode: f.Kind.Code, Parameters: []any{}, Reason: http.StatusText(status)}
	for _, p := range f.Params {
		e.Parameters = append(e.Parameters, p)
	}
	if len(f.Violations) > 0 {
		e.BadRequestDetail = &BadRequestDetail{}
		for _, v := range f.Violations {
			e.BadRequestDetail.Fields = append(e.BadRequestDetail.Fields, FieldViolation{v.Description, v.Field})
		}
	}
	return e
}

// unauthorized writes a 401 in the service's form: a challenge, no X-Error-Code, members in the service's order.
func (out *response) unauthorized(e Error, refused error) {
	out.engine.Auth.Challenge(out.w.Header(), refused)
	body, err := json.MarshalIndent(struct {
		Error     int    `json:"error"`
		Reason    string `json:"reason"`
		Detail    string `json:"detail"`
		ErrorCode string `json:"errorCode"`
	}{e.Status, e.Reason, e.Detail, e.ErrorCode}, "", "  ")
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	out.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	out.w.WriteHeader(e.Status)
	_, _ = out.w.Write(body) // the caller has gone; there is nobody to tell
}

// Status returns the HTTP status of a class of faults.
func Status(c fault.Class) int { return statuses[c] }
