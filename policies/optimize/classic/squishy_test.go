package classic

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// published returns the sessions of section 4.1 of the paper. Latencies between those in the text
// are interpolated linearly.
func published(a, b, c float64) []Session {
	line := func(from, to int, first, last time.Duration) func(int) time.Duration {
		return func(batch int) time.Duration {
			return first + (last-first)*time.Duration(batch-from)/time.Duration(to-from)
		}
	}
	const ms = time.Millisecond
	return []Session{
		{a, 200 * ms, line(8, 16, 75*ms, 100*ms), 16},
		{b, 250 * ms, line(4, 16, 50*ms, 125*ms), 16},
		{c, 250 * ms, line(4, 16, 60*ms, 125*ms), 16},
	}
}

// Model A gets 64 requests per second, B and C get 32. A and B can share a GPU, A and C cannot.
func ExampleSquishy() {
	cycles, err := Squishy(published(64, 32, 32))
	if err != nil {
		panic(err)
	}
	for _, c := range cycles {
		fmt.Print("every ", c.Duty, ":")
		for _, t := range c.Turns {
			fmt.Printf(" %d of %c", t.Batch, 'A'+rune(t.Session))
		}
		fmt.Println()
	}
	// Output:
	// every 125ms: 8 of A 4 of B
	// every 156.25ms: 5 of C
}

// TestSaturatedSessionsFillTheirGPUs: a GPU serves 160 requests per second of model A, and 128 of
// model B or C, in batches of 16.
func TestSaturatedSessionsFillTheirGPUs(t *testing.T) {
	cycles, err := Squishy(published(320, 128, 256))
	const a, bc = 100 * time.Millisecond, 125 * time.Millisecond
	want := []Cycle{{a, []Turn{{0, 160, 16}}}, {a, []Turn{{0, 160, 16}}}, {bc, []Turn{{1, 128, 16}}}, {bc, []Turn{{2, 128, 16}}}, {bc, []Turn{{2, 128, 16}}}}
	if err != nil || !reflect.DeepEqual(cycles, want) {
		t.Errorf("got %v, %v, want %v", cycles, err, want)
	}
}

// TestSharedGPUsKeepRatesAndObjectives: every session is served in full, no cycle is overfull, and
// no request can wait longer than its objective. Sharing never takes more GPUs than one GPU for the
// rest of each session.
func TestSharedGPUsKeepRatesAndObjectives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sessions []Session
		alone := 0
		for range rapid.IntRange(1, 8).Draw(t, "sessions") {
			base, each := rapid.IntRange(1, 50).Draw(t, "base"), rapid.IntRange(0, 10).Draw(t, "each")
			s := Session{
				Latency: func(b int) time.Duration { return time.Duration(base+each*b) * time.Millisecond },
				Most:    rapid.IntRange(1, 32).Draw(t, "most"), Rate: rapid.Float64Range(0, 500).Draw(t, "rate"),
			}
			s.Objective = 2*s.Latency(1) + time.Duration(rapid.IntRange(0, 300).Draw(t, "slack"))*time.Millisecond
			batch := s.largest(func(b int) bool { return 2*s.Latency(b) <= s.Objective })
			alone += int(math.Ceil(s.Rate / (float64(batch) / s.Latency(batch).Seconds())))
			sessions = append(sessions, s)
		}
		cycles, err := Squishy(sessions)
		if err != nil {
			t.Fatal(err)
		}
		served := make([]float64, len(sessions))
		for _, c := range cycles {
			if c.takes(sessions) > c.Duty {
				t.Fatalf("%v takes %v", c, c.takes(sessions))
			}
			for _, turn := range c.Turns {
				s := &sessions[turn.Session]
				served[turn.Session] += float64(turn.Batch) / c.Duty.Seconds()
				if turn.Batch > s.Most || c.Duty+s.Latency(turn.Batch) > s.Objective {
					t.Fatalf("%v: a batch of %v takes %v, the objective is %v", c, turn, s.Latency(turn.Batch), s.Objective)
				}
			}
		}
		for i, rate := range served {
			if rate < sessions[i].Rate*(1-1e-4) {
				t.Fatalf("session %d: %v of %v requests per second are served", i, rate, sessions[i].Rate)
			}
		}
		if len(cycles) > alone {
			t.Fatalf("%d GPUs, %d without sharing", len(cycles), alone)
		}
	})
}

func TestFaultsOfSessionsAreToldTogether(t *testing.T) {
	slow := published(1, 1, 1)
	slow[0].Objective = 20 * time.Millisecond
	slow[1].Rate = math.NaN()
	slow[2].Most = 0
	_, err := Squishy(slow)
	for _, want := range []string{"session 0: a batch of one takes 53.125ms, more than half the objective, 20ms", "session 1: rate is NaN", "session 2: the largest batch is 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
