package calibrate

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// lawOf makes a law of coefficients in seconds.
func lawOf(t testing.TB, compute, memory, overhead profile.Coefficients) (s profile.Step) {
	t.Helper()
	for _, f := range []struct {
		to   *profile.Form
		from profile.Coefficients
	}{{&s.Compute, compute}, {&s.Memory, memory}, {&s.Overhead, overhead}} {
		var err error
		if *f.to, err = profile.NewForm(f.from); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// engine is a replica of an 8B-class network.
func engine(t testing.TB) tokens.Config {
	return tokens.Config{
		Law: lawOf(t, profile.Coefficients{Prefill: 25e-6, Decode: 25e-6}, profile.Coefficients{Constant: 6e-3},
			profile.Coefficients{Constant: 1e-3, Attention: 2e-9, Decode: 20e-6, Context: 40e-9}),
		MaxSequences: 64, MaxTokens: 1024, Chunked: true, Block: 16, Blocks: 4000, Context: 8192,
	}
}

// draws makes a demand of requests at random instants with random lengths.
func draws(n int, rate float64, seed uint64) (d Demand) {
	g, at := rand.New(rand.NewPCG(seed, 7)), 0.0
	for range n {
		at += g.ExpFloat64() / rate
		d.Requests = append(d.Requests, Request{Arrival: at, Input: 20 + int32(g.IntN(1500)), Output: 1 + int32(g.IntN(300))})
	}
	return d
}

// measured makes the experiment that a simulated engine leaves, with a relative error of the times.
func measured(t testing.TB, c tokens.Config, d Demand, noise float64) Experiment {
	t.Helper()
	served, err := Replay(&c, d)
	if err != nil {
		t.Fatal(err)
	}
	g := rand.New(rand.NewPCG(3, 4))
	var log []Measured
	for i, s := range served {
		first := s.Sent + (s.First-s.Sent)*(1+noise*g.NormFloat64())
		log = append(log, Measured{Sent: s.Sent, First: first, Last: first + (s.Last-s.First)*(1+noise*g.NormFloat64()), Input: d.Requests[i].Input, Output: d.Requests[i].Output})
	}
	return OfLog("made", log, 0)
}

// shared opens a table of the measurements beside the repository; without it the test is skipped.
func shared(t testing.TB, path ...string) *Table {
	t.Helper()
	name := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("the measurements are not here: ", err)
	}
	table, err := OpenTable(name)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// read reads CSV.
func read(t testing.TB, text string) *Table {
	t.Helper()
	table, err := ReadTable("made.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}
