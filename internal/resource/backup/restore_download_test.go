package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/apitest"
)

// fetch gets a link, or a part of it.
func fetch(t *testing.T, link, part string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	if part != "" {
		r.Header.Set("Range", part)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got, raw
}

// packed are the names and contents of the files in a download.
func packed(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	unzipped, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// downloads are the existing files of downloads.
func downloads(t *testing.T, s *apitest.Server) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.DataDir, "downloads", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestDownload(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 1, 2, 3)
	id := take(t, s, s.ProjectID, "alpha")
	insert(t, c, 4)
	job := s.Owner().Post(jobs(s.ProjectID, "alpha"), object{"deliveryType": "download", "snapshotId": id}).Want(http.StatusOK).Object()
	if len(job["deliveryUrl"].([]any)) > 0 || job["expiresAt"] != nil || job["targetClusterName"] != nil || job["deliveryType"] != "download" {
		t.Errorf("asked for %v", job)
	}
	settle(s)
	path := jobs(s.ProjectID, "alpha") + "/" + job["id"].(string)
	ready := s.Owner().Get(path).Want(http.StatusOK).Object()
	links, _ := ready["deliveryUrl"].([]any)
	if len(links) != 1 || ready["expiresAt"] == nil || ready["finishedAt"] != nil || ready["expired"] != false {
		t.Fatalf("ready as %v", ready)
	}
	link := links[0].(string)
	got, raw := fetch(t, link, "")
	if got.StatusCode != http.StatusOK || !strings.HasSuffix(link, "/restore-"+id+".tar.gz") {
		t.Fatalf("%s: %s", link, got.Status)
	}
	files := packed(t, raw)
	root := "restore-" + id + "/shop/orders"
	var have []int32
	for rest := files[root+".bson"]; len(rest) > 0; {
		doc, err := bson.ReadDocument(bytes.NewReader(rest))
		if err != nil {
			t.Fatal(err)
		}
		have, rest = append(have, doc.Lookup("_id").Int32()), rest[len(doc):]
	}
	if !slices.Equal(have, []int32{1, 2, 3}) || files[root+".metadata.json"] == nil {
		t.Errorf("it has %v, files %v", have, len(files))
	}
	// An interrupted download is resumed.
	first, one := fetch(t, link, "bytes=0-99")
	second, two := fetch(t, link, "bytes=100-")
	if first.StatusCode != http.StatusPartialContent || second.StatusCode != http.StatusPartialContent || !bytes.Equal(append(one, two...), raw) {
		t.Errorf("parts: %s, %s", first.Status, second.Status)
	}
	if got, _ := fetch(t, link, fmt.Sprintf("bytes=%d-", len(raw)+1)); got.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("behind the end: %s", got.Status)
	}
	refuse := func(why, link string) {
		t.Helper()
		if got, _ := fetch(t, link, ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", why, got.Status)
		}
	}
	for i := strings.Index(link, "/restores/") + len("/restores/"); i < len(link); i++ {
		if link[i] != '/' {
			refuse("a link with another letter", link[:i]+string(link[i]^1)+link[i+1:])
		}
	}
	s.Restart()
	links = s.Owner().Get(path).Object()["deliveryUrl"].([]any)
	if got, again := fetch(t, links[0].(string), ""); got.StatusCode != http.StatusOK || !bytes.Equal(again, raw) {
		t.Errorf("after a restart: %s", got.Status)
	}
	s.Advance(time.Hour)
	refuse("an expired link", links[0].(string))
	over := s.Owner().Get(path).Want(http.StatusOK).Object()
	if over["expired"] != true || len(over["deliveryUrl"].([]any)) > 0 || over["failed"] != false {
		t.Errorf("over as %v", over)
	}
	if left := downloads(t, s); len(left) > 0 {
		t.Errorf("files %v", left)
	}
	s.Owner().Delete(path).Want(http.StatusNoContent) // as Terraform does when all is destroyed
}

// TestDownloadsThatEnd: a download of a damaged snapshot fails and says why. When the cluster is deleted, no file is left.
func TestDownloadsThatEnd(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	insert(t, orders(t, s, s.ProjectID, "alpha"), 1)
	whole, damaged := take(t, s, s.ProjectID, "alpha"), take(t, s, s.ProjectID, "alpha")
	flip(t, s, damaged)
	begin := func(id string) string {
		job := s.Owner().Post(jobs(s.ProjectID, "alpha"), object{"deliveryType": "download", "snapshotId": id}).Want(http.StatusOK).Object()
		settle(s)
		return jobs(s.ProjectID, "alpha") + "/" + job["id"].(string)
	}
	if job := s.Owner().Get(begin(damaged)).Object(); job["failed"] != true || len(job["deliveryUrl"].([]any)) > 0 {
		t.Errorf("the job is %v", job)
	}
	if got := why(s, "CPS_SNAPSHOT_DOWNLOAD_REQUEST_FAILED"); !strings.Contains(got, "damaged") {
		t.Errorf("the event says %q", got)
	}
	s.Owner().Post(jobs(s.ProjectID, "alpha"), object{"deliveryType": "download", "snapshotId": damaged}).WantError(http.StatusConflict, "SNAPSHOT_NOT_COMPLETED")
	s.Owner().Post(jobs(s.ProjectID, "alpha"), object{"deliveryType": "download", "snapshotId": nothing}).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	cancelled := begin(whole)
	link := s.Owner().Get(cancelled).Object()["deliveryUrl"].([]any)[0].(string)
	s.Owner().Delete(cancelled).Want(http.StatusNoContent)
	if got, _ := fetch(t, link, ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a cancelled download: %s", got.Status)
	}
	settle(s)
	if job := s.Owner().Get(cancelled).Object(); job["cancelled"] != true || job["expired"] != false || len(downloads(t, s)) > 0 {
		t.Errorf("cancelled as %v", job)
	}
	begin(whole)
	if err := os.WriteFile(filepath.Join(s.DataDir, "downloads", "x"), nil, 0o600); err != nil || len(downloads(t, s)) != 2 {
		t.Errorf("files %v (%v)", downloads(t, s), err)
	}
	s.Owner().Delete(clusters(s.ProjectID) + "/alpha").Want(http.StatusAccepted)
	settle(s)
	if left := downloads(t, s); len(left) != 1 {
		t.Errorf("files %v", left)
	}
}

// TestDownloadsLimit: the number of a cluster's downloads is bounded, and one that ends makes room for another.
func TestDownloadsLimit(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	id := take(t, s, s.ProjectID, "alpha")
	path, body := jobs(s.ProjectID, "alpha"), object{"deliveryType": "download", "snapshotId": id}
	var last string
	for range 3 {
		last = s.Owner().Post(path, body).Want(http.StatusOK).Object()["id"].(string)
		settle(s)
	}
	s.Owner().Post(path, body).WantError(http.StatusConflict, "MAX_DOWNLOADS_PER_CLUSTER_EXCEEDED")
	s.Owner().Delete(path + "/" + last).Want(http.StatusNoContent)
	s.Owner().Post(path, body).Want(http.StatusOK)
	s.Owner().Post(path, body).WantError(http.StatusConflict, "MAX_DOWNLOADS_PER_CLUSTER_EXCEEDED")
	s.Advance(2 * time.Hour)
	s.Owner().Post(path, body).Want(http.StatusOK)
}
