// Package recorded replays the decisions that an allocator made elsewhere, such as the autoscaler
// of a real fleet.
package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"

	"wavetank/policies/outside"
)

// Log is a list of decisions in the order of their times.
type Log struct{ entries []entry }

// entry is a decision and its time.
type entry struct {
	Time *float64 `json:"time"` // seconds since the start of the run
	outside.Action

	line int
}

// Read reads a log: one JSON object in each line, with the key time, in seconds since the start of
// the run, and the key replicas or demand, as in an outside.Action. Times ascend. The error joins
// all faults, each with its line.
func Read(name string, text []byte) (*Log, error) {
	l := &Log{}
	var faults []error
	number, last := 0, -1.
	for line := range bytes.Lines(text) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		e, err := read(line)
		switch {
		case err != nil:
		case e.Time == nil:
			err = errors.New("the key time is missing")
		case !(*e.Time >= 0 && *e.Time <= mostTime):
			err = fmt.Errorf("time: %v is outside [0, %v]", *e.Time, float64(mostTime))
		case *e.Time <= last:
			err = fmt.Errorf("time: %v is not after %v, the time before it", *e.Time, last)
		case (e.Demand == nil) == (e.Replicas == nil):
			err = errors.New("want one of the keys replicas and demand")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s line %d: %w", name, number, err))
			continue
		}
		e.line, last = number, *e.Time
		l.entries = append(l.entries, e)
	}
	switch {
	case len(faults) > 0:
		return nil, errors.Join(faults...)
	case len(l.entries) == 0:
		return nil, fmt.Errorf("%s has no decision", name)
	case *l.entries[0].Time > 0:
		return nil, fmt.Errorf("%s line %d: the first decision is at %v s; a run needs one at 0", name, l.entries[0].line, *l.entries[0].Time)
	}
	return l, nil
}

// mostTime is the largest time in a log, ten years in seconds.
const mostTime = 10 * 365 * 86400

func read(line []byte) (e entry, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err = d.Decode(&e); err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("there is more than one object")
		}
	}
	return e, err
}

// Ask answers with the last decision whose time has come.
func (l *Log) Ask(o *outside.Observation) (outside.Action, error) {
	after := sort.Search(len(l.entries), func(i int) bool { return *l.entries[i].Time > o.Time })
	return l.entries[max(0, after-1)].Action, nil
}

// Unknown calls report for each name that is none of the models or deployments, with the line in
// which it is first, in the order of the lines.
func (l *Log) Unknown(models, deployments []string, report func(line int, kind, name string)) {
	told := map[string]bool{}
	check := func(e *entry, kind string, names, known []string) {
		for _, name := range names {
			if !slices.Contains(known, name) && !told[kind+name] {
				told[kind+name] = true
				report(e.line, kind, name)
			}
		}
	}
	for i := range l.entries {
		e := &l.entries[i]
		check(e, "model", slices.Sorted(maps.Keys(e.Demand)), models)
		check(e, "deployment", slices.Sorted(maps.Keys(e.Replicas)), deployments)
	}
}
