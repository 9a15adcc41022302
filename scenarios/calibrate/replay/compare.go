package replay

import (
	"fmt"
	"math"
	"slices"

	"wavetank/scenarios/wording"
)

// ErrorSummary compares a simulated quantity with the measured one, over rows.
type ErrorSummary struct {
	Name                string
	Rows                int
	Measured, Simulated float64 // means over the rows
	MeanAbsolute        float64 // mean absolute difference, relative to the measured mean
}

// QuantityPairs holds the measured and the simulated values of a quantity, one pair for each row.
type QuantityPairs struct {
	Name                string
	Measured, Simulated []float64
	HeldOut             []bool
	Rates               []float64 // requests per second; empty if no row was measured at a rate
	Clients             []float64 // empty if no row was measured with a number of clients
}

// FromQueue names the time from the engine's queue to the first token.
const FromQueue = "TTFT from queue"

// Quantities returns the measured and simulated values of these quantities:
//   - TTFT, TPOT and E2E, in seconds
//   - throughput, in requests per second
//   - TTFT from the engine's queue, in seconds
//
// It leaves out quantities that no row has.
func Quantities(list []MeasuredLoad, simulated [][]SimulatedRow) []QuantityPairs {
	all := []QuantityPairs{{Name: "TTFT"}, {Name: "TPOT"}, {Name: "E2E"}, {Name: "throughput"}, {Name: FromQueue}}
	for i := range list {
		for j, r := range list[i].Rows {
			if simulated[i] == nil {
				continue
			}
			add := func(at int, measured, simulated float64) {
				q := &all[at]
				q.Measured, q.Simulated, q.HeldOut = append(q.Measured, measured), append(q.Simulated, simulated), append(q.HeldOut, r.HeldOut)
				if list[i].Rate > 0 {
					q.Rates = append(q.Rates, list[i].Rate)
				}
				if list[i].Clients > 0 {
					q.Clients = append(q.Clients, float64(list[i].Clients))
				}
			}
			o, out := simulated[i][j], list[i].MeanOutput(r)
			if r.TTFT > 0 {
				add(0, r.TTFT, o.TTFT)
			}
			if r.Queue > 0 {
				add(4, r.Queue, o.Queue)
			}
			if out > 1 && r.TTFT > 0 && r.E2E > r.TTFT {
				add(1, r.TPOT(out), MeasuredRow{TTFT: o.TTFT, E2E: o.E2E}.TPOT(out))
			}
			add(2, r.E2E, o.E2E)
			if r.Throughput > 0 {
				add(3, r.Throughput, o.Throughput)
			}
		}
	}
	return slices.DeleteFunc(all, func(q QuantityPairs) bool { return len(q.Measured) == 0 })
}

// Compare compares each quantity over the rows for which want is true.
func Compare(list []MeasuredLoad, simulated [][]SimulatedRow, want func(heldOut bool) bool) []ErrorSummary {
	var all []ErrorSummary
	for _, q := range Quantities(list, simulated) {
		m := ErrorSummary{Name: q.Name}
		for i, measured := range q.Measured {
			if want(q.HeldOut[i]) {
				m.Rows++
				m.Measured += measured
				m.Simulated += q.Simulated[i]
				m.MeanAbsolute += math.Abs(q.Simulated[i] - measured)
			}
		}
		if m.Rows > 0 {
			m.MeanAbsolute /= m.Measured
			m.Measured /= float64(m.Rows)
			m.Simulated /= float64(m.Rows)
			all = append(all, m)
		}
	}
	return all
}

// CountRows says in words how many rows were used in the fit and how many were held out.
func CountRows(list []MeasuredLoad) string {
	fitted, heldOut, requests := 0, 0, 0
	for _, e := range list {
		requests += len(e.Demand.Requests)
		for _, r := range e.Rows {
			if r.HeldOut {
				heldOut++
			} else {
				fitted++
			}
		}
	}
	return fmt.Sprintf("%s fitted to, %d held out; %s simulated", wording.Counted(int64(fitted), "row"), heldOut, wording.Counted(int64(requests), "request"))
}
