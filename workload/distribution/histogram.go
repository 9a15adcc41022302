package distribution

import (
	"errors"
	"fmt"

	"wavetank/workload/table"
)

// ReadHistogram reads the distribution of a table of bins. Its columns are from, to and share.
// Without the column to, every row is one value. The column to was named upto before, and still
// may be.
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

func readBins(in *table.Reader) ([]Bin, error) {
	last := "from"
	for _, name := range []string{"upto", "to"} {
		if in.Has(name) {
			last = name
		}
	}
	at, err := in.Need("from", last, "share")
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
