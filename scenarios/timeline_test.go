package scenarios

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
	"wavetank/sim/kernel"
)

// traceEvent is an event of the Trace Event Format.
type traceEvent struct {
	Ph, Name, Cat, S string
	Pid, Tid         *int
	Ts, Dur          *float64
	Args             map[string]any
}

// shown writes and parses the timeline of the first policy in replication 0.
func shown(t *testing.T, e *Experiment, show TimelineInterval) []traceEvent {
	t.Helper()
	var b bytes.Buffer
	n, err := e.Timeline(t.Context(), 0, 0, show, &b, nil)
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		DisplayTimeUnit string
		TraceEvents     []traceEvent
	}
	if err := json.Unmarshal(b.Bytes(), &parsed); err != nil {
		t.Fatal(err)
	}
	if len(parsed.TraceEvents) != n || parsed.DisplayTimeUnit != "ms" {
		t.Errorf("%d events, %d were told; unit %s", len(parsed.TraceEvents), n, parsed.DisplayTimeUnit)
	}
	return parsed.TraceEvents
}

// thread is a thread of a process.
type thread struct{ process, thread int }

// wellFormed checks the fields of events, and that all lie in the interval, on threads with a name.
// It returns the slices of each thread in the order of their beginnings, and the names of threads.
func wellFormed(t *testing.T, events []traceEvent, show TimelineInterval) (map[thread][]traceEvent, map[thread]string) {
	t.Helper()
	on, names, processes := map[thread][]traceEvent{}, map[thread]string{}, map[int]bool{}
	for _, e := range events {
		if e.Name == "" || e.Pid == nil || e.Tid == nil {
			t.Fatalf("a field is missing: %+v", e)
		}
		at := thread{*e.Pid, *e.Tid}
		if e.Ph == "M" {
			switch e.Name {
			case "process_name":
				processes[at.process] = true
			case "thread_name":
				names[at] = e.Args["name"].(string)
			}
			continue
		}
		end := 0.0
		switch e.Ph {
		case "X":
			end = *e.Dur
			if end <= 0 {
				t.Errorf("a slice without length: %+v", e)
			}
			on[at] = append(on[at], e)
		case "i":
			if e.S != "t" {
				t.Errorf("scope %q", e.S)
			}
		case "C":
			if len(e.Args) != 1 {
				t.Errorf("a counter with %v", e.Args)
			}
		default:
			t.Errorf("phase %q", e.Ph)
		}
		if end += *e.Ts; *e.Ts < micro(show.From) || end > micro(show.Until)+1e-6 {
			t.Errorf("an event outside the interval: %+v at %v", e, *e.Ts)
		}
		if !processes[at.process] || e.Ph != "C" && names[at] == "" {
			t.Errorf("an event on a thread without a name: %+v", e)
		}
	}
	for _, list := range on {
		slices.SortFunc(list, func(a, b traceEvent) int { return cmp.Or(cmp.Compare(*a.Ts, *b.Ts), cmp.Compare(*b.Dur, *a.Dur)) })
	}
	return on, names
}

func micro(d time.Duration) float64 { return float64(d) / 1e3 }

// TestTimelineKeepsItsLaws: slices on a thread nest, batches of a slot do not overlap, every batch
// lies within the time in which its replica is up, and counters agree with the series.
func TestTimelineKeepsItsLaws(t *testing.T) {
	replications := file.Change{Path: "replications", Value: "1"}
	for name, changes := range map[string][]file.Change{
		"testdata/7df8e8f/quickstart.yaml": append([]file.Change{{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "10s"}, {Path: "control.period", Value: "10s"},
			{Path: "workload[0].arrivals.day-curve.at", Value: "1m"}}, lossy(3)...),
		"chat":          {{Path: "duration", Value: "40s"}, {Path: "warmup", Value: "5s"}},
		"disaggregated": {{Path: "duration", Value: "20s"}, {Path: "warmup", Value: "5s"}},
		"voice-search":  {{Path: "duration", Value: "2m"}, {Path: "warmup", Value: "20s"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := prepare(t, name, append(changes, replications)...)
			keepTwo(e)
			whole := TimelineInterval{0, time.Duration(e.Scenario.Duration)}
			for _, show := range []TimelineInterval{whole, {whole.Until / 3, whole.Until / 2}} {
				events := shown(t, e, show)
				on, names := wellFormed(t, events, show)
				batches := nested(t, on, names)
				if batches == 0 {
					t.Error("no batch is shown")
				}
				if show == whole {
					agree(t, e, events)
				}
			}
		})
	}
}

// nested checks the slices of all threads, and returns the number of batches.
func nested(t *testing.T, on map[thread][]traceEvent, names map[thread]string) (batches int) {
	t.Helper()
	const rounding = 1e-4 // a tenth of a nanosecond
	up := map[string]traceEvent{}
	replica := func(at thread) string { return strings.Split(names[at], ",")[0] }
	for at, list := range on {
		for _, e := range list {
			if e.Name == "up" {
				up[replica(at)] = e
			}
		}
	}
	for at, list := range on {
		var open []traceEvent
		served := 0.0 // end of the last service
		for _, e := range list {
			for len(open) > 0 && *open[len(open)-1].Ts+*open[len(open)-1].Dur <= *e.Ts+rounding {
				open = open[:len(open)-1]
			}
			if len(open) > 0 && *e.Ts+*e.Dur > *open[len(open)-1].Ts+*open[len(open)-1].Dur+rounding {
				t.Errorf("%s: %+v reaches out of %+v", names[at], e, open[len(open)-1])
			}
			open = append(open, e)
			if e.Cat != "service" {
				continue
			}
			batches++
			if *e.Ts < served-rounding {
				t.Errorf("%s: %+v begins before the service before it ends, at %v", names[at], e, served)
			}
			served = *e.Ts + *e.Dur
			life, ok := up[replica(at)]
			if !ok || *e.Ts < *life.Ts-rounding || served > *life.Ts+*life.Dur+rounding {
				t.Errorf("%s: %+v lies outside of %+v", names[at], e, life)
			}
		}
	}
	return batches
}

// agree compares the counters of a whole run with its series.
func agree(t *testing.T, e *Experiment, events []traceEvent) {
	t.Helper()
	until := kernel.Time(e.Scenario.Duration)
	series := metrics.NewSeries(e.Spec, until, e.step())
	if err := e.Observe(t.Context(), 0, 0, series); err != nil {
		t.Fatal(err)
	}
	values := map[string][]traceEvent{}
	for _, v := range events {
		if v.Ph == "C" {
			values[v.Name] = append(values[v.Name], v)
		}
	}
	for _, list := range values {
		slices.SortStableFunc(list, func(a, b traceEvent) int { return cmp.Compare(*a.Ts, *b.Ts) })
	}
	step, compared := e.step().Seconds(), 0
	for _, s := range rows.Samples(series.TimeSeries()) {
		model := s.Scope
		if len(e.Spec.Models) == 1 && model == "all" {
			model = e.Spec.Models[0].Name
		}
		end := s.Seconds * 1e6
		var got float64
		switch s.Metric {
		case "waiting":
			if values[model+" queue"] == nil {
				continue
			}
			got = lastValue(values[model+" queue"], end)
		case "demand":
			if values[model+" load"] == nil {
				continue
			}
			from := 1e6 * step * (math.Ceil(s.Seconds/step-1e-9) - 1) // the last may be shorter
			got = integral(values[model+" load"], from, end) / (end - from) * 1e6
		default:
			continue
		}
		compared++
		if math.Abs(got-s.Value) > 1e-6*max(1, s.Value) {
			t.Errorf("%s %s until %v s: the timeline has %v, the series %v", model, s.Metric, s.Seconds, got, s.Value)
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
	for m := range e.Spec.Models {
		name, want := e.Spec.Models[m].Name, 0.0
		for _, s := range rows.Samples(series.TimeSeries()) {
			if s.Metric == "replicas" && strings.HasPrefix(s.Scope, "replica:"+name+"@") {
				want += s.Value * (s.Seconds - step*(math.Ceil(s.Seconds/step-1e-9)-1))
			}
		}
		if got := integral(values[name+" ready replicas"], 0, micro(time.Duration(until))); math.Abs(got-want) > 1e-6*max(1, want) {
			t.Errorf("%s: the timeline has %v replica seconds, the series %v", name, got, want)
		}
	}
}

// lastValue returns the value of a counter at an instant.
func lastValue(list []traceEvent, at float64) (value float64) {
	for _, v := range list {
		if *v.Ts <= at+1e-3 {
			value = counted(v)
		}
	}
	return value
}

func counted(v traceEvent) float64 {
	for _, x := range v.Args {
		return x.(float64)
	}
	return math.NaN()
}

// integral returns the integral of a counter over time, in seconds.
func integral(list []traceEvent, from, until float64) (sum float64) {
	for i, v := range list {
		end := until
		if i+1 < len(list) {
			end = min(end, *list[i+1].Ts)
		}
		sum += counted(v) * max(0, end-max(from, *v.Ts)) / 1e6
	}
	return sum
}

// TestATimelineEndsWithItsRun: an error of the run, of the context and of the writer is returned.
func TestATimelineEndsWithItsRun(t *testing.T) {
	e := prepare(t, "mm1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	show := TimelineInterval{0, time.Minute}
	if _, err := e.Timeline(ctx, 0, 0, show, io.Discard, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("the context ended, but the error is %v", err)
	}
	if _, err := e.Timeline(t.Context(), 0, 0, show, full{}, nil); !errors.Is(err, errFull) {
		t.Errorf("the disk is full, but the error is %v", err)
	}
}

// full is a writer that always fails.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
