package validation

import (
	"math"
	"strconv"
	"strings"
)

// parameters holds the parameters of a system that package theory has read without a fault.
type parameters struct {
	variant string // rest of the name after the family's name
	values  map[string]string
}

func parametersOf(variant, text string) parameters {
	p := parameters{variant, map[string]string{}}
	for pair := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(pair, "=")
		p.values[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return p
}

// number returns a parameter, or NaN if it is missing.
func (p parameters) number(name string) float64 {
	x, err := strconv.ParseFloat(p.values[name], 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// count returns a parameter that is a whole number.
func (p parameters) count(name string) int { return int(p.number(name)) }
