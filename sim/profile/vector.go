package profile

import (
	"fmt"
	"math"
)

// FormNames names the forms of a step-time model. A step takes the larger of the first two plus the
// third.
var FormNames = [...]string{"compute", "memory", "overhead"}

// Indices in a Vector: where the forms after compute begin, and the coefficient of the experts.
const (
	memoryForm   = terms
	overheadForm = 2 * terms
	eachExpert   = 3 * terms
)

// Vector has one number for each coefficient of a step-time model: all forms in the order of
// FormNames, with their terms in the order of Terms, and then the experts. The numbers are either
// the coefficients, in seconds, or the features that they multiply. Fits use vectors, whose
// coefficients need not be whole grains.
type Vector [eachExpert + 1]float64

// CoefficientName returns the name of coefficient i: compute.constant, …, experts.each.
func CoefficientName(i int) string {
	if i == eachExpert {
		return "experts.each"
	}
	return FormNames[i/terms] + "." + Terms[i%terms].Name
}

// CoefficientIndex returns the index of the coefficient with a name, or −1 if there is none.
func CoefficientIndex(name string) int {
	for i := range (Vector{}) {
		if CoefficientName(i) == name {
			return i
		}
	}
	return -1
}

// Vector returns the coefficients of a model.
func (s StepTime) Vector() (v Vector) {
	for i, f := range []Form{s.Compute, s.Memory, s.Overhead} {
		c := f.Coefficients()
		for j, t := range Terms {
			v[i*terms+j] = *t.Seconds(&c)
		}
	}
	v[eachExpert] = float64(s.Experts.Each) / (1e9 * Grains)
	return v
}

// StepTime returns the model with the coefficients nearest to v and with the experts of m.
func (v Vector) StepTime(m Mixture) (s StepTime, err error) {
	for i, to := range []*Form{&s.Compute, &s.Memory, &s.Overhead} {
		var c Coefficients
		for j, t := range Terms {
			*t.Seconds(&c) = v[i*terms+j]
		}
		if *to, err = NewForm(c); err != nil {
			return s, fmt.Errorf("%s.%w", FormNames[i], err)
		}
	}
	s.Experts = m
	s.Experts.Each = int64(math.Round(v[eachExpert] * 1e9 * Grains))
	return s, nil
}

// Features returns the features of a step, for every form, without Read: nothing is fitted to
// engines whose prompts read the cache.
func (w *Work) Features(m *Mixture) (f Vector) {
	for j, t := range Terms {
		f = f.add(j, float64(t.Feature(w))/t.Times)
	}
	f[eachExpert] = m.Activated(float64(w.Prefill + w.Decode))
	return f
}

// WithContext returns the features with more tokens in the cache. For the mean of several steps,
// more need not be a whole number.
func (f Vector) WithContext(more float64) Vector { return f.add(ContextTerm, more) }

// add adds to the feature of a term in every form.
func (f Vector) add(term int, more float64) Vector {
	for i := range FormNames {
		f[i*terms+term] += more
	}
	return f
}

// BoundBy returns the features of a step that is bound by memory or, if memory is false, by
// computing. The features of the other of these two forms are 0.
func (f Vector) BoundBy(memory bool) Vector {
	if memory {
		clear(f[:memoryForm])
	} else {
		clear(f[memoryForm:overheadForm])
	}
	return f
}

// Time returns how long a step with the features takes, in seconds, and whether memory takes at
// least as long as computing.
func (v *Vector) Time(features *Vector) (seconds float64, memory bool) {
	compute := dot(v[:memoryForm], features[:memoryForm])
	reading := dot(v[memoryForm:overheadForm], features[memoryForm:overheadForm])
	return max(compute, reading) + dot(v[overheadForm:], features[overheadForm:]), reading >= compute
}

// Dot returns the dot product. For coefficients and features that is a time in seconds.
func (v *Vector) Dot(features *Vector) float64 { return dot(v[:], features[:]) }

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Plus returns v + factor · w.
func (v Vector) Plus(w Vector, factor float64) Vector {
	for i := range v {
		v[i] += factor * w[i]
	}
	return v
}
