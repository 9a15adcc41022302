package replay

import (
	"fmt"
	"math"
	"slices"
)

// Metric is how a simulated quantity compares with the measured one over rows.
type Metric struct {
	Name                string
	Rows                int
	Measured, Simulated float64 // means
	Off                 float64 // mean of the absolute differences, relative to the measured mean
}

// Items is a quantity of rows, measured and simulated.
type Items struct {
	Name                string
	Measured, Simulated []float64
	Held                []bool
	Rates               []float64 // requests per second, where rows were measured at rates
}

// FromQueue is the name of the time to the first token that does not count the way into the engine's queue.
const FromQueue = "TTFT from queue"

// Quantities returns what was measured of rows and simulated: TTFT, TPOT and E2E in seconds, and, where it was measured,
// throughput in requests per second and the TTFT counted from the engine's queue.
func Quantities(list []Experiment, outcomes [][]Outcome) []Items {
	all := []Items{{Name: "TTFT"}, {Name: "TPOT"}, {Name: "E2E"}, {Name: "throughput"}, {Name: FromQueue}}
	for i := range list {
		for j, r := range list[i].Rows {
			if outcomes[i] == nil {
				continue
			}
			add := func(at int, measured, simulated float64) {
				q := &all[at]
				q.Measured, q.Simulated, q.Held = append(q.Measured, measured), append(q.Simulated, simulated), append(q.Held, r.Held)
				if list[i].Rate > 0 {
					q.Rates = append(q.Rates, list[i].Rate)
				}
			}
			o, out := outcomes[i][j], list[i].Output(r)
			if r.TTFT > 0 {
				add(0, r.TTFT, o.TTFT)
			}
			if r.Queue > 0 {
				add(4, r.Queue, o.Queue)
			}
			if out > 1 && r.TTFT > 0 && r.E2E > r.TTFT {
				add(1, r.TPOT(out), Row{TTFT: o.TTFT, E2E: o.E2E}.TPOT(out))
			}
			add(2, r.E2E, o.E2E)
			if r.Throughput > 0 {
				add(3, r.Throughput, o.Throughput)
			}
		}
	}
	return slices.DeleteFunc(all, func(q Items) bool { return len(q.Measured) == 0 })
}

// Compare returns the metrics of the rows that are wanted.
func Compare(list []Experiment, outcomes [][]Outcome, want func(held bool) bool) []Metric {
	var all []Metric
	for _, q := range Quantities(list, outcomes) {
		m := Metric{Name: q.Name}
		for i, measured := range q.Measured {
			if want(q.Held[i]) {
				m.Rows++
				m.Measured += measured
				m.Simulated += q.Simulated[i]
				m.Off += math.Abs(q.Simulated[i] - measured)
			}
		}
		if m.Rows > 0 {
			m.Off /= m.Measured
			m.Measured /= float64(m.Rows)
			m.Simulated /= float64(m.Rows)
			all = append(all, m)
		}
	}
	return all
}

// Count says how many rows were fitted to and how many held back.
func Count(list []Experiment) string {
	fitted, held, requests := 0, 0, 0
	for _, e := range list {
		requests += len(e.Demand.Requests)
		for _, r := range e.Rows {
			if r.Held {
				held++
			} else {
				fitted++
			}
		}
	}
	return fmt.Sprintf("%d rows fitted to, %d held out; %d requests simulated", fitted, held, requests)
}
