package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"wavetank/reports"
	"wavetank/scenarios/calibrate"
)

// judge prints how the simulated quantities compare with the measured ones, and returns it in a line: of the rows that were
// held back, where there are some.
func (o *lawOptions) judge(w io.Writer, list []calibrate.Experiment, outcomes [][]calibrate.Outcome) string {
	if len(list) > 1 && !slices.ContainsFunc(list, func(e calibrate.Experiment) bool { return len(e.Rows) != 1 }) {
		printPoints(w, list, outcomes)
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "rows\tquantity\tnumber\tmeasured mean\tsimulated mean\tdifference\tmean absolute difference\n")
	line := ""
	for _, held := range []bool{false, true} {
		name := "fitted to"
		switch {
		case held:
			name = "held back"
		case o.compare:
			name = "all"
		}
		metrics := calibrate.Compare(list, outcomes, func(is bool) bool { return is == held })
		var parts []string
		for _, m := range metrics {
			unit := " s"
			if m.Name == "throughput" {
				unit = "/s"
			}
			off := 100 * (m.Simulated/m.Measured - 1)
			fmt.Fprintf(tab, "%s\t%s\t%d\t%.4g%s\t%.4g%s\t%+.2f %%\t%.2f %%\n", name, m.Name, m.Rows, m.Measured, unit, m.Simulated, unit, off, 100*m.Off)
			parts = append(parts, fmt.Sprintf("%s %+.1f %% (mean absolute difference %.1f %%)", m.Name, off, 100*m.Off))
		}
		if len(parts) > 0 {
			line = fmt.Sprintf("means over rows %s: %s", name, strings.Join(parts, ", "))
		}
	}
	tab.Flush() // checked by the writer behind it
	return line
}

// printPoints prints one line per point.
func printPoints(w io.Writer, list []calibrate.Experiment, outcomes [][]calibrate.Outcome) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "point\tTTFT\tE2E\tthroughput\t\n")
	for i, e := range list {
		r, s, held := e.Rows[0], outcomes[i][0], ""
		if r.Held {
			held = "held back"
		}
		throughput := "-"
		if r.Throughput > 0 {
			throughput = fmt.Sprintf("%+.1f %%", 100*(s.Throughput/r.Throughput-1))
		}
		fmt.Fprintf(tab, "%s\t%+.1f %%\t%+.1f %%\t%s\t%s\n", e.Name, 100*(s.TTFT/r.TTFT-1), 100*(s.E2E/r.E2E-1), throughput, held)
	}
	tab.Flush() // checked by the writer behind it
	fmt.Fprintln(w)
}

// calibratedItems is what a picture shows of rows.
func calibratedItems(list []calibrate.Experiment, outcomes [][]calibrate.Outcome) []reports.Compared {
	var items []reports.Compared
	for _, q := range calibrate.Quantities(list, outcomes) {
		name := q.Name
		if name == "throughput" {
			name = "Throughput (/s)"
		}
		items = append(items, reports.Compared{Name: name, Seconds: q.Name != "throughput", Measured: q.Measured, Said: q.Simulated, Held: q.Held})
	}
	return items
}
