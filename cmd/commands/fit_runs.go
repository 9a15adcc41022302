package commands

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"wavetank/scenarios/calibrate/fit"
	"wavetank/scenarios/calibrate/replay"
)

// runsOf returns where each run of a list of loads begins. A run may have several replicas.
func runsOf(list []replay.MeasuredLoad) (begins []int) {
	for i := range list {
		if i == 0 || list[i].Name != list[i-1].Name || list[i].Replica == "" {
			begins = append(begins, i)
		}
	}
	return begins
}

// printRuns prints a table with a line for each run: the differences of the simulated means, and
// those of a model that was fitted to the other runs. It returns a line on the latter, or "" if
// there is a single run.
func (o *replayOptions) printRuns(w io.Writer, options fit.FitOptions, list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) (string, error) {
	begins := runsOf(list)
	if len(begins) < 2 {
		return "", nil
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "run\trequests\tTTFT\tTPOT\tE2E\tfrom the other runs: TTFT\tTPOT\tE2E\n")
	sum, worst := 0.0, 0.0
	for k, from := range begins {
		to := len(list)
		if k+1 < len(begins) {
			to = begins[k+1]
		}
		without := slices.Clone(list)
		rows := 0
		for i := from; i < to; i++ {
			without[i].Rows = slices.Clone(without[i].Rows)
			for j := range without[i].Rows {
				without[i].Rows[j].HeldOut = true
				rows++
			}
		}
		others, err := fit.ToMeasurements(options, without)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(tab, "%s\t%d", filepath.Base(list[from].Name), rows)
		off := 0.0
		for _, s := range [][][]replay.SimulatedRow{simulated, others.Simulated} {
			found := map[string]string{"TTFT": "-", "TPOT": "-", "E2E": "-"}
			for _, m := range replay.Compare(list[from:to], s[from:to], func(bool) bool { return true }) {
				off = m.Simulated/m.Measured - 1
				found[m.Name] = fmt.Sprintf("%+.1f %%", 100*off)
				if m.Name == "E2E" && s[from][0] == others.Simulated[from][0] {
					sum, worst = sum+math.Abs(off), max(worst, math.Abs(off))
				}
			}
			fmt.Fprintf(tab, "\t%s\t%s\t%s", found["TTFT"], found["TPOT"], found["E2E"])
		}
		fmt.Fprintln(tab)
	}
	o.watch.stop()
	tab.Flush() // an error of w shows up at the next write
	fmt.Fprintln(w)
	printNoise(w, list, begins)
	return fmt.Sprintf("each of %d runs predicted from the others: mean E2E off by %.1f %%, at most %.1f %%", len(begins), 100*sum/float64(len(begins)), 100*worst), nil
}

// printNoise prints by how much the means of runs with the same requests differ. No model can be
// better than that for both.
func printNoise(w io.Writer, list []replay.MeasuredLoad, begins []int) {
	same := func(a, b replay.TimedRequest) bool { return a.Input == b.Input && a.Output == b.Output }
	for x, a := range begins {
		for _, b := range begins[x+1:] {
			if list[a].Replica != "" || list[b].Replica != "" || !slices.EqualFunc(list[a].Demand.Requests, list[b].Demand.Requests, same) {
				continue
			}
			mean := func(i int) (sum float64) {
				for _, r := range list[i].Rows {
					sum += r.E2E
				}
				return sum / float64(len(list[i].Rows))
			}
			fmt.Fprintf(w, "Noise: %s and %s have the same requests, and their mean E2E differ by %.1f %%\n\n", filepath.Base(list[a].Name), filepath.Base(list[b].Name), 100*math.Abs(mean(b)/mean(a)-1))
		}
	}
}

// onceWriter writes every text only once.
type onceWriter struct {
	io.Writer
	written []string
}

func (w *onceWriter) Write(text []byte) (int, error) {
	if line := strings.TrimSpace(string(text)); !slices.Contains(w.written, line) {
		w.written = append(w.written, line)
		return w.Writer.Write(text)
	}
	return len(text), nil
}
