// Package calibratetest makes engines, demands and measurements for the tests of calibration.
package calibratetest

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

// stepTime makes a step-time model from coefficients in seconds.
func stepTime(t testing.TB, compute, memory, overhead profile.Coefficients) (s profile.StepTime) {
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

// Engine returns the engine of a replica of an 8B-class network.
func Engine(t testing.TB) tokens.Config {
	return tokens.Config{
		StepTime: stepTime(t, profile.Coefficients{Prefill: 25e-6, Decode: 25e-6}, profile.Coefficients{Constant: 6e-3},
			profile.Coefficients{Constant: 1e-3, Attention: 2e-9, Decode: 20e-6, Context: 40e-9}),
		MaxSequences: 64, MaxTokens: 1024, Chunked: true, Block: 16, Blocks: 4000, Context: 8192,
	}
}

// Draws makes a demand of n requests at random instants with random lengths. The rate is in
// requests per second.
func Draws(n int, rate float64, seed uint64) (d replay.Demand) {
	g, at := rand.New(rand.NewPCG(seed, 7)), 0.0
	for range n {
		at += g.ExpFloat64() / rate
		d.Requests = append(d.Requests, replay.TimedRequest{Arrival: at, Input: 20 + int32(g.IntN(1500)), Output: 1 + int32(g.IntN(300))})
	}
	return d
}

// Logged returns the log of a simulated engine. noise is the relative standard deviation of the
// errors of its times.
func Logged(t testing.TB, c tokens.Config, d replay.Demand, noise float64) replay.MeasuredLoad {
	t.Helper()
	served, err := replay.Serve(&c, d)
	if err != nil {
		t.Fatal(err)
	}
	g := rand.New(rand.NewPCG(3, 4))
	var log []measured.LoggedRequest
	for i, s := range served {
		first := s.Sent + (s.First-s.Sent)*(1+noise*g.NormFloat64())
		log = append(log, measured.LoggedRequest{Sent: s.Sent, First: first, Last: first + (s.Last-s.First)*(1+noise*g.NormFloat64()), Input: d.Requests[i].Input, Output: d.Requests[i].Output})
	}
	return replay.OfLog("made", log, 0)
}

// Shared opens a table of measurements in a folder outside the repository. If the table is missing,
// the test is skipped.
func Shared(t testing.TB, path ...string) *table.Table {
	t.Helper()
	name := filepath.Join(append([]string{"..", "..", "..", "..", "shared", "data"}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("the measurements are not here: ", err)
	}
	table, err := table.Load(table.OnDisk(name))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Read reads CSV.
func Read(t testing.TB, text string) *table.Table {
	t.Helper()
	table, err := table.Load(made("made.csv", text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// made returns a file with a text.
func made(name, text string) table.File {
	return table.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}
