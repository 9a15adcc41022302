package study

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Axis is a path of a scenario and the values that it takes in a study.
type Axis struct {
	Path   string
	Values []string // as --set takes them; empty for a range that is only sampled
	span   *span    // the range that the values come from; nil: a list
}

// span is a range of numbers with a unit, both ends included.
type span struct {
	low, high float64
	unit      string
	whole     bool // only whole numbers
	steps     int  // number of values; 0: not given
}

// mostValues is the largest number of values of a path.
const mostValues = 10_000

// ParseAxis reads a path with its values:
//
//	PATH=v1,v2     a list; commas within brackets, braces and quotes separate nothing
//	PATH=a..b/n    n values at equal distances from a to b, with the unit of both
//	PATH=a..b      all whole numbers from a to b; if sampled, any number from a to b
//
// The error joins all faults.
func ParseAxis(text string, sampled bool) (Axis, error) {
	path, list, ok := strings.Cut(text, "=")
	fail := func(err error) (Axis, error) { return Axis{Path: path}, fmt.Errorf("%s: %w", text, err) }
	if !ok || path == "" {
		return fail(errors.New("want PATH=v1,v2 or PATH=a..b/n, such as router=round-robin,power-of-two or fleet[0].max=2..8/4"))
	}
	if strings.TrimSpace(list) == "" {
		return fail(errors.New("no value is given"))
	}
	a := Axis{Path: path}
	a.Values = apart(list)
	if len(a.Values) == 1 && isRange(list) {
		s, err := parseSpan(list)
		if err != nil {
			return fail(err)
		}
		a.span = s
		if a.Values, err = s.values(sampled); err != nil {
			return fail(err)
		}
		return a, nil
	}
	var faults []error
	for i, v := range a.Values {
		switch {
		case v == "":
			faults = append(faults, fmt.Errorf("value %d is empty", i+1))
		case isRange(v):
			faults = append(faults, fmt.Errorf("%s: a range stands alone, without a list", v))
		case slices.ContainsFunc(a.Values[:i], func(w string) bool { return same(v, w) }):
			faults = append(faults, fmt.Errorf("%s is given twice", v))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fail(err)
	}
	return a, nil
}

// same reports whether two values are equal as texts or as numbers.
func same(v, w string) bool {
	x, wrong := strconv.ParseFloat(v, 64)
	y, bad := strconv.ParseFloat(w, 64)
	return v == w || wrong == nil && bad == nil && x == y
}

// apart splits a list at its commas, except at those within brackets, braces and quotes.
func apart(list string) (values []string) {
	depth, quote, from := 0, rune(0), 0
	for i, r := range list {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		case r == ',' && depth == 0:
			values = append(values, strings.TrimSpace(list[from:i]))
			from = i + 1
		}
	}
	return append(values, strings.TrimSpace(list[from:]))
}

// isRange reports whether a value is meant as a range: two dots after a number.
func isRange(text string) bool {
	before, _, found := strings.Cut(text, "..")
	number, _ := quantity(before)
	return found && number != ""
}

// quantity splits a value into its number and its unit. The number is "" if there is none.
func quantity(text string) (number, unit string) {
	text = strings.TrimSpace(text)
	for end := len(text); end > 0; end-- {
		if v, err := strconv.ParseFloat(text[:end], 64); err == nil && !math.IsInf(v, 0) && strings.ContainsAny(text[:end], "0123456789") {
			return text[:end], strings.TrimSpace(text[end:])
		}
	}
	return "", text
}

func parseSpan(text string) (*span, error) {
	from, to, _ := strings.Cut(text, "..")
	s := &span{}
	if at := strings.LastIndexByte(to, '/'); at >= 0 {
		if n, err := strconv.Atoi(to[at+1:]); err == nil {
			if n < 1 || n > mostValues {
				return nil, fmt.Errorf("a range of %d values: want 1 to %d", n, mostValues)
			}
			to, s.steps = to[:at], n
		}
	}
	low, unit := quantity(from)
	high, other := quantity(to)
	switch {
	case high == "":
		return nil, fmt.Errorf("%q is not a number with which a range can end; want a..b/n, such as 2..8/4 or 100/s..400/s/4", to)
	case unit != other || strings.ContainsAny(unit, "0123456789"):
		return nil, fmt.Errorf("both ends of a range need the same unit, not %q and %q", unit, other)
	}
	s.low, _ = strconv.ParseFloat(low, 64)
	s.high, _ = strconv.ParseFloat(high, 64)
	s.unit = unit
	s.whole = s.low == math.Trunc(s.low) && s.high == math.Trunc(s.high) && !strings.ContainsAny(low+high, ".eE")
	switch {
	case s.high < s.low:
		return nil, fmt.Errorf("the range is empty, because %s%s is above %s%s", low, unit, high, other)
	case s.high == s.low && s.steps > 1:
		return nil, fmt.Errorf("both ends are %s%s, so there are no %d values", low, unit, s.steps)
	case s.high > s.low && s.steps == 1:
		return nil, errors.New("a range of one value: give the value alone")
	}
	return s, nil
}

// values lists the values of the range. It lists none if the range is only sampled.
func (s *span) values(sampled bool) (list []string, err error) {
	n := s.steps
	switch {
	case n == 0 && sampled:
		return nil, nil
	case n == 0 && !s.whole:
		return nil, fmt.Errorf("how many values? such as %s..%s/5", s.text(s.low), s.text(s.high))
	case n == 0 && s.high-s.low >= mostValues:
		return nil, fmt.Errorf("more than %d values; say how many, such as %s..%s/5", mostValues, s.text(s.low), s.text(s.high))
	case n == 0:
		n = int(s.high-s.low) + 1
	}
	for i := range n {
		list = append(list, s.text(s.low+(s.high-s.low)*float64(i)/float64(max(1, n-1))))
	}
	return list, nil
}

// text writes a value of the range with at most twelve digits, and its unit.
func (s *span) text(v float64) string {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return strconv.FormatFloat(short, 'f', -1, 64) + s.unit
}

// at returns the value at a share of the axis, from 0 to below 1.
func (a *Axis) at(share float64) string {
	switch {
	case len(a.Values) > 0:
		return a.Values[int(share*float64(len(a.Values)))]
	case a.span.whole:
		return a.span.text(a.span.low + math.Floor(share*(a.span.high-a.span.low+1)))
	}
	short, _ := strconv.ParseFloat(strconv.FormatFloat(a.span.low+share*(a.span.high-a.span.low), 'g', 6, 64), 64)
	return a.span.text(short)
}
