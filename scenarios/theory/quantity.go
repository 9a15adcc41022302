package theory

import (
	"fmt"
	"math"
	"slices"
)

// quantity is a named value, or a function of the number that stands at the # of its name.
type quantity struct {
	name string
	of   func(x float64) (float64, error)
}

// plain is a quantity without a number in its name.
func plain(name string, x float64) quantity {
	return quantity{name, func(float64) (float64, error) { return x, nil }}
}

// atLevel is a quantile function of a level in [0, 1).
func atLevel(name string, of func(level float64) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if err := levelFault(x); err != nil {
			return 0, err
		}
		return of(x)
	}}
}

// atPoint is a function of a span of time or an amount of work, finite and not negative.
func atPoint(name string, of func(x float64) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if !(x >= 0) || math.IsInf(x, 0) {
			return 0, fmt.Errorf("the point %v is not a finite number from 0 up", x)
		}
		return of(x)
	}}
}

// atCount is a function of a whole number from first up.
func atCount(name string, first int, of func(n int) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if x != math.Trunc(x) || !(x >= float64(first)) || x > mostStates {
			return 0, fmt.Errorf("%v is not a whole number from %d to %d", x, first, mostStates)
		}
		return of(int(x))
	}}
}

// sure makes a function that cannot fail into one that could.
func sure[X, Y any](of func(X) Y) func(X) (Y, error) {
	return func(x X) (Y, error) { return of(x), nil }
}

// solver is a typed model that can name its quantities.
type solver interface{ quantities() []quantity }

// solved passes on what a typed constructor made.
func solved[T solver](model T, err error) ([]quantity, error) {
	if err != nil {
		return nil, err
	}
	return model.quantities(), nil
}

// with adds the quantities of one list to those of another.
func with(list []quantity, more ...quantity) []quantity { return append(slices.Clip(list), more...) }

// Means are the four means that Little's law ties together: L = λW and Lq = λWq, with λ the rate of
// what enters.
type Means struct {
	L  float64 // mean number in the system
	Lq float64 // waiting
	W  float64 // time in the system
	Wq float64 // time waiting
}

// meansOf are the means of a queue whose wait and service are known.
func meansOf(lambda, wait, service float64) Means {
	return Means{L: lambda * (wait + service), Lq: lambda * wait, W: wait + service, Wq: wait}
}

func (m Means) quantities() []quantity {
	return []quantity{plain("L", m.L), plain("Lq", m.Lq), plain("W", m.W), plain("Wq", m.Wq)}
}
