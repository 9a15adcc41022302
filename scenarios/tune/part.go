package tune

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/quantity"
)

// Part is a part of a scenario: some of its replications, or a span of its time.
type Part struct {
	First, Last int // first and last replication, counted from 0 as in results

	// From and Until are instants of a run. Until is 0 if the part is the whole measured time.
	From, Until time.Duration
}

// timed reports whether the part is a span of time.
func (p Part) timed() bool { return p.Until > 0 }

// Replications returns the number of replications of the part.
func (p Part) Replications() int { return p.Last - p.First + 1 }

// String describes the part: "replications 0 to 4", or "0s to 4h".
func (p Part) String() string {
	switch {
	case p.timed():
		return fmt.Sprintf("%v to %v", quantity.Duration(p.From), quantity.Duration(p.Until))
	case p.First == p.Last:
		return fmt.Sprintf("replication %d", p.First)
	}
	return fmt.Sprintf("replications %d to %d", p.First, p.Last)
}

// Changes returns the changes with which a scenario measures only the part. The time before a span
// is simulated as a warm-up, because a policy in use has a past, too.
func (p Part) Changes(s *file.Scenario) []file.Change {
	if !p.timed() {
		return nil
	}
	warmup := max(quantity.Duration(p.From), s.Warmup)
	return []file.Change{{Path: "duration", Value: quantity.Duration(p.Until).String()}, {Path: "warmup", Value: warmup.String()}}
}

// Split returns the parts for training and for the test, from the texts of two flags. Without flags
// these are the two halves of the scenario. It halves the replications, or the time if a stream
// replays a trace, because a trace is the same in all replications. The error joins all faults.
func Split(s *file.Scenario, train, test string) (on, judged Part, err error) {
	switch {
	case train == "" && test == "":
		on, judged = halves(s)
		return on, judged, nil
	case train == "":
		return on, judged, errors.New("--train: it goes with --test")
	case test == "":
		return on, judged, errors.New("--test: it goes with --train")
	}
	on, wrongOn := parsePart(s, train)
	judged, wrongJudged := parsePart(s, test)
	if err := errors.Join(about("--train", train, wrongOn), about("--test", test, wrongJudged)); err != nil {
		return on, judged, err
	}
	switch {
	case on.timed() != judged.timed():
		err = errors.New("one is a span of time, the other is replications")
	case on.timed() && on.From < judged.Until && judged.From < on.Until, !on.timed() && on.First <= judged.Last && judged.First <= on.Last:
		err = errors.New("they overlap")
	}
	return on, judged, about("--train", train+" --test "+test, err)
}

func about(flag, value string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", flag, value, err)
}

// halves returns the two halves of a scenario.
func halves(s *file.Scenario) (first, second Part) {
	if slices.ContainsFunc(s.Workload, func(w file.Stream) bool { return w.Arrivals.Trace() != nil }) {
		half := time.Duration(s.Warmup + (s.Duration-s.Warmup)/2).Truncate(time.Duration(s.Control.Period))
		half = max(half, time.Duration(s.Warmup)+1)
		last := s.Replications - 1
		return Part{Last: last, Until: half}, Part{Last: last, From: half, Until: time.Duration(s.Duration)}
	}
	n := max(1, s.Replications/2)
	return Part{Last: n - 1}, Part{First: n, Last: max(n, s.Replications-1)}
}

// parsePart reads a part: replications, such as 0-4 or 3, or a span of time, such as 0h-4h.
func parsePart(s *file.Scenario, text string) (p Part, err error) {
	from, until, ranged := strings.Cut(text, "-")
	if whole := strings.Trim(text, "0123456789"); whole == "" || whole == "-" {
		var wrong error
		if p.First, err = strconv.Atoi(from); err == nil {
			p.Last = p.First
		}
		if ranged {
			p.Last, wrong = strconv.Atoi(until)
		}
		switch {
		case errors.Join(err, wrong) != nil:
			return p, errors.New("want replications, such as 0-4, or a span of time, such as 0h-4h")
		case p.Last < p.First:
			return p, errors.New("the last replication comes before the first")
		case p.Last >= file.MostReplications:
			return p, fmt.Errorf("want replications from 0 to %d", file.MostReplications-1)
		}
		return p, nil
	}
	p.Last = s.Replications - 1
	var begin, end quantity.Duration
	if from != "0" {
		err = begin.UnmarshalText([]byte(from))
	}
	if !ranged {
		return p, errors.New("want replications, such as 0-4, or a span of time, such as 0h-4h")
	}
	if err := errors.Join(err, end.UnmarshalText([]byte(until))); err != nil {
		return p, err
	}
	p.From, p.Until = time.Duration(begin), time.Duration(end)
	switch {
	case end <= begin:
		return p, errors.New("the span ends before it begins")
	case end <= s.Warmup:
		return p, fmt.Errorf("the warm-up of %v leaves nothing of the span", s.Warmup)
	}
	return p, nil
}
