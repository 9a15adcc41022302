package study

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"wavetank/sim/kernel"
	"wavetank/sim/spelling"
)

// Design says which combinations of values a study has.
type Design struct {
	Axes  []Axis
	Pair  bool // the i-th values of all paths go together
	Latin int  // a Latin hypercube sample with so many settings; 0: every combination
}

// mostSettings is the largest number of settings of a study.
const mostSettings = 100_000

// ParseDesign reads the paths with their values (ParseAxis), and the kind of the sample: "latin/N",
// or "" for every combination. The error joins all faults.
func ParseDesign(vary []string, sample string, pair bool) (Design, error) {
	d := Design{Pair: pair}
	var faults []error
	if sample != "" {
		kind, size, _ := strings.Cut(sample, "/")
		n, err := strconv.Atoi(size)
		switch {
		case kind != "latin":
			faults = append(faults, fmt.Errorf("--sample %s: want latin/N, such as latin/100%s", sample, spelling.Meant(kind, []string{"latin"})))
		case err != nil || n < 2 || n > mostSettings:
			faults = append(faults, fmt.Errorf("--sample %s: want latin/N with 2 to %d settings", sample, mostSettings))
		}
		if pair {
			faults = append(faults, errors.New("--sample and --pair: give only one of them"))
		}
		d.Latin = n
	}
	if len(vary) == 0 {
		faults = append(faults, errors.New("--vary PATH=v1,v2 is missing: there is nothing to vary"))
	}
	for _, text := range vary {
		a, err := ParseAxis(text, sample != "")
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("--vary %w", err))
		case slices.ContainsFunc(d.Axes, func(b Axis) bool { return b.Path == a.Path }):
			faults = append(faults, fmt.Errorf("--vary %s: the path is given twice; put all its values into one list", a.Path))
		}
		d.Axes = append(d.Axes, a)
	}
	if err := errors.Join(faults...); err != nil {
		return d, err
	}
	return d, d.check()
}

// check returns an error if the combinations are impossible or too many.
func (d *Design) check() error {
	if d.Pair {
		for _, a := range d.Axes[1:] {
			if n, first := len(a.Values), len(d.Axes[0].Values); n != first {
				return fmt.Errorf("--pair: %s has %d values, but %s has %d", a.Path, n, d.Axes[0].Path, first)
			}
		}
	}
	if d.Pair || d.Latin > 0 {
		return nil
	}
	n := 1
	for _, a := range d.Axes {
		if n *= len(a.Values); n > mostSettings {
			return fmt.Errorf("--vary: more than %d settings; take fewer values, or a sample with --sample latin/100", mostSettings)
		}
	}
	return nil
}

// Settings returns the settings: the values of all axes for each. No two are equal. The last axis
// changes fastest. A sample depends on the seed.
func (d *Design) Settings(seed uint64) [][]string {
	switch {
	case d.Latin > 0:
		return d.latin(seed)
	case d.Pair:
		list := make([][]string, len(d.Axes[0].Values))
		for _, a := range d.Axes {
			for i, v := range a.Values {
				list[i] = append(list[i], v)
			}
		}
		return list
	}
	list := [][]string{nil}
	for _, a := range d.Axes {
		var longer [][]string
		for _, before := range list {
			for _, v := range a.Values {
				longer = append(longer, append(slices.Clone(before), v))
			}
		}
		list = longer
	}
	return list
}

// latin returns a centred Latin hypercube sample (McKay, Beckman and Conover, Technometrics 21,
// 1979): each axis is cut into as many parts of equal width as there are settings, and each part
// gives one setting its middle. Lists give equal settings where they are short; each is kept once.
func (d *Design) latin(seed uint64) (list [][]string) {
	places := make([][]int, len(d.Axes))
	for i, a := range d.Axes {
		places[i] = rand.New(kernel.NewStream(seed, 0, "sweep/"+a.Path, 0)).Perm(d.Latin)
	}
	seen := map[string]bool{}
	for n := range d.Latin {
		var values []string
		for i := range d.Axes {
			values = append(values, d.Axes[i].at((float64(places[i][n])+0.5)/float64(d.Latin)))
		}
		if text := strings.Join(values, "\x00"); !seen[text] {
			seen[text] = true
			list = append(list, values)
		}
	}
	return list
}
