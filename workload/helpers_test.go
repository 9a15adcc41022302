package workload

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// must returns v, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// lane returns a lane of one model.
func lane(name string) Lane { return Lane{Name: name, Seed: 1, Models: must(Only(0))} }

// take reads at most n requests.
func take(t testing.TB, src Source, n int) []fleet.Request {
	t.Helper()
	var all []fleet.Request
	var r fleet.Request
	for len(all) < n && src.Next(&r) {
		all = append(all, r)
	}
	if err := src.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// list is a source of given requests.
type list struct{ requests []fleet.Request }

func instants(at ...kernel.Time) *list {
	l := &list{}
	for i, t := range at {
		l.requests = append(l.requests, fleet.Request{Arrival: t, Input: int32(i)})
	}
	return l
}

func (l *list) Next(r *fleet.Request) bool {
	if len(l.requests) == 0 {
		return false
	}
	*r = l.requests[0]
	l.requests = l.requests[1:]
	return true
}
func (l *list) Err() error   { return nil }
func (l *list) Close() error { return nil }

// write writes a file into a temporary folder, compressed or plain.
func write(t testing.TB, name, text string, compressed bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	data := []byte(text)
	if compressed {
		data = zip(text)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zip(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	must(z.Write([]byte(text)))
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// moments returns mean and standard deviation.
func moments(x []float64) (mean, deviation float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		deviation += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(deviation)
}

// smirnov returns the Kolmogorov-Smirnov distance between a sample and a distribution function.
func smirnov(x []float64, cumulative func(float64) float64) float64 {
	sort.Float64s(x)
	worst, n := 0.0, float64(len(x))
	for i, v := range x {
		p := cumulative(v)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst
}

// mentions fails unless the error contains every text.
func mentions(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q lacks %q", err, text)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// anyTokens are the widest bounds of counts.
var anyTokens = distribution.Bounds{Min: 1, Max: distribution.LargestCount}
