package metrics

import (
	"sort"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// loads counts the arrivals at each model: per window of one control period, and per step of 1/8 of
// the objective.
type loads struct {
	period time.Duration
	end    kernel.Time // end of the measured span; after it, only stages of pipelines begin
	window int         // number of the open window
	until  kernel.Time // end of the open window
	now    []presentLoad
	models []modelLoad
	closes func() // is called when a window closes
}

// presentLoad counts the arrivals at a model in the present step. Most arrivals change nothing
// else.
type presentLoad struct {
	until kernel.Time // end of the step, or of the window if that is earlier; 0: no step
	n     int
}

// modelLoad counts the arrivals at one model.
type modelLoad struct {
	open  int           // arrivals in the open window, without the present step
	past  []int32       // arrivals in the windows before, the last window at the end
	step  time.Duration // an eighth of the model's objective; 0: it has none
	steps []loadStep    // steps with arrivals, ascending, without the present step
	keep  int64         // how many steps are kept
}

// loadStep is one step of time: its number and its arrivals.
type loadStep struct {
	number int64
	n      int
}

const (
	objectiveSteps = 8   // steps in an objective
	patientSpans   = 256 // steps are kept for this many objectives, plus two windows
	// least number of kept windows; older requests are compared with the oldest of these
	windowsKept = 1 << 12
)

func newLoads(c *fleet.Spec, s MeasuredSpan) loads {
	l := loads{period: s.Period, end: s.Until, now: make([]presentLoad, len(c.Models)), models: make([]modelLoad, len(c.Models))}
	if l.period <= 0 {
		l.period = max(time.Duration(s.Until), 1)
	}
	l.until = kernel.Time(l.period)
	for m := range l.models {
		step := modelObjective(c, fleet.ModelID(m)) / objectiveSteps
		l.models[m].step = step
		if step > 0 {
			l.models[m].keep = patientSpans*objectiveSteps + 2*int64(l.period/step)
		}
	}
	return l
}

// modelObjective returns the shortest objective of the requests of a model, for the first token or
// for the latency. It returns 0 if there is none.
func modelObjective(c *fleet.Spec, id fleet.ModelID) (shortest time.Duration) {
	note := func(d time.Duration) {
		if d > 0 && (shortest == 0 || d < shortest) {
			shortest = d
		}
	}
	m := &c.Models[c.Asked(id)]
	note(m.Target)
	note(m.FirstToken)
	for p := range c.Pipelines {
		if c.Pipelines[p].Asks(id) {
			note(c.Pipelines[p].Target)
		}
	}
	return shortest
}

// windowOf returns the number of the window that contains an instant.
func (l *loads) windowOf(at kernel.Time) int { return int(int64(at) / int64(l.period)) }

// start returns the instant at which a window begins.
func (l *loads) start(window int) kernel.Time { return kernel.Time(window) * kernel.Time(l.period) }

// seconds returns the length of a window. The window in which the measured span ends is cut at this
// end.
func (l *loads) seconds(window int) float64 {
	from, until := l.start(window), l.start(window+1)
	if from < l.end && l.end < until {
		until = l.end
	}
	return until.Sub(from).Seconds()
}

// count counts one arrival at a model.
func (l *loads) count(id fleet.ModelID, at kernel.Time) {
	if p := &l.now[id]; at < p.until {
		p.n++
	} else {
		l.begin(id, at)
	}
}

// begin begins a step with its first arrival.
func (l *loads) begin(id fleet.ModelID, at kernel.Time) {
	l.advance(at)
	l.flush(id)
	p, step := &l.now[id], l.models[id].step
	p.n, p.until = 1, l.until
	if step > 0 {
		p.until = min(p.until, kernel.Time(int64(at)/int64(step)+1)*kernel.Time(step))
	}
}

// flush adds the present step of a model to its window and its steps.
func (l *loads) flush(id fleet.ModelID) {
	p, m := &l.now[id], &l.models[id]
	if p.n == 0 {
		return
	}
	m.open += p.n
	if m.step > 0 {
		m.add(int64(p.until-1)/int64(m.step), p.n)
	}
	*p = presentLoad{}
}

// advance closes the windows that end at an instant or before.
func (l *loads) advance(at kernel.Time) {
	for at >= l.until {
		for i := range l.models {
			l.flush(fleet.ModelID(i))
		}
		l.closes()
		for i := range l.models {
			m := &l.models[i]
			if len(m.past) >= 2*windowsKept {
				m.past = append(m.past[:0], m.past[windowsKept:]...)
			}
			m.past = append(m.past, int32(m.open))
			m.open = 0
		}
		l.window++
		l.until = l.start(l.window + 1)
	}
}

// rate returns the load of a model in a window, in requests per second.
func (l *loads) rate(id fleet.ModelID, window int) float64 {
	m := &l.models[id]
	n := float64(m.open + l.now[id].n)
	if window < l.window {
		n = float64(m.past[max(0, len(m.past)-(l.window-window))])
	}
	return n / l.seconds(window)
}

// add adds the arrivals of a step. A step that crosses the end of a window is added in two parts.
func (m *modelLoad) add(number int64, n int) {
	if last := len(m.steps) - 1; last >= 0 && m.steps[last].number == number {
		m.steps[last].n += n
		return
	}
	if len(m.steps) == cap(m.steps) {
		if old := m.search(number - m.keep); old > len(m.steps)/2 {
			m.steps = append(m.steps[:0], m.steps[old:]...)
		}
	}
	m.steps = append(m.steps, loadStep{number, n})
}

// search returns the index of the first kept step whose number is at least the given one.
func (m *modelLoad) search(number int64) int {
	return sort.Search(len(m.steps), func(i int) bool { return m.steps[i].number >= number })
}

// bursts reports whether more requests arrived in eight steps than the capacity (requests per
// second) serves in that time. The last of the steps contains the instant at, and together they are
// as long as the objective. A single request is not a burst.
func (m *modelLoad) bursts(at kernel.Time, capacity float64) bool {
	if m.step == 0 {
		return false
	}
	last, n := int64(at)/int64(m.step), 0
	for _, s := range m.steps[m.search(last-objectiveSteps+1):] {
		if s.number > last {
			break
		}
		n += s.n
	}
	return n > 1 && exceeds(float64(n), capacity*(objectiveSteps*m.step).Seconds())
}
