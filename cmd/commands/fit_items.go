package commands

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"

	"wavetank/scenarios/calibrate/replay"
)

// printPercentiles prints percentiles of the measured and the simulated times of requests, and the
// throughput of each run. Means of points have no percentiles.
func printPercentiles(w io.Writer, list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) {
	for i := range list {
		if slices.ContainsFunc(list[i].Rows, func(r replay.MeasuredRow) bool { return r.To-r.From != 1 }) {
			return
		}
	}
	fmt.Fprintln(w)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "quantity\tp50\tsimulated\t\tp90\tsimulated\t\tp99\tsimulated\t\t\n")
	for _, q := range replay.Quantities(list, simulated) {
		fmt.Fprint(tab, q.Name)
		measured, found := slices.Sorted(slices.Values(q.Measured)), slices.Sorted(slices.Values(q.Simulated))
		for _, share := range []float64{0.5, 0.9, 0.99} {
			at := max(0, int(math.Ceil(share*float64(len(measured))))-1)
			fmt.Fprintf(tab, "\t%.4g s\t%.4g s\t%+.1f %%", measured[at], found[at], 100*(found[at]/measured[at]-1))
		}
		fmt.Fprintln(tab, "\t")
	}
	tab.Flush() // an error of w shows up at the next write
	for _, from := range runsOf(list) {
		to := from + 1
		for to < len(list) && list[to].Name == list[from].Name && list[to].Replica != "" {
			to++
		}
		if measured, found := throughputOf(list[from:to], simulated[from:to]); measured > 0 {
			fmt.Fprintf(w, "throughput of %s: measured %.4g/s, simulated %.4g/s, %+.1f %%\n", list[from].Name, measured, found, 100*(found/measured-1))
		}
	}
}

// throughputOf returns the measured and the simulated requests per second of a run, from its first
// sent request to its last token.
func throughputOf(list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) (measured, found float64) {
	n, begin, end := 0.0, math.Inf(1), 0.0
	first, last := math.Inf(1), 0.0
	for i := range list {
		for j, r := range list[i].Rows {
			s := simulated[i][j]
			n++
			begin, end = min(begin, r.Sent), max(end, r.Sent+r.E2E)
			first, last = min(first, s.Sent), max(last, s.Sent+s.E2E)
		}
	}
	return n / (end - begin), n / (last - first)
}

// itemsOf returns the measured and the simulated times of each row, as CSV in seconds. Empty cells
// were not measured.
func itemsOf(list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	faults := w.Write([]string{"run", "line", "replica", "sent_s", "input", "output", "held_out", "ttft_s", "simulated_ttft_s", "tpot_s", "simulated_tpot_s", "e2e_s", "simulated_e2e_s"})
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }
	for i := range list {
		e := &list[i]
		for j, r := range e.Rows {
			s, out, in := simulated[i][j], e.MeanOutput(r), 0.0
			for _, q := range e.Demand.Requests[r.From:r.To] {
				in += float64(q.Input) / float64(r.To-r.From)
			}
			ttft, each := []string{"", ""}, []string{"", ""}
			if r.TTFT > 0 {
				ttft = []string{number(r.TTFT), number(s.TTFT)}
				if out > 1 {
					each = []string{number(r.TPOT(out)), number(replay.MeasuredRow{TTFT: s.TTFT, E2E: s.E2E}.TPOT(out))}
				}
			}
			row := []string{e.Name, strconv.Itoa(r.Line), e.Replica, number(r.Sent), strconv.FormatFloat(in, 'f', -1, 64), strconv.FormatFloat(out, 'f', -1, 64), strconv.FormatBool(r.HeldOut)}
			row = append(append(append(row, ttft...), each...), number(r.E2E), number(s.E2E))
			if err := w.Write(row); err != nil {
				faults = err
			}
		}
	}
	if w.Flush(); w.Error() != nil {
		faults = w.Error()
	}
	return text.Bytes(), faults
}
