package theory

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// reader reads parameters such as "c=2;lam=1.6;mu=1". It collects all faults.
type reader struct {
	variant string // rest of the name after the family's name
	names   []string
	values  map[string]string
	used    map[string]bool
	faults  []error
}

func newReader(variant, params string) *reader {
	r := &reader{variant: variant, values: map[string]string{}, used: map[string]bool{}}
	for pair := range strings.SplitSeq(params, ";") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		if _, twice := r.values[name]; !ok || twice {
			r.fault("parameter %q is not name=value, or is given twice", pair)
			continue
		}
		r.names = append(r.names, name)
		r.values[name] = strings.TrimSpace(value)
	}
	return r
}

func (r *reader) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf(format, args...))
}

// err returns all faults, and reports parameters that were never used.
func (r *reader) err() error {
	for _, name := range r.names {
		if !r.used[name] {
			r.fault("parameter %q is not known", name)
			r.used[name] = true // reported once
		}
	}
	return errors.Join(r.faults...)
}

func (r *reader) has(name string) bool {
	_, ok := r.values[name]
	return ok
}

// text returns a parameter as text.
func (r *reader) text(name string) string {
	r.used[name] = true
	value, ok := r.values[name]
	if !ok {
		r.fault("parameter %q is missing", name)
	}
	return value
}

// distribution returns a parameter that is a distribution. If its text has no mean, the argument
// mean is the mean. A text that is not a distribution is a fault, and the result is nil.
func (r *reader) distribution(name string, mean float64) TimeDistribution {
	text := r.text(name)
	if !r.has(name) {
		return nil
	}
	distribution, err := ParseDistribution(text, mean)
	if err != nil {
		r.fault("%s: %w", name, err)
		return nil
	}
	return distribution
}

// number returns a parameter that is a finite number.
func (r *reader) number(name string) float64 {
	text := r.text(name)
	if !r.has(name) {
		return 0
	}
	return r.parse(name, text)
}

func (r *reader) parse(name, text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		r.fault("%s: %q is not a finite number", name, text)
		return 0
	}
	return x
}

// count returns a parameter that is a whole number.
func (r *reader) count(name string) int {
	x := r.number(name)
	if x != math.Trunc(x) || math.Abs(x) > mostStates {
		r.fault("%s: %v is not a whole number of at most %d", name, x, mostStates)
		return 0
	}
	return int(x)
}

// list returns a parameter that is a list of numbers, such as "1|1.5|2".
func (r *reader) list(name string) []float64 {
	var list []float64
	for part := range strings.SplitSeq(r.text(name), "|") {
		list = append(list, r.parse(name, part))
	}
	return list
}

// numbered returns the parameters name1, name2, … up to the first missing one.
func (r *reader) numbered(name string) []float64 {
	var list []float64
	for i := 1; i == 1 || r.has(name+strconv.Itoa(i)); i++ {
		list = append(list, r.number(name+strconv.Itoa(i)))
	}
	return list
}

// agrees checks a parameter whose value follows from others. It allows for the rounding of a
// printed number.
func (r *reader) agrees(name string, want float64) {
	if r.has(name) {
		if x := r.number(name); !near(x, want) {
			r.fault("%s is %v, but the other parameters make it %v", name, x, want)
		}
	}
}
