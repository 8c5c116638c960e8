package kept

import "encoding/json"

// Older makes the Older of a table of Objects or of a Setting whose rows once had another form, in which the shape's fields
// were next to groupId. read reads that form.
func Older[T any](read func(body []byte) (T, error)) func([]byte) ([]byte, error) {
	return func(body []byte) ([]byte, error) {
		var row struct {
			Is *json.RawMessage `json:"is"`
		}
		if err := json.Unmarshal(body, &row); err != nil || row.Is != nil {
			return body, err
		}
		now, err := read(body)
		if err != nil {
			return nil, err
		}
		return json.Marshal(now)
	}
}
