// Package tracetest writes made-up traces for tests.
package tracetest

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"

	"wavetank/sim/kernel"
)

// FunctionsTrace describes a made-up trace in the form of the Azure Functions invocations of 2019.
type FunctionsTrace struct {
	Seed      uint64
	Functions int     // rows, 1 to 10000
	First     int     // number of the first minute, from 1
	Minutes   int     // columns, 1 to 1440
	PerMinute float64 // average requests per minute of all functions together
}

// WriteAzureFunctions writes a made-up trace. Equal descriptions give equal bytes. The rate of a
// row is proportional to 1/(its number, from 1). The shapes of the rows alternate between four:
//
//   - steady
//   - day-like: one wave over the trace
//   - bursty: rare minutes with twenty times the rate
//   - timer: equal counts in every fifth minute
func WriteAzureFunctions(w io.Writer, t FunctionsTrace) error {
	out := bufio.NewWriter(w) // Flush returns the first error
	out.WriteString("HashOwner,HashApp,HashFunction,Trigger")
	for m := range t.Minutes {
		out.WriteByte(',')
		out.WriteString(strconv.Itoa(t.First + m))
	}
	harmonic := 0.0
	for i := range t.Functions {
		harmonic += 1 / float64(i+1)
	}
	for i := range t.Functions {
		ids := kernel.NewStream(t.Seed, 0, "function names", uint64(i))
		draws := kernel.NewStream(t.Seed, 0, "function counts", uint64(i))
		trigger := [...]string{"http", "http", "queue", "timer"}[i%4]
		fmt.Fprintf(out, "\n%s,%s,%s,%s", hash(ids), hash(ids), hash(ids), trigger)
		mean := t.PerMinute / harmonic / float64(i+1)
		for m := range t.Minutes {
			out.WriteByte(',')
			out.WriteString(strconv.Itoa(t.count(draws, i, m, mean)))
		}
	}
	out.WriteByte('\n')
	return out.Flush()
}

// count draws the requests of function i in minute m. Mean is its mean over all minutes.
func (t FunctionsTrace) count(s *kernel.Stream, i, m int, mean float64) int {
	const share = 0.04 // share of minutes that are bursts
	const height = 20  // rate of bursts over the rate of other minutes
	switch i % 4 {
	case 1:
		mean *= 1 - 0.8*math.Cos(2*math.Pi*(float64(m)+0.5)/float64(t.Minutes))
	case 2:
		mean /= 1 - share + share*height
		if s.Float64() < share {
			mean *= height
		}
	case 3:
		if (m+i)%5 != 0 {
			return 0
		}
		return int(math.Round(5 * mean))
	}
	return poisson(s, mean)
}

// hash returns 64 random hexadecimal digits.
func hash(s *kernel.Stream) string {
	return fmt.Sprintf("%016x%016x%016x%016x", s.Uint64(), s.Uint64(), s.Uint64(), s.Uint64())
}

// poisson returns a Poisson draw. It counts exponential gaps, so its time grows with the mean.
func poisson(s *kernel.Stream, mean float64) int {
	n := 0
	for sum := s.Exponential(); sum < mean; sum += s.Exponential() {
		n++
	}
	return n
}
