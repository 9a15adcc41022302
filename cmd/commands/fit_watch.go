package commands

import (
	"context"
	"fmt"
	"io"
	"math"
)

// fitWatch prints the progress of fits: how often the measurements were simulated, and how small
// the differences are so far. The context ends the fits.
type fitWatch struct {
	statusLine
	ctx         context.Context
	simulations int
	least       float64
}

func newFitWatch(ctx context.Context, w io.Writer) *fitWatch {
	return &fitWatch{statusLine: newStatusLine(w), ctx: ctx, least: math.Inf(1)}
}

// update counts a simulation with a misfit, as a share of the measurements.
func (s *fitWatch) update(misfit float64) error {
	s.simulations++
	s.least = min(s.least, misfit)
	s.show(false, func() string {
		text := "fitting: " + count(s.simulations, "simulation", "simulations")
		if finite(s.least) {
			text += fmt.Sprintf("; the differences of all quantities add up to %.3g %% at best", 100*s.least)
		}
		return text
	})
	return s.ctx.Err()
}
