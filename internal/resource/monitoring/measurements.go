package monitoring

import (
	"context"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/series"
	"github.com/telamon-db/telamon/internal/store"
)

// ApiMeasurementsGeneralView is what was measured of a process, a database or a disk.
type ApiMeasurementsGeneralView struct {
	DatabaseName  string               `json:"databaseName,omitempty" api:"readonly" doc:"Name of the database."`
	End           api.Time             `json:"end,omitzero" api:"readonly" doc:"Time of the last point."`
	Granularity   string               `json:"granularity,omitempty" api:"readonly,enum=PT1M|PT5M|PT1H|P1D" doc:"Step between two points."`
	GroupID       string               `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	HostID        string               `json:"hostId,omitempty" api:"readonly,is=processId" doc:"Host and port of the process."`
	Links         []api.Link           `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Measurements  []MetricsMeasurement `json:"measurements" api:"readonly" doc:"The measurements."`
	PartitionName string               `json:"partitionName,omitempty" api:"readonly" doc:"Name of the disk partition."`
	ProcessID     string               `json:"processId,omitempty" api:"readonly,is=processId" doc:"Host and port of the process."`
	Start         api.Time             `json:"start,omitzero" api:"readonly" doc:"Time of the first point."`
}

// MetricsMeasurement is a measurement over time.
type MetricsMeasurement struct {
	DataPoints []MetricDataPoint `json:"dataPoints" api:"readonly" doc:"The points, oldest first."`
	Name       string            `json:"name,omitempty" api:"readonly" doc:"What was measured."`
	Units      string            `json:"units,omitempty" api:"readonly" doc:"Unit of the values."`
}

// MetricDataPoint is a value at a time.
type MetricDataPoint struct {
	Timestamp api.Time                 `json:"timestamp,omitzero" api:"readonly" doc:"When the step of the value begins."`
	Value     api.Nullable[api.Double] `json:"value" api:"readonly" doc:"The value; null where nothing was measured."`
}

type (
	processMetric  string
	diskMetric     string
	databaseMetric string
)

// Values are the names of measurements.
func (processMetric) Values() []string  { return measure.OfProcess.Names() }
func (diskMetric) Values() []string     { return measure.OfDisk.Names() }
func (databaseMetric) Values() []string { return measure.InDatabase.Names() }

func texts[T ~string](names []T) (out []string) {
	for _, n := range names {
		out = append(out, string(n))
	}
	return out
}

type ofProcessIn struct {
	In
	spanIn
	M []processMetric `query:"m" api:"maxItems=10" doc:"Names of measurements: only these."`
}

func (s *Service) ofProcess(tx store.Tx, in ofProcessIn) (ApiMeasurementsGeneralView, error) {
	return s.measured(tx, in.In, in.spanIn, measure.OfProcess.Named(texts(in.M)))
}

type ofDiskIn struct {
	diskIn
	spanIn
	M []diskMetric `query:"m" api:"maxItems=10" doc:"Names of measurements: only these."`
}

func (s *Service) ofDisk(tx store.Tx, in ofDiskIn) (out ApiMeasurementsGeneralView, err error) {
	if _, err := s.getDisk(tx, in.diskIn); err != nil {
		return out, err
	}
	out, err = s.measured(tx, in.In, in.spanIn, measure.OfDisk.Named(texts(in.M)))
	out.PartitionName = partition
	return out, err
}

// measured are measurements of a process.
func (s *Service) measured(tx store.Tx, in In, asked spanIn, all measure.Measurements) (out ApiMeasurementsGeneralView, err error) {
	p, err := find(tx, in)
	if err != nil {
		return out, err
	}
	part, err := asked.read(tx.Now())
	if err != nil {
		return out, err
	}
	return view(tx, p, part, measure.ProcessTarget(p.Cluster.ID, p.Member.ID), all)
}

type ofDatabaseIn struct {
	databaseIn
	spanIn
	M []databaseMetric `query:"m" api:"maxItems=10" doc:"Names of measurements: only these."`
}

func (s *Service) ofDatabase(ctx context.Context, in ofDatabaseIn) (out ApiMeasurementsGeneralView, err error) {
	if _, err := in.read(s.Now()); err != nil {
		return out, err
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		p, err := find(tx, in.In)
		if err != nil {
			return err
		}
		part, err := in.read(tx.Now())
		if err != nil {
			return err
		}
		out, err = view(tx, p, part, measure.DatabaseTarget(p.Cluster.ID, in.DatabaseName), measure.InDatabase.Named(texts(in.M)))
		out.DatabaseName = in.DatabaseName
		return err
	})
	if err != nil || slices.ContainsFunc(out.Measurements, func(m MetricsMeasurement) bool { return len(m.DataPoints) > 0 }) {
		return out, err
	}
	_, err = s.getDatabase(ctx, in.databaseIn) // nothing was measured: it may be too young
	return out, err
}

// view reads measurements of a target.
func view(tx store.Tx, p process, part span, target string, all measure.Measurements) (out ApiMeasurementsGeneralView, err error) {
	out = ApiMeasurementsGeneralView{
		Granularity: part.granularity, GroupID: p.GroupID, HostID: p.Address(), ProcessID: p.Address(),
		Links: api.Self("/groups/" + p.GroupID + "/processes/" + p.Address()),
	}
	out.Measurements, out.Start, out.End, err = points(tx, part, target, all)
	return out, err
}

// points reads a part of a series as measurements, with the times of the first point and the last.
func points(tx store.Tx, part span, target string, all measure.Measurements) (out []MetricsMeasurement, start, end api.Time, err error) {
	columns := all.Columns()
	if len(columns) == 0 {
		columns = []int{0} // for the times
	}
	w, err := series.Read(tx, target, part.step, part.from, part.until, columns...)
	if err != nil {
		return nil, start, end, err
	}
	start, end = api.Time{Time: part.from}, api.Time{Time: part.until}
	if n := w.Len(); n > 0 {
		start, end = api.Time{Time: w.Start}, api.Time{Time: w.Start.Add(time.Duration(n-1) * w.Step)}
	}
	place := map[measure.Column]int{}
	for i, c := range columns {
		place[measure.Column(c)] = i
	}
	out = make([]MetricsMeasurement, len(all))
	for j, m := range all {
		out[j] = MetricsMeasurement{Name: m.Name, Units: m.Units, DataPoints: make([]MetricDataPoint, w.Len())}
		for i := range out[j].DataPoints {
			point := &out[j].DataPoints[i]
			point.Timestamp.Time = w.Start.Add(time.Duration(i) * w.Step)
			if v, ok := m.Value(func(c measure.Column) int64 { return w.Columns[place[c]][i] }, w.Step); ok {
				point.Value.Value = api.Ptr(api.Double(v))
			}
		}
	}
	return out, start, end, nil
}

type diskIn struct {
	In
	PartitionName string `path:"partitionName" doc:"Name of the partition."`
}

func (s *Service) getDisk(tx store.Tx, in diskIn) (out MeasurementDiskPartition, err error) {
	if _, err := find(tx, in.In); err != nil {
		return out, err
	}
	if in.PartitionName != partition {
		return out, fault.ResourceNotFound.With("disk partition " + in.PartitionName + " of process " + in.ProcessID)
	}
	return in.disk(), nil
}
