package server

import (
	"strings"
	"testing"
)

func TestAMailServerThatIsNoneIsRefusedWithoutItsPassword(t *testing.T) {
	s, err := Open(t.Context(), Config{DataDir: t.TempDir(), SMTPURL: "smtp://jane:hunter2@mail.example.com:0"})
	if err == nil || s != nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "smtp://") {
		t.Errorf("the error is %v", err)
	}
}
