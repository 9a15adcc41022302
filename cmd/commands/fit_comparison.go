package commands

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"wavetank/reports/figures"
	"wavetank/scenarios/calibrate/replay"
)

// printComparison prints how the simulated quantities compare with the measured ones, for the rows
// of the fit and for the rows held out. It returns one line with the comparison of the rows held
// out. If there are none, the line has the comparison of the rows of the fit. If all is true, no
// row was used in a fit.
func printComparison(w io.Writer, list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow, all bool) string {
	if len(list) > 1 && !slices.ContainsFunc(list, func(e replay.MeasuredLoad) bool { return len(e.Rows) != 1 }) {
		printPoints(w, list, simulated)
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "rows\tquantity\tnumber\tmeasured mean\tsimulated mean\tdifference\tmean absolute difference\n")
	line := ""
	for _, heldOut := range []bool{false, true} {
		name := "fitted to"
		switch {
		case heldOut:
			name = "held out"
		case all:
			name = "all"
		}
		metrics := replay.Compare(list, simulated, func(out bool) bool { return out == heldOut })
		var parts []string
		for _, m := range metrics {
			unit := " s"
			if m.Name == "throughput" {
				unit = "/s"
			}
			off := 100 * (m.Simulated/m.Measured - 1)
			fmt.Fprintf(tab, "%s\t%s\t%d\t%.4g%s\t%.4g%s\t%+.2f %%\t%.2f %%\n", name, m.Name, m.Rows, m.Measured, unit, m.Simulated, unit, off, 100*m.MeanAbsolute)
			parts = append(parts, fmt.Sprintf("%s %+.1f %% (mean absolute difference %.1f %%)", m.Name, off, 100*m.MeanAbsolute))
		}
		if len(parts) > 0 {
			line = fmt.Sprintf("means over rows %s: %s", name, strings.Join(parts, ", "))
		}
	}
	tab.Flush() // an error of w shows up at the next write
	return line
}

// printPoints prints one line per point: the measured values, the simulated values, and their
// differences.
func printPoints(w io.Writer, list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "point\tload\tTTFT (s)\t\t\tE2E (s)\t\t\tthroughput (/s)\t\t\t\n")
	for i, e := range list {
		r, s, heldOut := e.Rows[0], simulated[i][0], ""
		if r.HeldOut {
			heldOut = "held out"
		}
		fmt.Fprintf(tab, "%s\t%s", strings.TrimSuffix(filepath.Base(e.Name), "_lifecycle_metrics.json"), e.LoadText)
		for _, pair := range [][2]float64{{r.TTFT, s.TTFT}, {r.E2E, s.E2E}, {r.Throughput, s.Throughput}} {
			if pair[0] == 0 {
				fmt.Fprint(tab, "\t-\t-\t-")
				continue
			}
			fmt.Fprintf(tab, "\t%.4g\t%.4g\t%+.1f %%", pair[0], pair[1], 100*(pair[1]/pair[0]-1))
		}
		fmt.Fprintf(tab, "\t%s\n", heldOut)
	}
	tab.Flush() // an error of w shows up at the next write
	fmt.Fprintln(w)
}

// comparedItems returns the pairs of measured and simulated values for a picture.
func comparedItems(list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) []figures.ParityItem {
	var items []figures.ParityItem
	for _, q := range replay.Quantities(list, simulated) {
		name := q.Name
		if name == "throughput" {
			name = "Throughput (/s)"
		}
		item := figures.ParityItem{Name: name, Seconds: q.Name != "throughput", Measured: q.Measured, Predicted: q.Simulated, HeldOut: q.HeldOut, Load: "requests (/s)", Loads: q.Rates}
		// points of equal clients differ in their lengths, and are no curve
		if len(q.Rates) == 0 && len(slices.Compact(slices.Sorted(slices.Values(q.Clients)))) == len(q.Clients) {
			item.Load, item.Loads = "clients", q.Clients
		}
		items = append(items, item)
	}
	return items
}
