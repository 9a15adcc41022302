package distribution

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"wavetank/workload/table"
)

// ReadHistogram reads the law of a table of bins, plain or gzip: columns from, to (or upto) and
// share. Without the column to, every row is one value.
func ReadHistogram(f table.File) (Count, error) {
	in, err := table.OpenLines(f)
	if err != nil {
		return nil, err
	}
	bins, err := readBins(in)
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	law, err := Histogram(bins)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return law, nil
}

func readBins(in *table.Lines) ([]Bin, error) {
	header, err := in.Header()
	if err != nil {
		return nil, err
	}
	last := "from" // where there is neither
	for _, name := range []string{"to", "upto"} {
		if at, _ := table.Places(header, name); at[0] >= 0 {
			last = name
			break
		}
	}
	at, err := table.Places(header, "from", last, "share")
	if err != nil {
		return nil, in.Whole(err)
	}
	var bins []Bin
	for line, ok := in.Next(); ok; line, ok = in.Next() {
		fields := bytes.Split(line, []byte{in.Comma})
		if len(fields) != len(header) {
			in.Bad(fmt.Errorf("%d fields, the header has %d", len(fields), len(header)))
			continue
		}
		from, errF := table.ParseCount(bytes.TrimSpace(fields[at[0]]))
		upto, errU := table.ParseCount(bytes.TrimSpace(fields[at[1]]))
		text := bytes.TrimSpace(fields[at[2]])
		share, errS := strconv.ParseFloat(string(text), 64)
		if errS != nil {
			errS = fmt.Errorf("the share %q is no number", table.Clip(text))
		}
		if err := errors.Join(errF, errU, errS); err != nil {
			in.Bad(err)
		}
		bins = append(bins, Bin{from, upto, share})
	}
	return bins, in.End()
}
