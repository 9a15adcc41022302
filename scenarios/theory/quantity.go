package theory

import (
	"fmt"
	"math"
	"slices"
)

// quantity is a named value, or a function of a number. The character # in the name marks the place
// of the number.
type quantity struct {
	name string
	of   func(x float64) (float64, error)
}

// plain makes a quantity without a number in its name.
func plain(name string, x float64) quantity {
	return quantity{name, func(float64) (float64, error) { return x, nil }}
}

// atLevel makes a quantity that is a quantile function of a level in [0, 1).
func atLevel(name string, of func(level float64) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if err := levelFault(x); err != nil {
			return 0, err
		}
		return of(x)
	}}
}

// atPoint makes a quantity that is a function of a time or an amount of work, which is finite and
// at least 0.
func atPoint(name string, of func(x float64) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if !(x >= 0) || math.IsInf(x, 0) {
			return 0, fmt.Errorf("the point %v is not a finite number from 0 up", x)
		}
		return of(x)
	}}
}

// atCount makes a quantity that is a function of a whole number of at least first.
func atCount(name string, first int, of func(n int) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if x != math.Trunc(x) || !(x >= float64(first)) || x > mostStates {
			return 0, fmt.Errorf("%v is not a whole number from %d to %d", x, first, mostStates)
		}
		return of(int(x))
	}}
}

// sure adds a nil error to the results of a function.
func sure[X, Y any](of func(X) Y) func(X) (Y, error) {
	return func(x X) (Y, error) { return of(x), nil }
}

// solver is a solved model that lists its quantities.
type solver interface{ quantities() []quantity }

// solved returns the quantities of a model, or the error of its constructor.
func solved[T solver](model T, err error) ([]quantity, error) {
	if err != nil {
		return nil, err
	}
	return model.quantities(), nil
}

// with returns a list with more quantities.
func with(list []quantity, more ...quantity) []quantity { return append(slices.Clip(list), more...) }

// Means holds four means that Little's law connects: L = λW and Lq = λWq. λ is the rate of
// customers that enter.
type Means struct {
	L  float64 // mean number in the system
	Lq float64 // mean number waiting
	W  float64 // mean time in the system
	Wq float64 // mean time waiting
}

// meansOf returns the means of a queue from its mean wait and mean service time.
func meansOf(lambda, wait, service float64) Means {
	return Means{L: lambda * (wait + service), Lq: lambda * wait, W: wait + service, Wq: wait}
}

func (m Means) quantities() []quantity {
	return []quantity{plain("L", m.L), plain("Lq", m.Lq), plain("W", m.W), plain("Wq", m.Wq)}
}
