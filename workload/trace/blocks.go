package trace

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/workload/table"
)

// law is what a file with the members of Mooncake's traces tells of its form: the tokens of a block
// follow from the numbers of blocks, and the unit of time from the timestamps.
type law struct {
	rows   int
	exact  map[int]int // rows whose number of blocks is that of a block size
	above  map[int]int // rows that have more numbers than blocks
	whole  bool        // all timestamps are whole numbers
	first  float64
	last   float64
	timed  int // rows with a timestamp
	prefix int // rows with numbers of blocks
}

// mostBlock is the largest block that is considered.
const mostBlock = 4096

// lawOf reads the first rows of a file.
func lawOf(f table.File, c Columns) (l law, err error) {
	l = law{exact: map[int]int{}, above: map[int]int{}, whole: true}
	in, err := table.Open(f)
	if err != nil {
		return l, err
	}
	at := map[string]int{}
	for _, name := range []string{c.Time, c.Input, c.Prefix} {
		place, wrong := in.Optional(name)
		err = errors.Join(err, wrong)
		at[name] = place
	}
	const many = 10 * mostSampled
	for err == nil && l.rows < many && in.Next() {
		l.rows++
		if v, fault := table.ParseNumber(in.Cell(at[c.Time])); fault == nil {
			if l.timed == 0 {
				l.first = v
			}
			l.last, l.whole = v, l.whole && v == math.Trunc(v)
			l.timed++
		}
		input, fault := table.ParseCount(in.Cell(at[c.Input]))
		names := 0
		if numbers(in.Cell(at[c.Prefix]), func(uint64) { names++ }) != nil || fault != nil || names == 0 {
			continue
		}
		l.prefix++
		for size := 1; size <= mostBlock; size *= 2 {
			blocks := (int(input) + size - 1) / size
			if names > blocks {
				l.above[size]++
			} else if names == blocks || names == int(input)/size {
				l.exact[size]++
			}
		}
	}
	return l, errors.Join(err, in.Broken(), in.Close())
}

// sizes returns the block sizes that fit, the best one first: at least half of the rows have a
// number for each block, and at most half have more.
func (l *law) sizes() (list []int) {
	for size := 1; size <= mostBlock; size *= 2 {
		if 2*l.above[size] <= l.prefix && 2*l.exact[size] >= l.prefix {
			list = append(list, size)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return l.exact[b] - l.above[b] - l.exact[a] + l.above[a] })
	return list
}

// mostPerSecond is the largest mean rate at which whole timestamps are taken for milliseconds
// without a doubt.
const mostPerSecond = 100

// check returns an error if a file with the members of a form does not obey the law of the form. It
// names what the file may be.
func (l *law) check(f table.File, name string, c Columns) error {
	sizes := l.sizes()
	fits := l.prefix == 0
	for _, size := range sizes {
		fits = fits || size == c.Block
	}
	span := l.last - l.first
	var doubts []string
	if !fits {
		of := "of no power of two"
		if len(sizes) > 0 {
			of = fmt.Sprintf("of %d tokens", sizes[0])
		}
		doubts = append(doubts, fmt.Sprintf("the numbers of its blocks are those of blocks %s, not of %d", of, c.Block))
	}
	fast := c.Unit == table.Milliseconds && span > 0 && float64(l.timed-1)/span*1e3 > mostPerSecond
	if c.Unit == table.Milliseconds && !l.whole {
		doubts = append(doubts, "its timestamps are not whole milliseconds")
	} else if fast {
		doubts = append(doubts, "its timestamps in milliseconds mean a very high rate")
	}
	if len(doubts) == 0 {
		return nil
	}
	how := ""
	if span > 0 {
		perUnit := float64(l.timed-1) / span
		how = fmt.Sprintf(" (--unit s: %.3g requests per second; --unit ms: %.3g)", perUnit, perUnit*1e3)
	}
	block := c.Block
	if !fits && len(sizes) > 0 {
		block = sizes[0]
	}
	return &table.FileError{File: f.Name, Err: fmt.Errorf("its members are those of %s, but %s. Say how it is to be read: --format jsonl --time %s --unit s or ms%s "+
		"--input %s --output %s --prefix %s --prefix-block %d", name, strings.Join(doubts, ", and "), c.Time, how, c.Input, c.Output, c.Prefix, block)}
}
