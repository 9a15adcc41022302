package calibrate

import (
	"math"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// features are the sums over steps that the coefficients of a law multiply: those of the compute form, counted in
// steps in which it is the larger, of the memory form, in all others, and of the overhead; six each, in the order of names.
type features [terms]float64

const (
	perForm = 6
	terms   = 3 * perForm
)

// names are the features of a form.
var names = [perForm]string{"constant", "sequence", "prefill", "attention", "decode", "context"}

// forms are the forms of a law.
var forms = [3]string{"compute", "memory", "overhead"}

// coefficients are those of a law in seconds, in the order of features.
type coefficients [terms]float64

// flat lists the coefficients of a form.
func flat(c profile.Coefficients) [perForm]float64 {
	return [perForm]float64{c.Constant, c.Sequence, c.Prefill, c.Attention, c.Decode, c.Context}
}

// coefficientsOf lists the coefficients of a law.
func coefficientsOf(s profile.Step) (c coefficients) {
	for f, form := range []profile.Form{s.Compute, s.Memory, s.Overhead} {
		one := flat(form.Coefficients())
		copy(c[f*perForm:], one[:])
	}
	return c
}

// step makes the law of coefficients.
func (c coefficients) step() (profile.Step, error) {
	var s profile.Step
	for f, form := range []*profile.Form{&s.Compute, &s.Memory, &s.Overhead} {
		v := c[f*perForm:]
		var err error
		if *form, err = profile.NewForm(profile.Coefficients{Constant: v[0], Sequence: v[1], Prefill: v[2], Attention: v[3], Decode: v[4], Context: v[5]}); err != nil {
			return s, err
		}
	}
	return s, nil
}

// times returns the product of features and coefficients, in seconds.
func (c coefficients) times(f features) float64 {
	sum := 0.0
	for i, v := range f {
		sum += v * c[i]
	}
	return sum
}

// ofSteps returns the features of the first x steps of a run.
func ofSteps(r *tokens.Steps, law *profile.Step, x float64) features {
	w := r.Work
	one := [perForm]float64{
		x, x * float64(w.Sequences), x * float64(w.Prefill), x * float64(w.Attention) / 2, x * float64(w.Decode),
		x*float64(w.Context) + r.Advance*x*math.Max(0, x-1)/2,
	}
	var f features
	form := 0
	if law.Memory.Time(w) > law.Compute.Time(w) {
		form = 1
	}
	copy(f[form*perForm:], one[:])
	copy(f[2*perForm:], one[:])
	return f
}

// stepsIn returns how many steps of a run, parts included, take the given seconds.
func stepsIn(r *tokens.Steps, seconds float64) float64 {
	const second = 1e9 * profile.Grains
	t, g := float64(r.Time)/second, float64(r.Growth)/second
	if g == 0 || r.Count == 1 {
		return math.Min(seconds/t, float64(r.Count))
	}
	b := t - g/2
	return math.Min((math.Sqrt(b*b+2*g*seconds)-b)/g, float64(r.Count))
}

// lasting returns the seconds that the first x steps of a run take.
func lasting(r *tokens.Steps, x float64) float64 {
	return (x*float64(r.Time) + float64(r.Growth)*x*(x-1)/2) / (1e9 * profile.Grains)
}

// plus returns the sum of features.
func (f features) plus(g features, sign float64) features {
	for i := range f {
		f[i] += sign * g[i]
	}
	return f
}
