package workload

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// ReadHistogram reads the law of a table of bins, plain or gzip: columns from, upto and share; without the column
// upto, every row is one value.
func ReadHistogram(f File) (Count, error) {
	in, err := openLines(f)
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

func readBins(in *lines) ([]Bin, error) {
	header, err := in.header()
	if err != nil {
		return nil, err
	}
	last := "upto"
	if at, _ := columns(header, last); at[0] < 0 {
		last = "from"
	}
	at, err := columns(header, "from", last, "share")
	if err != nil {
		return nil, in.whole(err)
	}
	var bins []Bin
	for line, ok := in.next(); ok; line, ok = in.next() {
		fields := bytes.Split(line, []byte{in.comma})
		if len(fields) != len(header) {
			in.bad(fmt.Errorf("%d fields, the header has %d", len(fields), len(header)))
			continue
		}
		from, errF := count(bytes.TrimSpace(fields[at[0]]))
		upto, errU := count(bytes.TrimSpace(fields[at[1]]))
		text := bytes.TrimSpace(fields[at[2]])
		share, errS := strconv.ParseFloat(string(text), 64)
		if errS != nil {
			errS = fmt.Errorf("the share %q is no number", clip(text))
		}
		if err := errors.Join(errF, errU, errS); err != nil {
			in.bad(err)
		}
		bins = append(bins, Bin{from, upto, share})
	}
	return bins, in.end()
}
