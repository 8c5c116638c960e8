package shape

import (
	"compress/gzip"
	"io"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
)

// NoLog is a log without entries, as a gzip stream.
func NoLog(w io.Writer) error { return gzip.NewWriter(w).Close() }

// Between are the bounds of a log that is asked for, in Unix seconds; 0 is none.
type Between struct {
	EndDate   int64 `query:"endDate" api:"min=0" doc:"End of the time that is asked for, in seconds since 1970."`
	StartDate int64 `query:"startDate" api:"min=0" doc:"Beginning of the time that is asked for, in seconds since 1970."`
}

// Check refuses bounds that no time is between.
func (b Between) Check() error {
	if b.StartDate != 0 && b.EndDate != 0 && !time.Unix(b.StartDate, 0).Before(time.Unix(b.EndDate, 0)) {
		return fault.Field("endDate", "must be after startDate")
	}
	return nil
}
