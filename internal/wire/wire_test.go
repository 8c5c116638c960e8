package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func doc(t testing.TB, d bson.D) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func sample(t testing.TB) *Msg {
	return &Msg{
		Body:      doc(t, bson.D{{Key: "insert", Value: "c"}, {Key: "$db", Value: "test"}}),
		Sequences: []Sequence{{ID: "documents", Docs: []bson.Raw{doc(t, bson.D{{Key: "a", Value: 1}}), doc(t, bson.D{{Key: "b", Value: "x"}})}}},
	}
}

func read(t testing.TB, message []byte) (Header, []byte) {
	t.Helper()
	h, body, err := ReadMessage(bytes.NewReader(message), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return h, body
}

func TestMsgRoundTrip(t *testing.T) {
	for _, flags := range []Flags{0, ChecksumPresent, MoreToCome, ExhaustAllowed, ChecksumPresent | ExhaustAllowed, 1 << 20} {
		want := sample(t)
		want.Flags, want.name, want.db = flags, "insert", "test"
		message := AppendMsg([]byte("before"), 7, 9, want)[len("before"):]
		h, body := read(t, message)
		if h != (Header{int32(len(message)), 7, 9, OpMsg}) {
			t.Errorf("header %+v", h)
		}
		got, err := ParseMsg(h, body)
		if err != nil {
			t.Fatalf("flags %#x: %v", flags, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("flags %#x: %+v is not %+v", flags, got, want)
		}
	}
}

func TestMsgNames(t *testing.T) {
	m := sample(t)
	if m.Name() != "insert" || m.DB() != "test" {
		t.Errorf("name %q, db %q", m.Name(), m.DB())
	}
}

// TestParsedNames: what a message says of itself while it is read is what its body says.
func TestParsedNames(t *testing.T) {
	for _, d := range []bson.D{
		{}, {{Key: "", Value: "c"}}, {{Key: "", Value: "secret"}, {Key: "find", Value: "public"}, {Key: "$db", Value: "test"}},
		{{Key: "find", Value: "c"}}, {{Key: "find", Value: "c"}, {Key: "$db", Value: 1}}, {{Key: "$db", Value: "test"}, {Key: "find", Value: "c"}},
	} {
		want := &Msg{Body: doc(t, d)}
		h, raw := read(t, AppendMsg(nil, 1, 0, want))
		got, err := ParseMsg(h, raw)
		if err != nil || got.Name() != want.Name() || got.DB() != want.DB() {
			t.Errorf("%v: command %q on %q, %v", d, got.Name(), got.DB(), err)
		}
	}
}

func TestReadMessageEnds(t *testing.T) {
	message := AppendMsg(nil, 1, 0, sample(t))
	for n := range message {
		_, _, err := ReadMessage(bytes.NewReader(message[:n]), 1<<20)
		want := io.ErrUnexpectedEOF
		if n == 0 {
			want = io.EOF
		}
		if !errors.Is(err, want) {
			t.Fatalf("%d bytes: %v is not %v", n, err, want)
		}
	}
	if _, _, err := ReadMessage(iotest.OneByteReader(bytes.NewReader(message)), 1<<20); err != nil {
		t.Errorf("byte by byte: %v", err)
	}
}

func TestReadMessageLimit(t *testing.T) {
	for _, n := range []int32{-1, 0, 15, 1025} {
		_, _, err := ReadMessage(bytes.NewReader(Header{Length: n, OpCode: OpMsg}.append(nil)), 1024)
		wantCode(t, err, ProtocolError)
	}
	if _, body, err := ReadMessage(bytes.NewReader(Header{Length: 16}.append(nil)), 1024); err != nil || len(body) != 0 {
		t.Errorf("an empty body: %v, %v", body, err)
	}
}

// A peer that announces 48 MB and sends nothing costs one small buffer.
func TestReadMessageMemory(t *testing.T) {
	head := Header{Length: 48_000_000, OpCode: OpMsg}.append(nil)
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, _, _ = ReadMessage(bytes.NewReader(head), 48_000_000)
		}
	})
	if n := result.AllocedBytesPerOp(); n > 4*firstRead {
		t.Errorf("%d bytes allocated for a header alone", n)
	}
}

func wantCode(t *testing.T, err error, code Code) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code.Number {
		t.Errorf("error %v, want %s", err, code.Name)
	}
}

func body(flags Flags, sections ...string) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(flags)), strings.Join(sections, "")...)
}

func nested(depth int) string {
	raw := []byte{5, 0, 0, 0, 0}
	for range depth - 1 {
		outer := binary.LittleEndian.AppendUint32(nil, uint32(len(raw)+8))
		raw = append(append(append(outer, 3, 'a', 0), raw...), 0)
	}
	return string(raw)
}

func TestParseMsgMalformed(t *testing.T) {
	const empty = "\x05\x00\x00\x00\x00"
	const section, sequence = "\x00" + empty, "\x01\x0b\x00\x00\x00d\x00" + empty
	insert := "\x00" + string(doc(t, bson.D{{Key: "d", Value: 1}}))
	cases := map[string]struct {
		body []byte
		code Code
	}{
		"no flags":                {[]byte{0, 0}, ProtocolError},
		"no sections":             {body(0), ProtocolError},
		"unknown required flag":   {body(1<<5, section), ProtocolError},
		"checksum missing":        {body(ChecksumPresent), ProtocolError},
		"checksum wrong":          {body(ChecksumPresent, section, "1234"), ProtocolError},
		"two bodies":              {body(0, section, section), ProtocolError},
		"no body":                 {body(0, sequence), ProtocolError},
		"unknown section":         {body(0, section, "\x02"), ProtocolError},
		"body cut":                {body(0, "\x00\x05\x00\x00"), InvalidBSON},
		"body length negative":    {body(0, "\x00\xff\xff\xff\xff\x00"), InvalidBSON},
		"sequence too short":      {body(0, section, "\x01\x03\x00\x00\x00"), ProtocolError},
		"sequence too long":       {body(0, section, "\x01\x0c\x00\x00\x00d\x00"+empty), ProtocolError},
		"sequence without name":   {body(0, section, "\x01\x05\x00\x00\x00d"), ProtocolError},
		"sequence document wrong": {body(0, section, "\x01\x0b\x00\x00\x00d\x00\x06\x00\x00\x00\x00"), InvalidBSON},
		"sequence twice":          {body(0, section, sequence, sequence), DuplicateField},
		"sequence and field":      {body(0, insert, sequence), DuplicateField},
		"field twice":             {body(0, "\x00"+string(doc(t, bson.D{{Key: "a", Value: 1}, {Key: "a", Value: 2}}))), DuplicateField},
		"too deep":                {body(0, "\x00"+nested(MaxDepth+1)), Overflow},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := ParseMsg(Header{Length: int32(HeaderLength + len(c.body)), OpCode: OpMsg}, c.body)
			wantCode(t, err, c.code)
		})
	}
}

func TestParseMsgSequenceBound(t *testing.T) {
	docs := strings.Repeat("\x05\x00\x00\x00\x00", maxSequenceDocs+1)
	size := string(binary.LittleEndian.AppendUint32(nil, uint32(4+2+len(docs))))
	_, err := ParseMsg(Header{}, body(0, "\x00\x05\x00\x00\x00\x00", "\x01"+size+"d\x00"+docs))
	wantCode(t, err, ProtocolError)
}

func TestValidate(t *testing.T) {
	whole := doc(t, bson.D{
		{Key: "double", Value: 1.5}, {Key: "string", Value: "x"}, {Key: "doc", Value: bson.D{{Key: "a", Value: 1}}},
		{Key: "array", Value: bson.A{1, "x", bson.A{}}}, {Key: "binary", Value: bson.Binary{Subtype: 4, Data: []byte{1}}},
		{Key: "old", Value: bson.Binary{Subtype: 2, Data: []byte{1}}}, {Key: "undefined", Value: bson.Undefined{}},
		{Key: "id", Value: bson.NewObjectID()}, {Key: "bool", Value: true}, {Key: "date", Value: bson.DateTime(5)}, {Key: "null", Value: nil},
		{Key: "regex", Value: bson.Regex{Pattern: "a", Options: "i"}}, {Key: "pointer", Value: bson.DBPointer{DB: "d"}},
		{Key: "code", Value: bson.JavaScript("x")}, {Key: "symbol", Value: bson.Symbol("x")},
		{Key: "scope", Value: bson.CodeWithScope{Code: "x", Scope: bson.D{{Key: "a", Value: "b"}}}},
		{Key: "int32", Value: int32(1)}, {Key: "timestamp", Value: bson.Timestamp{T: 1}}, {Key: "int64", Value: int64(1)},
		{Key: "decimal", Value: bson.NewDecimal128(1, 2)}, {Key: "min", Value: bson.MinKey{}}, {Key: "max", Value: bson.MaxKey{}},
	})
	if err := Validate(whole, MaxDepth); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if Validate(whole[:n], MaxDepth) == nil {
			t.Errorf("the first %d bytes pass", n)
		}
	}
	if err := Validate(bson.Raw(nested(MaxDepth)), MaxDepth); err != nil {
		t.Errorf("depth %d: %v", MaxDepth, err)
	}
	for name, value := range map[string]string{
		"unknown type":            "\x20a\x00",
		"string without zero":     "\x02a\x00\x02\x00\x00\x00xy",
		"string of no length":     "\x02a\x00\x00\x00\x00\x00",
		"bool of two":             "\x08a\x00\x02",
		"negative binary":         "\x05a\x00\xff\xff\xff\xff\x00",
		"old binary, wrong inner": "\x05a\x00\x04\x00\x00\x00\x02\x05\x00\x00\x00",
		"name does not end":       "\x0aa",
		"scope not an object":     "\x0fa\x00\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x00",
		"inner document broken":   "\x03a\x00\x06\x00\x00\x00\x20\x00",
	} {
		raw := binary.LittleEndian.AppendUint32(nil, uint32(len(value)+5))
		if Validate(append(append(raw, value...), 0), MaxDepth) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestQueryAndReply(t *testing.T) {
	hello := doc(t, bson.D{{Key: "isMaster", Value: 1}})
	wrapped := doc(t, bson.D{{Key: "$query", Value: hello}, {Key: "$readPreference", Value: bson.D{}}})
	query := func(raw bson.Raw, tail string) []byte {
		return []byte("\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff" + string(raw) + tail)
	}
	for _, in := range [][]byte{query(hello, ""), query(wrapped, ""), query(hello, string(hello))} {
		q, err := ParseQuery(in)
		if err != nil || q.Namespace != "admin.$cmd" || !bytes.Equal(q.Doc, hello) {
			t.Errorf("%+v, %v", q, err)
		}
	}
	for _, in := range [][]byte{nil, query(nil, ""), query(hello, "x"), query(hello, string(hello)+"x"), []byte("\x00\x00\x00\x00admin")} {
		if _, err := ParseQuery(in); err == nil {
			t.Errorf("%q passes", in)
		}
	}
	h, reply := read(t, AppendReply(nil, 3, 4, hello))
	if h.OpCode != OpReply || h.ResponseTo != 4 || !bytes.Equal(reply[20:], hello) {
		t.Errorf("%+v %q", h, reply)
	}
}

func TestCompression(t *testing.T) {
	m := sample(t)
	m.Body = doc(t, bson.D{{Key: "insert", Value: strings.Repeat("abc", 5000)}})
	message := AppendMsg(nil, 5, 6, m)
	plainHeader, plain := read(t, message)
	for name, id := range CompressorNames {
		t.Run(name, func(t *testing.T) {
			packed := Compress(nil, message, id)
			if len(packed) >= len(message) {
				t.Errorf("%d bytes became %d", len(message), len(packed))
			}
			h, body := read(t, packed)
			if h.OpCode != OpCompressed || h.RequestID != 5 || h.ResponseTo != 6 {
				t.Errorf("header %+v", h)
			}
			got, out, used, err := Decompress(h, body, int32(len(message)))
			if err != nil || got != plainHeader || !bytes.Equal(out, plain) || used != id {
				t.Errorf("%+v, %v, %v", got, used, err)
			}
			_, _, _, err = Decompress(h, body, int32(len(message)-1))
			wantCode(t, err, ProtocolError)
			for _, size := range []int{0, 4, len(plain) - 1, len(plain) + 1} {
				lying := bytes.Clone(body)
				binary.LittleEndian.PutUint32(lying[4:], uint32(size))
				_, _, _, err = Decompress(h, lying, 1<<20)
				wantCode(t, err, ProtocolError)
			}
			_, _, _, err = Decompress(h, body[:len(body)-2], 1<<20)
			wantCode(t, err, ProtocolError)
		})
	}
	if !bytes.Equal(Compress(nil, message, 0), message) {
		t.Error("no compressor changes the message")
	}
}

func TestDecompressMalformed(t *testing.T) {
	for name, body := range map[string]string{
		"short":              "\xdd\x07\x00\x00\x01",
		"nested":             "\xdc\x07\x00\x00\x01\x00\x00\x00\x01xx",
		"negative size":      "\xdd\x07\x00\x00\xff\xff\xff\xff\x01xx",
		"no compressor":      "\xdd\x07\x00\x00\x01\x00\x00\x00\x00x",
		"unknown compressor": "\xdd\x07\x00\x00\x01\x00\x00\x00\x09x",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := Decompress(Header{}, []byte(body), 1<<20)
			wantCode(t, err, ProtocolError)
		})
	}
}

func TestReplyHidesInternalErrors(t *testing.T) {
	raw := Reply(errors.New("secret"))
	if strings.Contains(raw.String(), "secret") || raw.Lookup("code").AsInt64() != 1 {
		t.Error(raw)
	}
	labelled := Errorf(NotWritablePrimary, "x")
	labelled.Labels = []string{"RetryableWriteError"}
	if got := Reply(labelled).Lookup("errorLabels", "0").StringValue(); got != "RetryableWriteError" {
		t.Error(got)
	}
}

// FuzzReadMessage feeds arbitrary bytes through everything that reads them: nothing panics, what a message unpacks to
// stays within the limit, and an OP_MSG that parses survives being written and parsed again.
func FuzzReadMessage(f *testing.F) {
	const limit = 1 << 16
	message := AppendMsg(nil, 1, 2, sample(f))
	f.Add(message)
	for _, id := range CompressorNames {
		f.Add(Compress(nil, message, id))
	}
	sum := sample(f)
	sum.Flags = ChecksumPresent
	f.Add(AppendMsg(nil, 1, 2, sum))
	query := Header{OpCode: OpQuery}.append(nil)
	query = append(query, "\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff"+string(doc(f, bson.D{{Key: "hello", Value: 1}}))...)
	f.Add(finish(query, 0))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, body, err := ReadMessage(bytes.NewReader(in), limit)
		if err != nil {
			return
		}
		if h.OpCode == OpCompressed {
			if h, body, _, err = Decompress(h, body, limit); err != nil {
				return
			}
			if len(body) > limit || h.OpCode == OpCompressed {
				t.Fatalf("%d bytes of %d", len(body), h.OpCode)
			}
		}
		if q, err := ParseQuery(body); err == nil && Validate(q.Doc, MaxDepth) != nil {
			t.Fatal("an invalid query document passed")
		}
		m, err := ParseMsg(h, body)
		if err != nil {
			return
		}
		h2, body2 := read(t, AppendMsg(nil, h.RequestID, h.ResponseTo, m))
		again, err := ParseMsg(h2, body2)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v became %+v", m, again)
		}
	})
}
