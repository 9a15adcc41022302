package replay

import (
	"math"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Features are the sums over steps that the coefficients of a law multiply: those of the compute form, counted in
// steps in which it is the larger, of the memory form, in all others, and of the overhead; six each, in the order of names.
type Features [terms]float64

// PerForm is the number of features of a form.
const PerForm = len(profile.Terms)

const terms = 3 * PerForm

// FormNames are the forms of a step-time model.
var FormNames = [3]string{"compute", "memory", "overhead"}

// ModelCoefficients are those of a law in seconds, in the order of features.
type ModelCoefficients [terms]float64

// CoefficientsOf lists the coefficients of a law.
func CoefficientsOf(s profile.StepTime) (c ModelCoefficients) {
	for f, form := range []profile.Form{s.Compute, s.Memory, s.Overhead} {
		one := form.Coefficients()
		for i, t := range profile.Terms {
			c[f*PerForm+i] = *t.Seconds(&one)
		}
	}
	return c
}

// StepTime makes the law of coefficients.
func (c ModelCoefficients) StepTime() (profile.StepTime, error) {
	var s profile.StepTime
	for f, form := range []*profile.Form{&s.Compute, &s.Memory, &s.Overhead} {
		var one profile.Coefficients
		for i, t := range profile.Terms {
			*t.Seconds(&one) = c[f*PerForm+i]
		}
		var err error
		if *form, err = profile.NewForm(one); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Times returns the product of features and coefficients, in seconds.
func (c ModelCoefficients) Times(f Features) float64 {
	sum := 0.0
	for i, v := range f {
		sum += v * c[i]
	}
	return sum
}

// featuresOf returns the features of the first x steps of a run.
func featuresOf(r *tokens.Steps, law *profile.StepTime, x float64) Features {
	w := r.Work
	var one [PerForm]float64
	for i, t := range profile.Terms {
		one[i] = x * float64(t.Feature(&w)) / t.Times
	}
	one[profile.ContextTerm] += r.Advance * x * math.Max(0, x-1) / 2
	var f Features
	form := 0
	if law.Memory.Time(w) > law.Compute.Time(w) {
		form = 1
	}
	copy(f[form*PerForm:], one[:])
	copy(f[2*PerForm:], one[:])
	return f
}

// stepsWithin returns how many steps of a run, parts included, take the given seconds.
func stepsWithin(r *tokens.Steps, seconds float64) float64 {
	const second = 1e9 * profile.Grains
	t, g := float64(r.Time)/second, float64(r.Growth)/second
	if g == 0 || r.Count == 1 {
		return math.Min(seconds/t, float64(r.Count))
	}
	b := t - g/2
	return math.Min((math.Sqrt(b*b+2*g*seconds)-b)/g, float64(r.Count))
}

// secondsOf returns the seconds that the first x steps of a run take.
func secondsOf(r *tokens.Steps, x float64) float64 {
	return (x*float64(r.Time) + float64(r.Growth)*x*(x-1)/2) / (1e9 * profile.Grains)
}

// Plus returns the sum of features.
func (f Features) Plus(g Features, sign float64) Features {
	for i := range f {
		f[i] += sign * g[i]
	}
	return f
}
