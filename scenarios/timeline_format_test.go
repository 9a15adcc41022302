package scenarios

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"wavetank/scenarios/file"
)

// fieldsOf lists the fields that the Trace Event Format has for the events of each phase, and
// whether an event must have them.
var fieldsOf = map[string]map[string]bool{
	"X": {"name": true, "ph": true, "pid": true, "tid": true, "ts": true, "dur": true, "cat": false, "args": false},
	"i": {"name": true, "ph": true, "pid": true, "tid": true, "ts": true, "s": true, "cat": false, "args": false},
	"C": {"name": true, "ph": true, "pid": true, "tid": false, "ts": true, "cat": false, "args": true},
	"M": {"name": true, "ph": true, "pid": true, "tid": false, "args": true},
}

// metadata lists the metadata events of the format, with the argument of each: a text or a number.
var metadata = map[string]struct {
	argument string
	text     bool
}{
	"process_name": {"name", true}, "process_labels": {"labels", true}, "process_sort_index": {"sort_index", false},
	"thread_name": {"name", true}, "thread_sort_index": {"sort_index", false},
}

// TestTimelinesAreOfTheTraceEventFormat checks every event of whole files against the format, as a
// viewer relies on it: known phases and fields, types of fields and arguments, identities above 0,
// one name for each process and thread, and slices of a thread that nest exactly, to the
// nanosecond. Viewers sort events of these phases, so files need not.
func TestTimelinesAreOfTheTraceEventFormat(t *testing.T) {
	for name, changes := range map[string][]file.Change{
		"testdata/7df8e8f/quickstart.yaml": append([]file.Change{{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "10s"}, {Path: "control.period", Value: "10s"},
			{Path: "workload[0].arrivals.day-curve.at", Value: "1m"}}, lossy(3)...),
		"disaggregated": {{Path: "duration", Value: "20s"}, {Path: "warmup", Value: "5s"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := prepare(t, name, append(changes, file.Change{Path: "replications", Value: "1"})...)
			var b bytes.Buffer
			if _, err := e.Timeline(t.Context(), 0, 0, TimelineInterval{0, time.Duration(e.Scenario.Duration)}, &b, nil); err != nil {
				t.Fatal(err)
			}
			for _, fault := range formatFaults(b.Bytes()) {
				t.Error(fault)
			}
		})
	}
}

// TestFaultsOfTraceEventsAreFound gives the check one wrong event after another.
func TestFaultsOfTraceEventsAreFound(t *testing.T) {
	for _, event := range []string{
		`{"ph":"B","name":"x","pid":1,"tid":1,"ts":1}`,
		`{"ph":"X","name":"x","pid":1,"tid":1,"ts":1}`,
		`{"ph":"X","name":"x","pid":1,"tid":1,"ts":1,"dur":2,"durr":3}`,
		`{"ph":"X","name":"x","pid":0,"tid":1,"ts":1,"dur":2}`,
		`{"ph":"X","name":"x","pid":1,"tid":1.5,"ts":1,"dur":2}`,
		`{"ph":"X","name":"x","pid":1,"tid":1,"ts":"1","dur":2}`,
		`{"ph":"X","name":"x","pid":1,"tid":1,"ts":-1,"dur":2}`,
		`{"ph":"X","name":"","pid":1,"tid":1,"ts":1,"dur":2}`,
		`{"ph":"X","name":"x","pid":1,"tid":1,"ts":9,"dur":2}`, // reaches out of the slice below
		`{"ph":"i","name":"x","pid":1,"tid":1,"ts":1,"s":"x"}`,
		`{"ph":"C","name":"x","pid":1,"ts":1,"args":{"v":"1"}}`,
		`{"ph":"C","name":"x","pid":1,"ts":1,"args":{}}`,
		`{"ph":"M","name":"name","pid":1,"args":{"name":"x"}}`,
		`{"ph":"M","name":"process_name","pid":1,"args":{"name":"again"}}`,
		`{"ph":"M","name":"thread_sort_index","pid":1,"tid":1,"args":{"sort_index":"1"}}`,
		`{"ph":"X","name":"x","pid":2,"tid":1,"ts":1,"dur":2}`, // without a name
	} {
		const good = `{"ph":"M","name":"process_name","pid":1,"args":{"name":"p"}},{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"t"}},` +
			`{"ph":"X","name":"outer","pid":1,"tid":1,"ts":0,"dur":10},{"ph":"C","name":"n","pid":1,"ts":2.5,"args":{"v":1}},{"ph":"i","name":"i","pid":1,"tid":1,"ts":1,"s":"t"}`
		if faults := formatFaults([]byte(`{"displayTimeUnit":"ms","traceEvents":[` + good + `]}`)); len(faults) != 0 {
			t.Fatalf("good events have faults: %v", faults)
		}
		if faults := formatFaults([]byte(`{"displayTimeUnit":"ms","traceEvents":[` + good + `,` + event + `]}`)); len(faults) == 0 {
			t.Errorf("no fault is found in %s", event)
		}
	}
}

// slice is a complete event, in nanoseconds.
type slice struct{ from, until int64 }

// formatFaults returns what is wrong with a file in the JSON object form of the format.
func formatFaults(data []byte) (faults []string) {
	report := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	var parsed struct {
		DisplayTimeUnit string            `json:"displayTimeUnit"`
		OtherData       map[string]string `json:"otherData"`
		TraceEvents     []map[string]any  `json:"traceEvents"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber() // exactly as written
	if err := d.Decode(&parsed); err != nil {
		return []string{err.Error()}
	}
	if u := parsed.DisplayTimeUnit; u != "ms" && u != "ns" {
		report("displayTimeUnit %q", u)
	}
	names, used, threads := map[string]int{}, map[string]bool{}, map[string][]slice{}
	for _, event := range parsed.TraceEvents {
		wrong := wrongFields(event)
		for _, text := range wrong {
			report("%s: %v", text, event)
		}
		if len(wrong) > 0 {
			continue
		}
		process, thread := fmt.Sprint("process ", event["pid"]), fmt.Sprint("thread ", event["pid"], "/", event["tid"])
		switch event["ph"] {
		case "M":
			if event["name"] == "process_name" {
				names[process]++
			}
			if event["name"] == "thread_name" {
				names[thread]++
			}
			continue
		case "X":
			from := nanoseconds(event["ts"])
			threads[thread] = append(threads[thread], slice{from, from + nanoseconds(event["dur"])})
		}
		used[process] = true
		if event["ph"] != "C" {
			used[thread] = true
		}
	}
	for at := range used {
		if names[at] == 0 {
			report("%s has no name", at)
		}
	}
	for at, n := range names {
		if n > 1 {
			report("%s has %d names", at, n)
		}
	}
	for at, list := range threads {
		for _, text := range crossings(list) {
			report("%s: %s", at, text)
		}
	}
	return faults
}

// wrongFields returns what is wrong with the fields of an event.
func wrongFields(event map[string]any) (faults []string) {
	phase, _ := event["ph"].(string)
	fields, known := fieldsOf[phase]
	if !known {
		return []string{"unknown phase"}
	}
	for field, must := range fields {
		if _, has := event[field]; must && !has {
			faults = append(faults, "no "+field)
		}
	}
	for field, value := range event {
		_, allowed := fields[field]
		fits := allowed
		switch field {
		case "name", "ph":
			fits = fits && value != ""
			fallthrough
		case "cat":
			_, text := value.(string)
			fits = fits && text
		case "s":
			fits = fits && slices.Contains([]any{"g", "p", "t"}, value)
		case "pid":
			fits = fits && whole(value, 1)
		case "tid":
			// 0 stands for the process itself, where no thread is meant
			fits = fits && whole(value, map[string]int64{"X": 1, "i": 1}[phase])
		case "ts", "dur":
			fits = fits && nanoseconds(value) >= 0
		case "args":
			fits = fits && argumentsFit(phase, event["name"], value)
		}
		if !fits {
			faults = append(faults, "wrong "+field)
		}
	}
	return faults
}

// argumentsFit reports whether the arguments are those of a phase: numbers for counters, and one
// of the given kind for metadata.
func argumentsFit(phase string, name, value any) bool {
	args, is := value.(map[string]any)
	if !is {
		return false
	}
	switch phase {
	case "C":
		for _, v := range args {
			if _, number := v.(json.Number); !number {
				return false
			}
		}
		return len(args) > 0
	case "M":
		text, _ := name.(string)
		want, known := metadata[text]
		v := args[want.argument]
		_, isText := v.(string)
		_, isNumber := v.(json.Number)
		return known && len(args) == 1 && (want.text && isText || !want.text && isNumber)
	}
	return true
}

// whole reports whether a value is a whole number from least to the largest that viewers take.
func whole(value any, least int64) bool {
	n, is := value.(json.Number)
	if !is {
		return false
	}
	i, err := n.Int64()
	return err == nil && i >= least && i < 1<<31
}

// nanoseconds converts a number of microseconds, exactly. It returns −1 if the value is none, is
// negative, or has parts of nanoseconds.
func nanoseconds(value any) int64 {
	n, is := value.(json.Number)
	if !is {
		return -1
	}
	r, ok := new(big.Rat).SetString(n.String())
	if !ok || r.Sign() < 0 {
		return -1
	}
	if r.Mul(r, big.NewRat(1000, 1)); !r.IsInt() {
		return -1
	}
	return r.Num().Int64()
}

// crossings returns the slices that begin in another one and end after it.
func crossings(list []slice) (faults []string) {
	slices.SortFunc(list, func(a, b slice) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.until, a.until)) })
	var open []slice
	for _, s := range list {
		for len(open) > 0 && open[len(open)-1].until <= s.from {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 && s.until > open[n-1].until {
			faults = append(faults, fmt.Sprintf("%v begins in %v and ends after it", s, open[n-1]))
		}
		open = append(open, s)
	}
	return faults
}
