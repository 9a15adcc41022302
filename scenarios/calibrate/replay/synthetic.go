package replay

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"wavetank/sim/tokens"
)

// SyntheticLoad is a synthetic load on one replica. Arrivals are a Poisson process. Lengths are
// uniform up to twice their means.
type SyntheticLoad struct {
	Requests      int
	Rate          float64 // requests per second
	Input, Output float64 // mean tokens
	Noise         float64 // relative standard deviation of the errors of written times
	Seed          uint64
}

// WriteLog simulates the load and writes its requests as CSV that measured.ReadLog reads.
func (s SyntheticLoad) WriteLog(w io.Writer, c *tokens.Config) error {
	if s.Requests < 1 || s.Requests > 1e7 || !(s.Rate > 0) || !(s.Input >= 1) || !(s.Output >= 1) || s.Input > 1e6 || s.Output > 1e6 || !(s.Noise >= 0 && s.Noise < 1) {
		return fmt.Errorf("a sample of %d requests at %v/s with %v and %v tokens and noise %v cannot be made", s.Requests, s.Rate, s.Input, s.Output, s.Noise)
	}
	g := rand.New(rand.NewPCG(s.Seed, 1))
	var d Demand
	at := 0.0
	for range s.Requests {
		at += g.ExpFloat64() / s.Rate
		d.Requests = append(d.Requests, TimedRequest{
			Arrival: at, Input: 1 + int32(2*s.Input*g.Float64()), Output: 1 + int32(2*s.Output*g.Float64()),
		})
	}
	served, err := Serve(c, d)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "send,first_token,last_token,input,output")
	vary := func(span float64) float64 { return span * math.Exp(s.Noise*g.NormFloat64()) }
	for i, r := range served {
		if r.Refused != "" {
			return fmt.Errorf("request %d of %d and %d tokens is %s", i+1, d.Requests[i].Input, d.Requests[i].Output, r.Refused)
		}
		first := r.Sent + vary(r.First-r.Sent)
		last := first + vary(r.Last-r.First)
		if _, err = fmt.Fprintf(w, "%.6f,%.6f,%.6f,%d,%d\n", r.Sent, first, last, d.Requests[i].Input, d.Requests[i].Output); err != nil {
			return err
		}
	}
	return nil
}
