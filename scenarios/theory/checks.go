package theory

import (
	"errors"
	"fmt"
	"math"
)

// checks collects faults of the arguments of a constructor.
type checks []error

func (c *checks) fault(format string, args ...any) { *c = append(*c, fmt.Errorf(format, args...)) }

func (c *checks) positive(name string, x float64) {
	if !(x > 0) || math.IsInf(x, 0) {
		c.fault("%s is %v, not a positive number", name, x)
	}
}

func (c *checks) notNegative(name string, x float64) {
	if !(x >= 0) || math.IsInf(x, 0) {
		c.fault("%s is %v, not a finite number from 0 up", name, x)
	}
}

// fraction checks that a number is strictly between 0 and 1.
func (c *checks) fraction(name string, x float64) {
	if !(x > 0 && x < 1) {
		c.fault("%s is %v, not strictly between 0 and 1", name, x)
	}
}

func (c *checks) count(name string, n, first, last int) {
	if n < first || n > last {
		c.fault("%s is %d, not from %d to %d", name, n, first, last)
	}
}

// stable checks that a load is below 1. Otherwise there is no steady state.
func (c *checks) stable(load float64) {
	if len(*c) == 0 && !(load < 1) {
		c.fault("the load is %v; a steady state needs less than 1", load)
	}
}

func (c checks) err() error { return errors.Join(c...) }
