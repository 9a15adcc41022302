package tables

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"wavetank/metrics/compare"
	"wavetank/reports/wording"
)

// DeviceTable holds how many devices a clairvoyant allocator needs over time, and how many each
// policy uses.
type DeviceTable struct {
	Title   string
	Asks    string // the objectives, and what a device is
	Verdict []string
	Counts  []string
	Lines   []DeviceLine
}

// DeviceLine is a policy or a reference.
type DeviceLine struct {
	Name       string
	Reference  bool // needs as few devices as possible
	Foresees   bool // knows the load beforehand
	Mean, Peak float64
	Cost       compare.Interval // $/h; NaN for a reference, which counts devices
	Verdicts   []compare.Verdict
	Worst      int
	Windows    []DeviceCell
}

// DeviceCell holds the devices in one window: mean, fewest and most over the replications.
// From and Until are in seconds since the run began.
type DeviceCell struct{ From, Until, Mean, Low, High float64 }

// Print writes the answer for a terminal.
func (t DeviceTable) Print(w io.Writer, look Terminal) error {
	return t.answer().print(w, look, t.table(), t.course(look.Full))
}

// Markdown returns the answer as a Markdown page.
func (t DeviceTable) Markdown() string {
	return t.answer().markdown("![Devices over time](gpus.png)", t.table(), t.course(true))
}

func (t DeviceTable) answer() answer { return answer{t.Title, t.Asks, t.Verdict, t.Counts} }

// label returns the name of a line, with the mark of what knows the load beforehand.
func (l *DeviceLine) label() string {
	if l.Foresees {
		return l.Name + " †"
	}
	return l.Name
}

// table has a line for each policy and reference.
func (t DeviceTable) table() table {
	out := table{title: "Devices in use", head: []string{"Policy", "Mean", "Highest\nwindow", "More than\nneeded (%)", "$/h", "Worst objective,\nin time (%)"}}
	for i := range t.Lines {
		l := &t.Lines[i]
		more, cost := "–", "–"
		if least := t.Lines[0].Mean; i > 0 && least > 0 {
			more = wording.Digits(100*(l.Mean/least-1), 2)
		}
		if !math.IsNaN(l.Cost.Mean) {
			cost = money(l.Cost.Mean)
		}
		objective := "–"
		if len(l.Verdicts) > 0 {
			objective = worst(&l.Verdicts[l.Worst])
		}
		out.lines = append(out.lines, []string{l.label(), wording.Digits(l.Mean, 3), wording.Digits(l.Peak, 3), more, cost, objective})
	}
	out.plain = []string{"† knows the load of the whole run beforehand. Devices are rented GPUs, and machines without GPUs: means over the replications and the measured windows, booting machines included. More than needed: compared with the first line."}
	return out
}

// mostWindows is the largest number of windows that are printed without Full.
const mostWindows = 12

// course has a line for each window, or for some of them at equal distances.
func (t DeviceTable) course(all bool) table {
	out := table{title: "Devices in each control window", head: []string{"From"}}
	for i := range t.Lines {
		out.head = append(out.head, t.Lines[i].label())
	}
	windows := t.Lines[0].Windows
	step := 1
	if !all {
		step = (len(windows) + mostWindows - 1) / mostWindows
	}
	for w := 0; w < len(windows); w += max(1, step) {
		cells := []string{clock(windows[w].From)}
		for i := range t.Lines {
			text := "–"
			if w < len(t.Lines[i].Windows) {
				text = wording.Digits(t.Lines[i].Windows[w].Mean, 3)
			}
			cells = append(cells, text)
		}
		out.lines = append(out.lines, cells)
	}
	if step > 1 {
		out.plain = []string{fmt.Sprintf("One of %d windows; --full prints all.", step)}
	}
	return out
}

// clock writes a time since the beginning of a run, such as 1:05:00.
func clock(seconds float64) string {
	s := int(seconds + 0.5)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// CSV returns a line for each policy or reference and each window.
func (t DeviceTable) CSV() ([]byte, error) {
	lines := [][]string{{"policy", "foresees", "from", "until", "devices", "low", "high"}}
	for i := range t.Lines {
		l := &t.Lines[i]
		for _, w := range l.Windows {
			lines = append(lines, []string{l.Name, strconv.FormatBool(l.Foresees), exact(w.From), exact(w.Until), exact(w.Mean), exact(w.Low), exact(w.High)})
		}
	}
	return encodeLines(lines)
}
