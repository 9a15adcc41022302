package study

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"wavetank/metrics/rows"
	"wavetank/scenarios"
)

// driver is the name of the SQL driver for SQLite. The files driver_*.go link it, on the platforms
// for which it can be built.
const driver = "sqlite"

// Ledger keeps finished runs in a SQLite file, from one command to the next. Several commands may
// use a file at the same time. A run is in the file once Keep has returned, even if the process is
// killed then. A Ledger is a scenarios.RunKeeper. It is safe for concurrent use.
type Ledger struct {
	path    string
	program string

	mutex   sync.Mutex // of everything below
	db      *sql.DB
	text    map[string]*sql.Stmt // prepared statements
	metrics map[name]int64       // ids of metrics
	ids     map[[2]string]int64  // ids of scenarios and policies, by statement and digest
}

// Files returns the names of the files that a ledger at a path may consist of.
func Files(path string) []string {
	return []string{path, path + "-wal", path + "-shm", path + "-journal"}
}

// Open opens a ledger, or makes one. program identifies the version of the program: results of
// another version are not found. An error names the file.
func Open(path, program string) (*Ledger, error) {
	l := &Ledger{path: path, program: program, text: map[string]*sql.Stmt{}}
	if err := l.open(); err != nil {
		if l.db != nil {
			err = errors.Join(err, l.db.Close())
		}
		return nil, l.fault(err)
	}
	return l, nil
}

// fault adds the name of the file to an error.
func (l *Ledger) fault(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ledger %s: %w", l.path, err)
}

func (l *Ledger) open() (err error) {
	if !slices.Contains(sql.Drivers(), driver) {
		return errors.New("SQLite cannot be built for this platform, so runs cannot be kept here")
	}
	if info, err := os.Stat(l.path); err == nil && info.IsDir() {
		return errors.New("it is a folder, not a file")
	} else if err == nil && info.Size() > 0 {
		if err := recognise(l.path); err != nil {
			return err
		}
	}
	if folder := filepath.Dir(l.path); folder != "." {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
	}
	at := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(l.path)}).EscapedPath()}
	at.RawQuery = "_pragma=busy_timeout(60000)&_pragma=synchronous(normal)&_txlock=immediate"
	if l.db, err = sql.Open(driver, at.String()); err != nil {
		return err
	}
	l.db.SetMaxOpenConns(1)
	var owner, version int
	// One query reads both, because another process may make the tables between two queries.
	header := l.db.QueryRow("SELECT application_id, user_version FROM pragma_application_id, pragma_user_version")
	err = header.Scan(&owner, &version)
	switch {
	case err != nil:
		return err
	case owner == 0 && version == 0:
		if err := l.make(); err != nil {
			return err
		}
	case owner != application:
		return errForeign
	case version != form:
		return fmt.Errorf("it is of another version of wavetank (tables %d, not %d); name another file", version, form)
	}
	_, err = l.db.Exec("PRAGMA journal_mode = wal") // not before: it changes the file
	return err
}

var errForeign = errors.New("it is not a ledger of wavetank; name another file")

// recognise returns an error if a file is not a SQLite file.
func recognise(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	if _, err := f.Read(head); err != nil || string(head) != magic {
		return errForeign
	}
	return nil
}

// make makes the tables, unless another process has just made them.
func (l *Ledger) make() error {
	tx, err := l.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	tables := 0
	if err := tx.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	owner := 0
	if err := tx.QueryRow("PRAGMA application_id").Scan(&owner); err != nil {
		return err
	}
	switch {
	case owner == application:
		return nil
	case tables > 0:
		return errForeign
	}
	if _, err := tx.Exec(schema + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", application, form)); err != nil {
		return err
	}
	return tx.Commit()
}

// Path returns the path of the file.
func (l *Ledger) Path() string { return l.path }

// Close closes the file. All runs that were kept are in it.
func (l *Ledger) Close() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, s := range l.text {
		_ = s.Close()
	}
	return l.fault(l.db.Close())
}

// Remove closes the ledger and removes its files.
func (l *Ledger) Remove() error {
	err := l.Close()
	for _, path := range Files(l.path) {
		if fault := os.Remove(path); fault != nil && !errors.Is(fault, os.ErrNotExist) {
			err = errors.Join(err, fault)
		}
	}
	return err
}

// prepared returns a prepared statement.
func (l *Ledger) prepared(text string) (*sql.Stmt, error) {
	s, known := l.text[text]
	if known {
		return s, nil
	}
	s, err := l.db.Prepare(text)
	if err == nil {
		l.text[text] = s
	}
	return s, err
}

// runOf finds a run by its key.
const runOf = ` FROM runs r JOIN scenarios s ON s.id = r.scenario JOIN policies p ON p.id = r.policy
WHERE s.program = ? AND s.digest = ? AND p.digest = ? AND r.seed = ? AND r.replication = ? AND r.detail >= ?`

func (l *Ledger) where(k scenarios.Key, d scenarios.Detail) []any {
	return []any{l.program, k.Scenario, k.Policy, strconv.FormatUint(k.Seed, 10), k.Replication, int(d)}
}

// Has reports whether the ledger holds a run with at least the given detail.
func (l *Ledger) Has(k scenarios.Key, d scenarios.Detail) (bool, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	s, err := l.prepared("SELECT count(*)" + runOf)
	n := 0
	if err == nil {
		err = s.QueryRow(l.where(k, d)...).Scan(&n)
	}
	return n > 0, l.fault(err)
}

// Find implements scenarios.RunKeeper.
func (l *Ledger) Find(k scenarios.Key, d scenarios.Detail) (*scenarios.Finished, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	f, err := l.find(k, d)
	return f, l.fault(err)
}

func (l *Ledger) find(k scenarios.Key, d scenarios.Detail) (*scenarios.Finished, error) {
	columns := "SELECT r.id, r.seconds, x'', x''"
	switch d {
	case scenarios.Summary:
		columns = "SELECT r.id, r.seconds, r.distributions, x''"
	case scenarios.Whole:
		columns = "SELECT r.id, r.seconds, r.distributions, r.course"
	}
	s, err := l.prepared(columns + runOf)
	if err != nil {
		return nil, err
	}
	var id int64
	var seconds float64
	var distributions, course []byte
	switch err := s.QueryRow(l.where(k, d)...).Scan(&id, &seconds, &distributions, &course); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
	f := &scenarios.Finished{Detail: d, Took: time.Duration(seconds * float64(time.Second))}
	if f.Measures, err = l.measures(id); err != nil {
		return nil, err
	}
	if d >= scenarios.Summary {
		f.Distributions, err = unpackDistributions(distributions)
	}
	if d >= scenarios.Whole && err == nil {
		f.Full, err = unpackCourse(course)
	}
	return f, err
}

func (l *Ledger) measures(run int64) (list []rows.Measurement, err error) {
	s, err := l.prepared("SELECT m.scope, m.metric, m.unit, v.value FROM measures v JOIN metrics m ON m.id = v.metric WHERE v.run = ? ORDER BY v.place")
	if err != nil {
		return nil, err
	}
	found, err := s.Query(run)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var m rows.Measurement
		var value sql.NullFloat64
		if err := found.Scan(&m.Scope, &m.Metric, &m.Unit, &value); err != nil {
			return nil, err
		}
		m.Value = value.Float64
		if !value.Valid {
			m.Value = math.NaN()
		}
		list = append(list, m)
	}
	return list, found.Err()
}
