package validation

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"wavetank/metrics"
	"wavetank/scenarios/theory"
)

// Checked is a claim, held against the formula, and both against a simulation.
type Checked struct {
	Claim
	Exact float64 // by the formula
	Fault error   // why there is none: the family, the quantity or the parameters
	Holds bool    // the claim is what the formula says
	Row   *Row    // as it was simulated; nil where it was not
	Short bool    // the run is too short to tell
	Left  string  // why it was not simulated
}

// Judgement is a table of theory, held against formulas and simulations.
type Judgement struct {
	Options       Options
	Claims        []Checked
	Systems, Runs int
	Bound         float64 // of |score|
	// As in Result, over the first quantity of each system that its run is long enough for.
	Headlines, Beyond, Fewest, Most int
}

// Agrees reports whether every claim holds, every simulation that is long enough agrees, and so do all jointly.
func (j *Judgement) Agrees() bool {
	for i := range j.Claims {
		if c := &j.Claims[i]; c.Fault != nil || !c.Holds || c.Row != nil && !c.Short && !c.Row.Agrees {
			return false
		}
	}
	return j.Beyond >= j.Fewest && j.Beyond <= j.Most
}

const (
	// longer is by how much a run is lengthened that is too short, and longest in all.
	longer, longest = 4, 16
	// precise is the largest half-width of an interval, relative to the value, that tells anything.
	precise = 0.05
	// steady is the largest drift of runs that have forgotten that they began empty.
	steady = 4
	// rare is a probability of which a run need show nothing.
	rare = 1e-3
	// resolution is the relative difference that a comparison cannot see: rounding of instants and of quantiles.
	resolution = 2e-4
)

// Check computes every claim from its formula, simulates the systems of families that are, each until its quantities are
// known to 5 % or its run is 16 times as long, and compares all three.
func Check(ctx context.Context, claims []Claim, o Options) (*Judgement, error) {
	j := &Judgement{Options: o, Claims: make([]Checked, len(claims))}
	var systems []System
	members := map[[2]string][]int{} // claims of each system
	var order [][2]string
	for i, c := range claims {
		key := [2]string{c.Family, c.Params}
		if members[key] == nil {
			order = append(order, key)
		}
		members[key] = append(members[key], i)
		j.Claims[i].Claim = c
	}
	j.Systems = len(order)
	for n, key := range order {
		s, ok := j.prepare(key, members[key])
		if s.seed = uint64(n); ok {
			systems = append(systems, s)
		}
	}
	if err := j.simulate(ctx, systems, members); err != nil {
		return nil, err
	}
	j.judge(systems, members)
	return j, nil
}

// prepare computes the claims of a system; ok is false where it is not simulated.
func (j *Judgement) prepare(key [2]string, members []int) (s System, ok bool) {
	s = System{Family: key[0], Params: key[1]}
	model, err := theory.Parse(s.Family, s.Params)
	for _, i := range members {
		c := &j.Claims[i]
		if c.Fault = err; err == nil {
			c.Exact, c.Fault = model.Value(c.Quantity)
		}
		c.Holds = c.Fault == nil && c.holds(c.Exact)
	}
	if err != nil {
		return s, false
	}
	s.queue, err = realize(s.Family, s.Params)
	if err == nil {
		_, err = s.prepare(j.Options)
	}
	for _, i := range members {
		c := &j.Claims[i]
		switch {
		case c.Fault != nil:
		case err != nil:
			c.Left = err.Error()
		case !observes(&s, c.Quantity):
			c.Left = unobserved
		case !slices.Contains(s.Quantities, c.Quantity):
			s.Quantities = append(s.Quantities, c.Quantity)
		}
	}
	return s, err == nil && len(s.Quantities) > 0
}

// unobserved is why a quantity of a system that is simulated is not.
const unobserved = "of the formula alone; nothing observes it in a run"

// observes reports whether runs of a system tell a quantity of it.
func observes(s *System, quantity string) bool {
	_, seen := newWatch(metrics.Span{}, s).estimate(quantity)
	return seen
}

// simulate runs the systems, and again those whose runs are too short, longer.
func (j *Judgement) simulate(ctx context.Context, systems []System, members map[[2]string][]int) error {
	o := j.Options
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(o.Replications - 1)}
	done := 0
	if progress := o.Progress; progress != nil {
		o.Progress = func(n, of int) { progress(done+n, done+of) }
	}
	for factor := 1; len(systems) > 0; factor *= longer {
		o.Customers = factor * j.Options.Customers
		values, err := simulate(ctx, systems, o)
		if err != nil {
			return err
		}
		done += len(systems) * o.Replications
		j.Runs += len(systems) * o.Replications
		var again []System
		for i, s := range systems {
			rows, err := compare(s, values[i])
			if err != nil {
				return err
			}
			for k := range rows {
				sem := max(rows[k].Half/t.Quantile(0.975), resolution*math.Abs(rows[k].Exact))
				if rows[k].Score = 0; rows[k].Mean != rows[k].Exact {
					rows[k].Score = (rows[k].Mean - rows[k].Exact) / sem
				}
			}
			j.note(members[[2]string{s.Family, s.Params}], rows)
			if factor < longest && slices.ContainsFunc(rows, func(r Row) bool { return !r.tells() }) {
				again = append(again, s)
			}
		}
		systems = again
	}
	return nil
}

// note gives the claims of a system their rows.
func (j *Judgement) note(members []int, rows []Row) {
	for _, i := range members {
		c := &j.Claims[i]
		at := slices.IndexFunc(rows, func(r Row) bool { return r.Quantity == c.Quantity })
		if at >= 0 && c.Fault == nil {
			c.Row = &rows[at]
		}
	}
}

// tells reports whether the interval of a row is narrow enough to tell anything, and its runs were steady. What never
// happened in any run may be as rare as the formula says.
func (r *Row) tells() bool {
	switch {
	case math.Abs(r.Drift) > steady:
		return false
	case r.Exact == 0:
		return r.Half <= precise
	case r.Mean == 0:
		return math.Abs(r.Exact) > rare
	}
	return r.Half <= precise*min(math.Abs(r.Exact), math.Abs(r.Mean))
}

// judge gives every simulated claim its verdict. A run whose other quantities are not known well may not have
// forgotten yet that it began empty: what disagrees in it is told to be short, too.
func (j *Judgement) judge(systems []System, members map[[2]string][]int) {
	rows := 0
	for i := range j.Claims {
		if j.Claims[i].Row != nil {
			rows++
		}
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(j.Options.Replications - 1)}
	j.Bound = t.Quantile(1 - 0.001/2/float64(max(1, rows)))
	for _, s := range systems {
		vague, headline := false, true
		list := members[[2]string{s.Family, s.Params}]
		for _, i := range list {
			row := j.Claims[i].Row
			vague = vague || row != nil && !row.tells()
		}
		for _, i := range list {
			c := &j.Claims[i]
			if c.Row == nil {
				continue
			}
			c.Row.Agrees = math.Abs(c.Row.Score) <= j.Bound
			c.Short = !c.Row.tells() || vague && !c.Row.Agrees
			if headline && !c.Short {
				headline = false
				j.Headlines++
				if math.Abs(c.Row.Score) > t.Quantile(0.975) {
					j.Beyond++
				}
			}
		}
	}
	j.Fewest, j.Most = central(j.Headlines, 0.05, 0.999)
}

// verdict says what the formula makes of the claim.
func (c *Checked) verdict() string {
	if c.Fault != nil {
		return "NOT KNOWN"
	}
	return verdict(c.Holds)
}

// simulated says what the simulation makes of it.
func (c *Checked) simulated() string {
	switch {
	case c.Row == nil:
		return "not simulated"
	case c.Short:
		return "run too short"
	}
	return verdict(c.Row.Agrees)
}
