package commands

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/batch"
)

// printBatches prints what was measured of each size, how the law differs from it, and how well it
// is predicted from the other sizes.
func printBatches(w io.Writer, l *batch.Law) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "batch\truns\tlatency\t95 %% interval\t%s\titems/s\theld back: table\tline\n", l.Shape())
	for i := range l.Sizes {
		s := &l.Sizes[i]
		fmt.Fprintf(tab, "%d\t%d\t%v\t%s\t%s\t%.4g\t%s\t%s\n", s.Items, s.Runs, digits(s.Mean.Value), intervalText(s.Mean),
			signedPercent(s.Off()), float64(s.Items)/s.Mean.Value, signedPercent(s.Table), signedPercent(s.Line))
	}
	tab.Flush() // an error of w shows up at the next write
	if l.Straight {
		fmt.Fprintf(w, "\nLine: %v for a batch (95 %% interval %s) and %v for each item (%s)\n", digits(l.Fixed.Value), intervalText(l.Fixed), digits(l.Each.Value), intervalText(l.Each))
	}
	if mean, n := l.HeldBack(); n > 0 {
		fmt.Fprintf(w, "\nA %s of the other sizes is %.1f %% off on average, for %s\n", l.Shape(), 100*mean, count(n, "size held back", "sizes held back in turn"))
	} else {
		fmt.Fprint(w, "\nNo size can be held back to judge the law: measure at least three\n")
	}
}

// signedPercent writes a relative difference; "-" if it is unknown.
func signedPercent(share float64) string {
	if math.IsNaN(share) {
		return "-"
	}
	const least = 0.0005 // what is shown as 0 has no minus
	if math.Abs(share) < least {
		share = 0
	}
	return fmt.Sprintf("%+.1f %%", 100*share)
}

// intervalText writes the bounds of an interval; "unknown" if the runs do not tell them.
func intervalText(i batch.Estimate) string {
	if math.IsNaN(i.Low) {
		return "unknown"
	}
	return fmt.Sprintf("%v to %v", digits(i.Low), digits(i.High))
}

// latencyText writes a latency in one line, as scenario files have it.
func latencyText(l builtin.Latency) string {
	if len(l.Table) == 0 {
		return fmt.Sprintf("{fixed: %v, each: %v, max: %d}", l.Fixed, l.Each, l.Max)
	}
	var rows []string
	for _, size := range slices.Sorted(maps.Keys(l.Table)) {
		rows = append(rows, fmt.Sprintf("%d: %v", size, l.Table[size]))
	}
	return fmt.Sprintf("{table: {%s}}", strings.Join(rows, ", "))
}
