// Package bucket writes and reads objects in a bucket of S3, or of a server that speaks its protocol.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Service is the address of a service that has buckets, and the credentials of this server there. It is the same for all
// buckets of a server.
type Service struct {
	Endpoint  string // http:// or https:// and HOST[:PORT]
	Region    string // "": us-east-1
	AccessKey string
	SecretKey string
}

// Bucket is one bucket. Its methods are safe for concurrent use.
type Bucket struct {
	client *minio.Client
	name   string
}

// ErrNotFound is the error of Get for an object that does not exist.
var ErrNotFound = errors.New("bucket: there is no such object")

// ParseURL reads a service from its URL, http:// or https:// with ACCESSKEY:SECRETKEY@HOST[:PORT], and with ?region=REGION
// if the region is not us-east-1. Errors do not show the URL, as the key is in it.
func ParseURL(text string) (s Service, err error) {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return s, errors.New("bucket: the URL must be http:// or https:// with ACCESSKEY:SECRETKEY@HOST")
	}
	s.AccessKey, s.Region = u.User.Username(), u.Query().Get("region")
	s.SecretKey, _ = u.User.Password()
	s.Endpoint = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	_, err = s.Open("any")
	return s, err
}

// Open returns a bucket of a service. It sends no request.
func (s Service) Open(name string) (*Bucket, error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) {
		return nil, errors.New("bucket: the endpoint must be http:// or https:// with a host, and no more")
	}
	region := s.Region
	if region == "" {
		region = "us-east-1"
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Secure: u.Scheme == "https", Region: region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket: %s: %w", name, err)
	}
	return &Bucket{client: client, name: name}, nil
}

// part is how many bytes of an object whose size is not known are in memory at once. S3 takes 10,000 parts, so such an
// object has at most 160 GB.
const part = 16 << 20

// Put reads size bytes from r, or up to its end if size is -1, and stores them as the object with that name, which it
// replaces.
func (b *Bucket) Put(ctx context.Context, name string, r io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx, b.name, name, r, size, minio.PutObjectOptions{PartSize: part, NumThreads: 1})
	return b.told("put", name, err)
}

// Get opens an object. The content comes from the service as the caller reads it.
func (b *Bucket) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := b.client.GetObject(ctx, b.name, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, b.told("get", name, err)
	}
	if _, err := o.Stat(); err != nil { // GetObject alone sends no request
		return nil, errors.Join(b.told("get", name, err), o.Close())
	}
	return o, nil
}

// Has reports whether an object exists.
func (b *Bucket) Has(ctx context.Context, name string) (bool, error) {
	_, err := b.client.StatObject(ctx, b.name, name, minio.StatObjectOptions{})
	if err = b.told("look for", name, err); errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// List yields the names of the objects below a folder, in order.
func (b *Bucket) List(ctx context.Context, folder string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx) // ends the listing when the caller has enough
		defer cancel()
		for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: strings.TrimSuffix(folder, "/") + "/", Recursive: true}) {
			if !yield(o.Key, b.told("list", folder, o.Err)) || o.Err != nil {
				return
			}
		}
	}
}

// Delete removes an object, if it exists.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	return b.told("delete", name, b.client.RemoveObject(ctx, b.name, name, minio.RemoveObjectOptions{}))
}

// told adds to an error of the service which request failed. It adds no credentials.
func (b *Bucket) told(what, name string, err error) error {
	if err == nil {
		return nil
	}
	if told := minio.ToErrorResponse(err); told.StatusCode == http.StatusNotFound && told.Code == "NoSuchKey" {
		err = ErrNotFound
	}
	return fmt.Errorf("bucket: %s %s: %w", what, path.Join(b.name, name), err)
}
