package notify

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

type object = map[string]any

// form makes the request that tells a service of an alert: without a URL, it is not told. The body is encoded unless the
// request has one.
type form func(base string, c Channel, a Alert) (r Request, body object, err error)

// forms are the receivers that take requests. Sources: Slack, chat.postMessage; PagerDuty, Events API v2; Opsgenie, Alert API;
// Splunk On-Call, REST endpoint; Datadog, Events API v1; Microsoft Teams, message cards of incoming webhooks; Atlas
// documentation, webhooks.
var forms = map[string]form{
	"SLACK": func(base string, c Channel, a Alert) (Request, object, error) {
		return Request{URL: base + "/api/chat.postMessage", Headers: map[string]string{"Authorization": "Bearer " + c.Key}, Expect: `"ok":true`},
			object{"channel": c.Routing, "text": a.Title + "\n" + a.Text}, nil
	},
	"PAGER_DUTY": pagerDuty,
	"OPS_GENIE":  opsGenie,
	"VICTOR_OPS": func(base string, c Channel, a Alert) (Request, object, error) {
		kind := "CRITICAL"
		switch {
		case a.Event.over():
			kind = "RECOVERY"
		case a.Event == Acknowledged:
			kind = "ACKNOWLEDGEMENT"
		case a.Event == Informed || a.Severity == "INFO":
			kind = "INFO"
		case a.Severity == "WARNING":
			kind = "WARNING"
		}
		path := "/integrations/generic/20131114/alert/" + url.PathEscape(c.Key) + "/" + url.PathEscape(c.Routing)
		return Request{URL: base + path}, object{
			"message_type": kind, "entity_id": a.ID, "entity_display_name": a.Title, "state_message": a.Text, "timestamp": a.At.Unix(), "monitoring_tool": "Telamon",
		}, nil
	},
	"DATADOG": func(base string, c Channel, a Alert) (Request, object, error) {
		kind := map[string]string{"INFO": "info", "WARNING": "warning"}[a.Severity]
		if kind == "" {
			kind = "error"
		}
		if a.Event.over() {
			kind = "success"
		}
		return Request{URL: base + "/api/v1/events", Headers: map[string]string{"DD-API-KEY": c.Key}}, object{
			"title": a.Title, "text": a.Text, "alert_type": kind, "aggregation_key": a.ID, "date_happened": a.At.Unix(),
			"tags": []string{"project:" + a.Project, "event:" + a.Kind}, "source_type_name": "mongodb",
		}, nil
	},
	"MICROSOFT_TEAMS": func(_ string, c Channel, a Alert) (Request, object, error) {
		color := "D93025"
		if a.Event.over() {
			color = "1E8E3E"
		}
		return Request{URL: c.URL}, object{
			"@type": "MessageCard", "@context": "https://schema.org/extensions", "summary": a.Title, "title": a.Title, "themeColor": color,
			"text": strings.ReplaceAll(a.Text, "\n", "\n\n"),
		}, nil
	},
	"WEBHOOK": webhook,
}

func pagerDuty(base string, c Channel, a Alert) (Request, object, error) {
	action := "trigger"
	switch {
	case a.Event.over():
		action = "resolve"
	case a.Event == Acknowledged:
		action = "acknowledge"
	}
	severity := strings.ToLower(a.Severity)
	if severity == "" {
		severity = "critical"
	}
	summary := []rune(a.Title)
	return Request{URL: base + "/v2/enqueue"}, object{
		"routing_key": c.Key, "event_action": action, "dedup_key": a.ID, "client": "Telamon",
		"payload": object{
			"summary": string(summary[:min(len(summary), 1024)]), "source": a.Source, "severity": severity, "timestamp": a.At.UTC().Format("2006-01-02T15:04:05Z"),
			"group": a.Project, "class": a.Kind, "custom_details": a.Document,
		},
	}, nil
}

func opsGenie(base string, c Channel, a Alert) (Request, object, error) {
	r := Request{URL: base + "/v2/alerts", Headers: map[string]string{"Authorization": "GenieKey " + c.Key}}
	one := r.URL + "/" + url.PathEscape(a.ID)
	switch {
	case a.Event.over():
		r.URL = one + "/close?identifierType=alias"
		return r, object{"source": "Telamon", "note": a.Title}, nil
	case a.Event == Acknowledged:
		r.URL = one + "/acknowledge?identifierType=alias"
		return r, object{"source": "Telamon", "note": a.Title}, nil
	}
	priority := map[string]string{"INFO": "P5", "WARNING": "P3", "ERROR": "P2"}[a.Severity]
	if priority == "" {
		priority = "P1"
	}
	message := []rune(a.Title)
	return r, object{
		"message": string(message[:min(len(message), 130)]), "alias": a.ID, "description": a.Text, "entity": a.Source, "source": "Telamon",
		"tags": []string{a.Kind}, "priority": priority,
	}, nil
}

// webhook is the alert as the API shows it, or what a template makes of it, signed with the channel's secret.
func webhook(_ string, c Channel, a Alert) (r Request, _ object, err error) {
	r = Request{URL: c.URL, Body: a.Document, Headers: map[string]string{"X-MMS-Event": string(a.Event)}}
	fields, err := fieldsOf(a)
	if err != nil {
		return r, nil, err
	}
	if c.Template != "" {
		r.Body = []byte(fill(c.Template, fields))
	}
	if c.Headers != "" {
		var more map[string]string
		if err := json.Unmarshal([]byte(fill(c.Headers, fields)), &more); err != nil {
			return r, nil, err
		}
		for name, value := range more {
			if _, own := r.Headers[name]; !own && headerName(name) && !strings.ContainsAny(value, "\r\n\x00") {
				r.Headers[name] = value
			}
		}
	}
	if c.Secret != "" {
		mac := hmac.New(sha1.New, []byte(c.Secret)) // what the service's receivers check
		mac.Write(r.Body)
		r.Headers["X-MMS-Signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return r, nil, nil
}

// headerName reports whether a template may name a header: one that says nothing about the connection.
func headerName(s string) bool {
	for _, own := range []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "X-MMS-Signature", "X-MMS-Event"} {
		if strings.EqualFold(s, own) {
			return false
		}
	}
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// fieldsOf are the values that templates name, as JSON writes them, without the quotes of texts.
func fieldsOf(a Alert) (map[string]string, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(a.Document, &all); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, raw := range all {
		out[name] = strings.Trim(string(raw), `"`)
	}
	for name, text := range map[string]string{"event": string(a.Event), "title": a.Title, "text": a.Text, "severity": a.Severity} {
		quoted, err := json.Marshal(text)
		if err != nil {
			return nil, err
		}
		out[name] = strings.Trim(string(quoted), `"`)
	}
	return out, nil
}

// fill puts the alert's fields in place of their names in {{ }}. A name that there is not becomes nothing.
func fill(template string, fields map[string]string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{{")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			if found {
				b.WriteString("{{" + rest)
			}
			return b.String()
		}
		b.WriteString(fields[strings.TrimSpace(name)])
		template = after
	}
}
