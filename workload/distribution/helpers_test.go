package distribution

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// must returns v, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
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
func smirnov(x []float64, of func(float64) float64) float64 {
	sort.Float64s(x)
	worst, n := 0.0, float64(len(x))
	for i, v := range x {
		p := of(v)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst
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
