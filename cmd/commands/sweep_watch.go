package commands

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"wavetank/metrics/rows"
	"wavetank/scenarios/study"
)

// sweepWatch shows the progress of a sweep: how many runs there are, about how long they take, and
// the cheapest setting so far.
type sweepWatch struct {
	watch     *watch
	study     *study.Study
	ledger    string // where runs are kept, for messages
	elsewhere bool   // on other computers, so the time of the runs is not known before they begin
	last      study.Advance
	points    map[[2]int]*sofar // by cell and policy

	noted time.Time              // when note was made
	note  atomic.Pointer[string] // the cheapest setting so far; the bar reads it at any time
}

// sofar holds the means of a setting under a policy, over its finished replications.
type sofar struct {
	runs   int
	cost   float64
	missed []float64 // for each objective, percent points below what it asks for
}

// tell prints how many runs there are, how many are kept from before, and about how long the others
// take.
func (w *sweepWatch) tell(ctx context.Context, shelf study.Shelf) error {
	out, s := w.watch.bar.w, w.study
	all := len(s.Runs())
	kept, err := s.Kept(shelf)
	if err != nil {
		return err
	}
	w.watch.kept = kept
	fmt.Fprintf(out, "%s: %s", count(all, "run", "runs"), count(len(s.Cells), "setting", "settings"))
	if kept > 0 {
		fmt.Fprintf(out, "; %d are in %s already", kept, w.ledger)
	}
	fmt.Fprintln(out)
	if left := all - kept; left > 0 && !w.elsewhere {
		e := s.Cells[len(s.Cells)/2].Experiment
		pace, err := e.Pace(ctx, paceOfSweep)
		if err != nil {
			return err
		}
		each := pace / time.Duration(len(e.Scenario.Policies)*e.Scenario.Replications)
		fmt.Fprintf(out, "about %s to go\n", about(each*time.Duration(left)/time.Duration(min(left, s.Parallel))))
	}
	w.watch.start()
	w.watch.timed = !w.elsewhere
	w.watch.bar.note = func() string {
		if text := w.note.Load(); text != nil {
			return *text
		}
		return ""
	}
	return nil
}

// paceOfSweep is the computing time that the estimate of the time of a sweep takes.
const paceOfSweep = 100 * time.Millisecond

// advance notes a finished run.
func (w *sweepWatch) advance(a study.Advance) {
	w.last = a
	e := w.study.Cells[a.Last.Cell].Experiment
	at := [2]int{a.Last.Cell, a.Last.Policy}
	if w.points == nil {
		w.points = map[[2]int]*sofar{}
	}
	p, known := w.points[at]
	goals := e.Goals()
	if !known {
		p = &sofar{missed: make([]float64, len(goals))}
		w.points[at] = p
	}
	p.runs++
	p.cost += (a.Value(rows.All, "cost_rate") - p.cost) / float64(p.runs)
	for i, g := range goals {
		if share := a.Value(g.Scope, "slo_attainment"); !math.IsNaN(share) {
			p.missed[i] += (g.Percent - share - p.missed[i]) / float64(p.runs)
		}
	}
	if now := w.watch.now(); now.Sub(w.noted) > time.Second/2 || 10*a.Done/a.Of > 10*(a.Done-1)/a.Of {
		w.noted = now
		w.note.Store(new(w.known()))
	}
	w.watch.update(a.Done, a.Of)
}

// known says which setting is the cheapest so far that keeps every objective in the mean of its
// finished replications. It returns "" if there is none.
func (w *sweepWatch) known() string {
	var best *sofar
	name := ""
	for i := range w.study.Cells {
		policies := w.study.Cells[i].Experiment.Scenario.Policies
		for j := range policies {
			p := w.points[[2]int{i, j}]
			if p == nil || len(p.missed) == 0 || policies[j].Allocator.Clairvoyant() || !p.keeps() {
				continue
			}
			if best == nil || p.cost < best.cost {
				best, name = p, policies[j].Name+" with "+w.study.Name(i)
			}
		}
	}
	if best == nil {
		return ""
	}
	return fmt.Sprintf("cheapest so far that keeps every objective: %s, %.3g $/h", name, best.cost)
}

func (p *sofar) keeps() bool {
	for _, missed := range p.missed {
		if missed > 1e-9 {
			return false
		}
	}
	return true
}
