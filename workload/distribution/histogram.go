package distribution

import (
	"errors"
	"fmt"

	"wavetank/workload/table"
)

// Bin is a part of a histogram: the whole numbers from From to To, all equally likely.
type Bin struct {
	From, To int32
	Share    float64 // relative to the other bins
}

type histogram struct {
	bins   []Bin
	choice *Choice[int]
}

// Histogram returns the distribution of some bins. They must be in ascending order and not overlap.
func Histogram(bins []Bin) (Count, error) {
	var faults []error
	h := &histogram{bins: make([]Bin, len(bins))}
	copy(h.bins, bins)
	all, shares, before := make([]int, len(bins)), make([]float64, len(bins)), int32(0)
	for i, b := range bins {
		if b.From <= before || b.To < b.From || b.To > LargestCount {
			faults = append(faults, fmt.Errorf("histogram: bins[%d]: %d to %d is not within %d to %d", i, b.From, b.To, before+1, LargestCount))
		}
		all[i], shares[i], before = i, b.Share, max(before, min(b.To, LargestCount))
	}
	choice, err := NewChoice(all, shares)
	if err != nil {
		faults = append(faults, fmt.Errorf("histogram: %w", err))
	}
	h.choice = choice
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return h, nil
}

func (h *histogram) At(z float64) int32 {
	const one = 1 - 1.0/(1<<53)
	u := min(above(-z), one)
	i := h.choice.Place(u)
	b, share := h.bins[i], h.choice.Share(i)
	part := (u - (h.choice.cumulative[i] - share)) / share
	return min(b.To, b.From+int32(max(0, part)*float64(b.To-b.From+1)))
}

func (h *histogram) String() string { return fmt.Sprintf("histogram(%d bins)", len(h.bins)) }

// ReadHistogram reads a distribution from a table of bins. Its columns are from, to and share.
// Without column to, every row is a single value. Column to may also have its old name upto; see
// Renamed.
func ReadHistogram(f table.File) (Count, error) {
	in, err := table.Open(f)
	if err != nil {
		return nil, err
	}
	bins, err := readBins(in)
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	h, err := Histogram(bins)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return h, nil
}

// Renamed returns a warning if a table of bins uses the old name upto, and otherwise "".
func Renamed(f table.File) (warning string, err error) {
	in, err := table.Open(f)
	if err != nil {
		return "", err
	}
	if lastColumn(in) == oldLast {
		warning = fmt.Sprintf("%s: the column %q is now called %q", f.Name, oldLast, "to")
	}
	return warning, in.Close()
}

// oldLast is the former name of the column "to".
const oldLast = "upto"

// lastColumn returns the name of the column of the last value of a bin.
func lastColumn(in *table.Reader) string {
	for _, name := range []string{"to", oldLast} {
		if in.Has(name) {
			return name
		}
	}
	return "from"
}

func readBins(in *table.Reader) ([]Bin, error) {
	at, err := in.Need("from", lastColumn(in), "share")
	if err != nil {
		return nil, err
	}
	var bins []Bin
	for in.Next() {
		b := Bin{From: in.Count(at[0]), Share: in.Number(at[2])}
		if b.To = b.From; at[1] != at[0] {
			b.To = in.Count(at[1])
		}
		bins = append(bins, b)
	}
	return bins, in.End()
}
