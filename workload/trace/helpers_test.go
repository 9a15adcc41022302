package trace

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/workload"
	"wavetank/workload/table"
)

// must returns v, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// lane returns a lane of one model.
func lane(name string) workload.Lane {
	return workload.Lane{Name: name, Seed: 1, Models: must(workload.Only(0))}
}

// take reads at most n requests.
func take(t testing.TB, src workload.Source, n int) []fleet.Request {
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

// scan reads a whole trace of a form.
func scan(f table.File, form RecordedForm) (Summary, error) { return form.Scan(f) }

// reading returns a file that can be read only once.
func reading(name string, in io.Reader) table.File {
	return table.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(in), nil }}
}

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

// smirnov returns the Kolmogorov-Smirnov distance between a sample and a distribution function.
func smirnov(x []float64, law func(float64) float64) float64 {
	sort.Float64s(x)
	worst, n := 0.0, float64(len(x))
	for i, v := range x {
		p := law(v)
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

func drain(b *testing.B, src workload.Source) {
	b.ReportAllocs()
	var r fleet.Request
	for b.Loop() {
		if !src.Next(&r) {
			b.Fatal(src.Err())
		}
	}
}
