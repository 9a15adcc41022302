package optimize

import (
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// Limits on what is listed for the inequalities of one model. If there is more, it has none.
const (
	mostCovers   = 400   // smallest covers
	mostParts    = 4_000 // numbers of replicas that are no cover
	coverSteps   = 20_000
	coverShort   = 1e-4 // a cover may lack this share of the smallest replica
	leastCutting = 1e-4 // least violation of an inequality that is added
)

// covers lists the numbers of replicas with which a model is served, as far as they are needed for
// inequalities that all of them satisfy. Replicas are whole, so the hull of these points is smaller
// than the half-space in which capacities add up to the demand.
type covers struct {
	model    int
	list     []int     // configurations
	smallest [][]int   // per cover of which no replica can be left out, numbers of replicas
	parts    [][]int   // numbers of replicas that are no cover
	lacks    []float64 // per entry of parts, requests per second that they lack
}

// inequality demands that replicas of a model, times their weights, plus its shortfall times a
// weight, come to 1. All whole numbers of replicas satisfy it.
type inequality struct {
	*covers
	weights  []float64 // per entry of covers.list
	unserved float64
}

// newCovers lists the covers of model m. It returns nil if there is none, if there are too many, or
// if not only the rates of the model count.
func newCovers(x *index, m int) *covers {
	if x.Demand[m] == 0 || !x.plain[m] || len(x.byModel[m]) == 0 {
		return nil
	}
	c := &covers{model: m, list: x.byModel[m]}
	smallest, most := math.Inf(1), make([]int, len(c.list))
	for i, k := range c.list {
		f := &x.Configurations[k]
		smallest = min(smallest, f.Capacity)
		most[i] = int(min(x.most(k), float64(x.perMachine[k])*float64(x.Types[f.Type].Max)))
	}
	steps, counts := coverSteps, make([]int, len(c.list))
	var add func(i int, rest float64) bool
	add = func(i int, rest float64) bool {
		if steps--; steps < 0 || len(c.smallest) > mostCovers || len(c.parts) > mostParts {
			return false
		}
		if rest <= float64(coverShort*smallest) {
			if c.least(x, counts, float64(coverShort*smallest)) {
				c.smallest = append(c.smallest, slices.Clone(counts))
			}
			return true
		}
		if i == len(c.list) {
			c.parts, c.lacks = append(c.parts, slices.Clone(counts)), append(c.lacks, rest)
			return true
		}
		defer func() { counts[i] = 0 }()
		for counts[i] = 0; counts[i] <= most[i]; counts[i]++ {
			left := rest - float64(float64(counts[i])*x.Configurations[c.list[i]].Capacity)
			if !add(i+1, left) {
				return false
			}
			if left <= float64(coverShort*smallest) {
				break
			}
		}
		return true
	}
	if !add(0, x.Demand[m]) || len(c.smallest) == 0 {
		return nil
	}
	return c
}

// least reports whether no replica of a cover can be left out.
func (c *covers) least(x *index, counts []int, short float64) bool {
	sum := 0.
	for i, n := range counts {
		sum += float64(float64(n) * x.Configurations[c.list[i]].Capacity)
	}
	for i, n := range counts {
		if n > 0 && sum-x.Configurations[c.list[i]].Capacity >= x.Demand[c.model]-short {
			return false
		}
	}
	return true
}

// separate returns the inequality that numbers of replicas violate most, if they violate any. It
// also returns the steps of the simplex method.
func (c *covers) separate(at []float64) (cut inequality, ok bool, steps int) {
	var b program.Builder
	for _, n := range at {
		b.Column(max(0, n), 0, 1)
	}
	for _, cover := range c.smallest {
		row := b.Row(1, math.Inf(1))
		for i, n := range cover {
			if n > 0 {
				b.Add(row, i, float64(n))
			}
		}
	}
	s := simplexes.Get().(*linear.Simplex)
	defer simplexes.Put(s)
	if s.Load(b.Program()) != nil {
		return cut, false, 0
	}
	found := s.Solve(context.Background(), linear.Budget{})
	if found.Status != linear.Optimal || found.Objective > 1-leastCutting {
		return cut, false, found.Iterations
	}
	cut = inequality{covers: c, weights: slices.Clone(found.X)}
	return cut, cut.make(at), found.Iterations
}

// make completes an inequality from its weights, so that all whole numbers satisfy it. It reports
// whether the given numbers still violate it.
func (q *inequality) make(at []float64) bool {
	for i, w := range q.weights {
		q.weights[i] = max(0, w)
	}
	least := math.Inf(1)
	for _, cover := range q.smallest {
		least = min(least, q.sum(cover))
	}
	if least < 0.5 {
		return false
	}
	sum := 0.
	for i := range q.weights {
		q.weights[i] /= least
		sum += float64(q.weights[i] * at[i])
	}
	for i, part := range q.parts {
		q.unserved = max(q.unserved, (1-q.sum(part))/q.lacks[i])
	}
	return sum < 1-leastCutting/2
}

// sum returns the sum of weighted numbers of replicas.
func (q *inequality) sum(counts []int) (sum float64) {
	for i, n := range counts {
		sum += float64(q.weights[i] * float64(n))
	}
	return sum
}

// cut adds the inequalities that a solved relaxation violates most, one for each model. It reports
// whether there are any, and the work as in generate.
func (l *fillings) cut(w *filled, at []float64) (added bool, work int) {
	for _, c := range l.covers {
		if c == nil {
			continue
		}
		numbers := make([]float64, len(c.list))
		for i, k := range c.list {
			w.eachNumber(k, func(j int) { numbers[i] += at[j] })
		}
		cut, ok, steps := c.separate(numbers)
		work += steps * (len(c.smallest) + len(c.list))
		if ok {
			l.cuts, added = append(l.cuts, cut), true
		}
	}
	return added, work
}

// coverRows adds the rows of the inequalities.
func (w *filled) coverRows() {
	for i := range w.cuts {
		q := &w.cuts[i]
		row := w.builder.Row(1, math.Inf(1))
		for i, c := range q.list {
			w.eachNumber(c, func(j int) { w.builder.Add(row, j, q.weights[i]) })
		}
		w.builder.Add(row, w.relaxation.short+q.model, q.unserved)
	}
}
