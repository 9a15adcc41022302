package study

import (
	"database/sql"
	"errors"
	"maps"
	"math"
	"strconv"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/scenarios"
)

// Keep implements scenarios.RunKeeper.
func (l *Ledger) Keep(k scenarios.Key, label scenarios.Label, f *scenarios.Finished) error {
	distributions, err := packDistributions(f.Distributions)
	if err != nil {
		return l.fault(err)
	}
	course := []byte{}
	if f.Detail >= scenarios.Whole {
		course = packCourse(&f.Full)
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fault(l.keep(k, label, f, distributions, course))
}

func (l *Ledger) keep(k scenarios.Key, label scenarios.Label, f *scenarios.Finished, distributions, course []byte) error {
	statements := map[string]*sql.Stmt{}
	for _, text := range []string{addScenario, addPolicy, addMetric, dropMeasures, dropRun, addRun, addMeasure, addMeasures} {
		s, err := l.prepared(text)
		if err != nil {
			return err
		}
		statements[text] = s
	}
	tx, err := l.db.Begin()
	if err != nil {
		return err
	}
	w := &work{ledger: l, tx: tx, statements: statements, metrics: maps.Clone(l.metrics), ids: maps.Clone(l.ids)}
	if err := w.keep(k, label, f, distributions, course); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	l.metrics, l.ids = w.metrics, w.ids
	return nil
}

// The statements that keep a run. The first three return the id of a row, which they add if it is
// not there.
const (
	addScenario  = "INSERT INTO scenarios (program, digest, name) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = name RETURNING id"
	addPolicy    = "INSERT INTO policies (digest, name) VALUES (?, ?) ON CONFLICT DO UPDATE SET name = name RETURNING id"
	addMetric    = "INSERT INTO metrics (scope, metric, unit) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET unit = unit RETURNING id"
	dropMeasures = "DELETE FROM measures WHERE run IN (SELECT id FROM runs WHERE scenario = ? AND policy = ? AND seed = ? AND replication = ? AND detail < ?)"
	dropRun      = "DELETE FROM runs WHERE scenario = ? AND policy = ? AND seed = ? AND replication = ? AND detail < ?"
	addRun       = `INSERT INTO runs (scenario, policy, seed, replication, detail, seconds, distributions, course)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`
	addMeasure     = "INSERT INTO measures (run, place, metric, value) VALUES (?, ?, ?, ?)"
	addMeasureArgs = 4
)

// addMeasures adds so many rows at once, which takes a fraction of the time.
var addMeasures = addMeasure + strings.Repeat(", (?, ?, ?, ?)", atOnce-1)

const atOnce = 32

// work is one transaction.
type work struct {
	ledger     *Ledger
	tx         *sql.Tx
	statements map[string]*sql.Stmt
	metrics    map[name]int64
	ids        map[[2]string]int64
}

// row carries out a statement that returns an id.
func (w *work) row(text string, args ...any) (id int64, err error) {
	err = w.tx.Stmt(w.statements[text]).QueryRow(args...).Scan(&id)
	return id, err
}

// id returns the id of a scenario or a policy. It asks the file only once for each digest.
func (w *work) id(text, digest string, args ...any) (int64, error) {
	at := [2]string{text, digest}
	if id, known := w.ids[at]; known {
		return id, nil
	}
	id, err := w.row(text, args...)
	if err == nil {
		if w.ids == nil {
			w.ids = map[[2]string]int64{}
		}
		w.ids[at] = id
	}
	return id, err
}

func (w *work) keep(k scenarios.Key, label scenarios.Label, f *scenarios.Finished, distributions, course []byte) error {
	scenario, err := w.id(addScenario, k.Scenario, w.ledger.program, k.Scenario, label.Scenario)
	if err != nil {
		return err
	}
	policy, err := w.id(addPolicy, k.Policy, k.Policy, label.Policy)
	if err != nil {
		return err
	}
	seed := strconv.FormatUint(k.Seed, 10)
	for _, text := range []string{dropMeasures, dropRun} {
		if _, err := w.tx.Stmt(w.statements[text]).Exec(scenario, policy, seed, k.Replication, int(f.Detail)); err != nil {
			return err
		}
	}
	run, err := w.row(addRun, scenario, policy, seed, k.Replication, int(f.Detail), f.Took.Seconds(), distributions, course)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // another process has just kept the same run
	}
	if err != nil {
		return err
	}
	return w.measures(run, f.Measures)
}

// measures adds the rows of a run, as many as possible with one statement.
func (w *work) measures(run int64, list []rows.Measurement) error {
	var args []any
	for place, m := range list {
		id, err := w.metric(m)
		if err != nil {
			return err
		}
		args = append(args, run, place, id, sql.NullFloat64{Float64: m.Value, Valid: !math.IsNaN(m.Value)})
	}
	for len(args) > 0 {
		text, n := addMeasure, addMeasureArgs
		if len(args) >= atOnce*n {
			text, n = addMeasures, atOnce*n
		}
		if _, err := w.tx.Stmt(w.statements[text]).Exec(args[:n]...); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}

// metric returns the id of a metric.
func (w *work) metric(m rows.Measurement) (int64, error) {
	n := name{m.Scope, m.Metric, m.Unit}
	if id, known := w.metrics[n]; known {
		return id, nil
	}
	id, err := w.row(addMetric, n[0], n[1], n[2])
	if err == nil {
		if w.metrics == nil {
			w.metrics = map[name]int64{}
		}
		w.metrics[n] = id
	}
	return id, err
}
