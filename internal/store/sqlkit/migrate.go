package sqlkit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Layout is the version of the physical tables. A store of a higher one is refused; one of a lower one is brought up
// by Migrate, which has nothing to do yet beyond creating the first.
const Layout = 1

// backfillBatch bounds how many rows a new index is computed for at once.
const backfillBatch = 500

// migration creates and alters tables in one write transaction.
type migration struct {
	*Tx
	have map[string]map[string]bool // the catalog: table, index, whether it is unique
}

// Migrate makes the database as the kit's tables declare: it creates tables, builds indexes that are new or have
// changed their uniqueness, and drops indexes that a declared table no longer declares (they would miss the rows
// written since). Tables that are not declared are left alone. It runs in a write transaction on conn that the caller
// commits. A *store.NewerError comes before anything is changed.
func (k *Kit) Migrate(ctx context.Context, conn Conn) error {
	m := &migration{Tx: k.Begin(ctx, conn, time.Time{}, false), have: map[string]map[string]bool{}}
	defer m.Over()
	if err := m.layout(); err != nil {
		return err
	}
	if err := m.catalog(); err != nil {
		return wrap("read the catalog", err)
	}
	for _, t := range k.tables {
		if err := m.bring(t); err != nil {
			return t.wrap("migrate", err)
		}
	}
	return nil
}

// layout creates the tables that every store has, or checks the version of those that are there.
func (m *migration) layout() error {
	d := m.kit.dialect
	err := m.exec(fmt.Sprintf("CREATE TABLE IF NOT EXISTS meta (name %s PRIMARY KEY, value %s NOT NULL)", d.Text, d.Int))
	if err != nil {
		return wrap("create the meta table", err)
	}
	found, err := m.number("SELECT value FROM meta WHERE name = 'schema_version'")
	switch {
	case err != nil:
		return wrap("read the layout's version", err)
	case found > Layout:
		return &store.NewerError{Found: int(found), Known: Layout}
	case found == Layout:
		return nil
	}
	return wrap("create the event log", m.all(append(d.createEvents(),
		fmt.Sprintf("CREATE TABLE catalog (tbl %s NOT NULL, idx %[1]s NOT NULL, uniq %s NOT NULL, PRIMARY KEY (tbl, idx))", d.Text, d.Int),
		fmt.Sprintf("INSERT INTO meta (name, value) VALUES ('schema_version', %d)", Layout))))
}

func (m *migration) all(statements []string) error {
	for _, s := range statements {
		if err := m.exec(s); err != nil {
			return err
		}
	}
	return nil
}

// catalog reads which tables and indexes exist. The index name "" stands for the table itself.
func (m *migration) catalog() error {
	return m.each(func(rows Rows) error {
		var table, index string
		var unique int64
		err := rows.Scan(&table, &index, &unique)
		if m.have[table] == nil {
			m.have[table] = map[string]bool{}
		}
		m.have[table][index] = unique != 0
		return err
	}, "SELECT tbl, idx, uniq FROM catalog")
}

func (m *migration) record(table string, ix store.IndexSchema) error {
	unique := 0
	if ix.Unique {
		unique = 1
	}
	return m.exec("INSERT INTO catalog (tbl, idx, uniq) VALUES (?, ?, ?)", table, ix.Name, unique)
}

// bring creates t or makes it as declared.
func (m *migration) bring(t *table) error {
	have, exists := m.have[t.Name]
	var missing []int // positions in t.Indexes
	for i, ix := range t.Indexes {
		if unique, ok := have[ix.Name]; !ok || unique != ix.Unique {
			missing = append(missing, i)
		}
	}
	var err error
	if exists {
		err = m.alter(t, have, missing)
	} else {
		err = m.create(t)
	}
	if err != nil {
		return err
	}
	for _, i := range missing {
		if err := m.index(t, i); err != nil {
			return fmt.Errorf("index %s: %w", t.Indexes[i].Name, err)
		}
	}
	return nil
}

func (m *migration) create(t *table) error {
	d := m.kit.dialect
	columns := ""
	for _, c := range t.columns {
		columns += ", " + c + " " + d.Blob
	}
	err := m.exec(fmt.Sprintf("CREATE TABLE %s (id %s PRIMARY KEY, rev %s NOT NULL, body %s NOT NULL%s)",
		t.physical, d.Text, d.Int, d.Blob, columns))
	if err != nil {
		return err
	}
	return m.record(t.Name, store.IndexSchema{})
}

func (m *migration) index(t *table, i int) error {
	ix, unique, columns := t.Indexes[i], "", t.columns[i]+", id"
	if ix.Unique {
		unique, columns = "UNIQUE ", t.columns[i]
	}
	err := m.exec(fmt.Sprintf("CREATE %sINDEX %s ON %s (%s)", unique, indexName(t.Name, ix.Name), t.physical, columns))
	if err != nil {
		return err
	}
	return m.record(t.Name, ix)
}

// alter drops the indexes of an existing table that differ from the declaration, and adds the missing ones with their
// columns and keys.
func (m *migration) alter(t *table, have map[string]bool, missing []int) error {
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if name == "" || slices.Contains(t.Indexes, store.IndexSchema{Name: name, Unique: have[name]}) {
			continue
		}
		err := m.all([]string{
			"DROP INDEX " + indexName(t.Name, name),
			"ALTER TABLE " + t.physical + " DROP COLUMN " + columnName(name),
			// Index names hold no character that would need quoting.
			"DELETE FROM catalog WHERE tbl = '" + t.Name + "' AND idx = '" + name + "'",
		})
		if err != nil {
			return err
		}
	}
	for _, i := range missing {
		if err := m.exec("ALTER TABLE " + t.physical + " ADD COLUMN " + t.columns[i] + " " + m.kit.dialect.Blob); err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return m.backfill(t, missing)
}

// backfill computes the keys of all rows in the given indexes, in order of id and a bounded number at a time.
func (m *migration) backfill(t *table, indexes []int) error {
	columns := make([]string, len(indexes))
	for n, i := range indexes {
		columns[n] = t.columns[i] + " = ?"
	}
	update := "UPDATE " + t.physical + " SET " + strings.Join(columns, ", ") + " WHERE id = ?"
	query := "SELECT id, rev, body FROM " + t.physical + " WHERE id > ? ORDER BY id LIMIT ?"
	for last := ""; ; {
		rows, err := m.rows(query, last, backfillBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if err := m.rekey(t, update, indexes, r); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1].ID
	}
}

func (m *migration) rekey(t *table, update string, indexes []int, r store.Row) error {
	if t.Keys == nil {
		return fmt.Errorf("the declaration has no keys function")
	}
	keys, err := t.Keys(r.Body)
	if err != nil {
		return fmt.Errorf("keys of %s: %w", r.ID, err)
	}
	args := make([]any, 0, len(indexes)+1)
	for _, i := range indexes {
		args = append(args, column(keys[i]))
	}
	return m.exec(update, append(args, r.ID)...)
}
