package server

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/metrics"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// sampleTime is how long a scrape waits for the store. Without the store, the other values are reported.
const sampleTime = 2 * time.Second

// sample adds the gauges that are read from the server's parts at each scrape.
func (s *Server) sample() {
	s.metrics.Sample([]metrics.Gauge{
		{Name: "telamon_connections", Help: "Open connections by kind: to the API, to the management listener, to clusters before login, and to clusters after login.", Label: "to"},
		{Name: "telamon_connections_most", Help: "Limit of open connections.", Label: "to"},
		{Name: "telamon_memory_bytes", Help: "Memory in use of a budget: for large messages of clients, for replies that are being sent, and for sorts and groups.", Label: "for"},
		{Name: "telamon_memory_most_bytes", Help: "Size of a budget of memory.", Label: "for"},
		{Name: "telamon_databases", Help: "Databases of running clusters of this node by state: open; shut, because they cannot be opened; stuck, where nothing can be written.", Label: "state"},
		{Name: "telamon_database_bytes", Help: "Bytes of all databases together: on disk, and in memory until they are flushed to tables.", Label: "in"},
		{Name: "telamon_members", Help: "Members of clusters that this node runs."},
		{Name: "telamon_cursors", Help: "Open cursors of all databases together."},
		{Name: "telamon_snapshots", Help: "Snapshots on this node."},
		{Name: "telamon_backup_work", Help: "Pieces of work on snapshots that are under way, by kind: snapshot, verify, restore, replay, download, export, collections.", Label: "work"},
		{Name: "telamon_backup_bytes_done", Help: "Bytes that work on snapshots which is under way has read or written.", Label: "work"},
		{Name: "telamon_backup_bytes_left", Help: "Bytes that are left of it, as far as they are known.", Label: "work"},
		{Name: "telamon_backup_documents_done", Help: "Documents that it has read or written.", Label: "work"},
		{Name: "telamon_backup_documents_left", Help: "Documents that are left of it, as far as they are known.", Label: "work"},
		{Name: "telamon_trouble", Help: "Kinds of trouble that keep the server from its work at the moment.", Label: "kind"},
		{Name: "telamon_clock_ahead_seconds", Help: "How far the domain's clock is ahead of the system's."},
	}, s.samples)
	s.metrics.Sample([]metrics.Gauge{
		{Name: "telamon_work_due", Help: "Work that is due and not done, up to 1000 of this node and 1000 of any node."},
		{Name: "telamon_work_late_seconds", Help: "Age of the work that has been due longest."},
	}, s.backlog)
}

func (s *Server) samples(set func(gauge, label string, value float64)) {
	of := func(label string, n, most int64, gauge, mostGauge string) {
		set(gauge, label, float64(n))
		set(mostGauge, label, float64(most))
	}
	connections := func(label string, n, most int) {
		of(label, int64(n), int64(most), "telamon_connections", "telamon_connections_most")
	}
	memory := func(label string, n, most int64) {
		of(label, n, most, "telamon_memory_bytes", "telamon_memory_most_bytes")
	}
	plane, engines := s.plane.State(), docdb.MemoryInUse()
	taken, size := s.callers.Taken()
	connections("api", taken, size)
	taken, size = s.managers.Taken()
	connections("management", taken, size)
	connections("strangers", plane.Clients.Guests, plane.Clients.MostGuests)
	connections("users", plane.Clients.Users, plane.Clients.MostUsers)
	memory("messages", plane.Clients.Messages, plane.Clients.MostMessages)
	memory("replies", engines.Replies, engines.MostReplies)
	memory("gathered", engines.Gathered, engines.MostGathered)
	set("telamon_databases", "open", float64(plane.Open))
	set("telamon_databases", "shut", float64(plane.Shut))
	set("telamon_databases", "stuck", float64(plane.Stuck))
	set("telamon_database_bytes", "disk", float64(plane.Sizes.Disk))
	set("telamon_database_bytes", "memory", float64(plane.Sizes.MemTables))
	set("telamon_members", "", float64(plane.Members))
	set("telamon_cursors", "", float64(plane.Sizes.Cursors))
	set("telamon_snapshots", "", float64(plane.Snapshots))
	for _, w := range plane.Work {
		set("telamon_backup_work", w.Kind, float64(w.Tasks))
		set("telamon_backup_bytes_done", w.Kind, float64(w.Bytes))
		set("telamon_backup_bytes_left", w.Kind, float64(w.BytesLeft))
		set("telamon_backup_documents_done", w.Kind, float64(w.Documents))
		set("telamon_backup_documents_left", w.Kind, float64(w.DocumentsLeft))
	}
	for _, kind := range s.trouble.Now() {
		set("telamon_trouble", kind, 1)
	}
	set("telamon_clock_ahead_seconds", "", s.clock.Offset().Seconds())
}

// backlog reports nothing while the store cannot be reached.
func (s *Server) backlog(set func(gauge, label string, value float64)) {
	ctx, cancel := context.WithTimeout(context.Background(), sampleTime)
	defer cancel()
	var b reconcile.Backlog
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		b, err = reconcile.BacklogOf(tx, s.node)
		return err
	})
	if err != nil {
		s.trouble.Mention("work cannot be counted for the metrics", err)
		return
	}
	set("telamon_work_due", "", float64(b.Due))
	set("telamon_work_late_seconds", "", b.Late.Seconds())
}
