package store

import (
	"fmt"
	"math"
	"strconv"

	"wavetank/metrics/rows"
)

// Mismatch says how the numbers of two results differ.
type Mismatch struct {
	Compared int      // numbers that were compared, or are in one of the results only
	Differ   int      // numbers that differ, or are in one of the results only
	Lines    []string // the first few of them, and a line for each table with differences
}

// Compare compares all numbers of two results, as they were stored and as they are now. Two
// undefined numbers are the same.
func Compare(stored, now Archive) *Mismatch {
	d := &Mismatch{}
	setting := func(i int) string {
		if i < 0 {
			return ""
		}
		return fmt.Sprintf("setting %d, ", i+1)
	}
	compareRows := func(i int, stored, now []rows.Row) {
		table(d, setting(i)+rowsFile, stored, now, func(r rows.Row) (rows.Row, []float64) { return r, nil })
	}
	comparePooled := func(i int, stored, now []rows.Pooled) {
		table(d, setting(i)+pooledFile, stored, now, func(p rows.Pooled) (rows.Row, []float64) { return p.Row, []float64{p.Low, p.High} })
	}
	compareRows(-1, stored.Rows, now.Rows)
	table(d, seriesFile, rows.Samples(stored.Series), rows.Samples(now.Series), func(s rows.Sample) (rows.Row, []float64) { return s.Row, []float64{s.Seconds} })
	table(d, quantilesFile, stored.Quantiles, now.Quantiles, func(q rows.Quantile) (rows.Row, []float64) { return q.Row, []float64{q.Share} })
	comparePooled(-1, stored.Pooled, now.Pooled)
	for i := range stored.Settings {
		compareRows(i, stored.Settings[i].Rows, now.Settings[i].Rows)
		comparePooled(i, stored.Settings[i].Pooled, now.Settings[i].Pooled)
	}
	return d
}

// toldOfATable is the number of differences of a table that are told one by one.
const toldOfATable = 5

// table compares two tables. split returns the row of an entry and its other numbers.
func table[T any](d *Mismatch, name string, stored, now []T, split func(T) (rows.Row, []float64)) {
	differ := 0
	for i := range max(len(stored), len(now)) {
		d.Compared++
		about := ""
		switch {
		case i >= len(stored):
			r, _ := split(now[i])
			about = label(r) + ": only now"
		case i >= len(now):
			r, _ := split(stored[i])
			about = label(r) + ": only stored"
		default:
			a, more := split(stored[i])
			b, others := split(now[i])
			if v := a; same(a.Value, b.Value) {
				b.Value, v.Value = 0, 0
				about = unlike(v, b, more, others)
			} else {
				about = fmt.Sprintf("%s: %s stored, %s now", label(a), exact(a.Value), exact(b.Value))
			}
		}
		if about == "" {
			continue
		}
		if differ++; differ <= toldOfATable {
			d.Lines = append(d.Lines, name+": "+about)
		}
	}
	if differ > toldOfATable {
		d.Lines = append(d.Lines, fmt.Sprintf("%s: %d of %d differ", name, differ, max(len(stored), len(now))))
	}
	d.Differ += differ
}

// unlike says how two rows with the same value differ otherwise. It returns "" if they do not.
func unlike(a, b rows.Row, more, others []float64) string {
	if a != b {
		return fmt.Sprintf("%s stored, %s now", label(a), label(b))
	}
	for i := range more {
		if !same(more[i], others[i]) {
			return fmt.Sprintf("%s: %s stored, %s now", label(a), exact(more[i]), exact(others[i]))
		}
	}
	return ""
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// label names the place of a row.
func label(r rows.Row) string {
	which := "all replications"
	if r.Replication != rows.Together {
		which = fmt.Sprintf("replication %d", r.Replication)
	}
	return fmt.Sprintf("%s, %s, %s %s", r.Policy, which, r.Scope, r.Metric)
}

// Keep leaves out the replications for which keep is false. Pooled rows stay.
func (r *Archive) Keep(keep func(replication int) bool) {
	r.Rows = kept(r.Rows, func(x rows.Row) bool { return keep(x.Replication) })
	r.Series = kept(r.Series, func(x rows.TimeSeries) bool { return keep(x.Replication) })
	r.Quantiles = kept(r.Quantiles, func(x rows.Quantile) bool { return keep(x.Replication) })
}

func kept[T any](list []T, keep func(T) bool) (some []T) {
	for _, x := range list {
		if keep(x) {
			some = append(some, x)
		}
	}
	return some
}
