package bucket_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/bucket"
	"github.com/telamon-db/telamon/internal/bucket/buckettest"
)

func TestBucket(t *testing.T) {
	s := buckettest.Start(t)
	b, err := s.Open(buckettest.Name)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	large := make([]byte, 17<<20) // more than one part
	rand.Read(large)
	for name, size := range map[string]int64{"a/small": 5, "a/b/unknown": -1, "a/empty": 0, "c": int64(len(large))} {
		content := large[:max(size, 0)]
		if size < 0 {
			content = large
		}
		if err := b.Put(ctx, name, bytes.NewReader(content), size); err != nil {
			t.Fatal(err)
		}
		r, err := b.Get(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes, %v; want %d", name, len(got), err, len(content))
		}
	}
	list := func(folder string) (names []string) {
		for name, err := range b.List(ctx, folder) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return names
	}
	if got := list("a"); !slices.Equal(got, []string{"a/b/unknown", "a/empty", "a/small"}) {
		t.Errorf("below a there is %v", got)
	}
	for range 2 {
		if err := b.Delete(ctx, "a/small"); err != nil {
			t.Error(err)
		}
	}
	if there, err := b.Has(ctx, "a/small"); there || err != nil {
		t.Errorf("after its deletion it is there: %v, %v", there, err)
	}
	if there, err := b.Has(ctx, "c"); !there || err != nil {
		t.Errorf("what is there is not: %v, %v", there, err)
	}
	if _, err := b.Get(ctx, "a/small"); !errors.Is(err, bucket.ErrNotFound) {
		t.Errorf("getting what is not there: %v", err)
	}
}

// TestRefusedBuckets: errors name the request and the bucket, and no secret.
func TestRefusedBuckets(t *testing.T) {
	s := buckettest.Start(t)
	for name, c := range map[string]struct {
		service bucket.Service
		bucket  string
	}{
		"no such bucket": {s.Service, "nowhere"},
		"wrong secret":   {bucket.Service{Endpoint: s.Endpoint, AccessKey: s.AccessKey, SecretKey: "a wrong secret"}, buckettest.Name},
	} {
		b, err := c.service.Open(c.bucket)
		if err != nil {
			t.Fatal(err)
		}
		err = b.Put(t.Context(), "x", strings.NewReader("x"), 1)
		if err == nil || errors.Is(err, bucket.ErrNotFound) || strings.Contains(err.Error(), c.service.SecretKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, endpoint := range []string{"", "127.0.0.1:9000", "ftp://host", "http://host/path", "http://user:word@host", "http://"} {
		if _, err := (bucket.Service{Endpoint: endpoint}).Open("b"); err == nil {
			t.Errorf("endpoint %q is taken", endpoint)
		}
	}
}

func TestParseURL(t *testing.T) {
	s, err := bucket.ParseURL("https://key:se%2Fcret@s3.example.com:9000?region=eu-west-1")
	if want := (bucket.Service{Endpoint: "https://s3.example.com:9000", Region: "eu-west-1", AccessKey: "key", SecretKey: "se/cret"}); s != want || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	for _, text := range []string{"", "https://s3.example.com", "https://key:secret@s3.example.com/path", "ftp://key:secret@host", "https://key:secret@%zz"} {
		if _, err := bucket.ParseURL(text); err == nil || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
