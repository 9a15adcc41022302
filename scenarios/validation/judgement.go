package validation

import (
	"context"
	"slices"

	"wavetank/metrics"
	"wavetank/scenarios/theory"
)

// Checked is a claim that was compared with the formula and with a simulation.
type Checked struct {
	Claim
	Exact float64        // value from the formula
	Fault error          // why there is no exact value: a faulty family, quantity or parameter
	Holds bool           // the claim agrees with the formula
	Row   *ComparedValue // the simulated value; nil: it was not simulated
	Left  string         // why it was not simulated
}

// Judgement is a table of theory, compared with formulas and simulations.
type Judgement struct {
	Options Options
	Claims  []Checked
	Systems int
	JointTest
}

// Agrees reports whether every claim holds, every simulation that is long enough agrees, and the
// joint test passes.
func (j *Judgement) Agrees() bool {
	return j.JointlyAgrees() && !slices.ContainsFunc(j.Claims, func(c Checked) bool {
		return c.Fault != nil || !c.Holds || c.Row != nil && c.Row.disagrees()
	})
}

// Check computes every claim from its formula, simulates the systems that can be simulated, and
// compares all three. Each quantity is simulated until it is precise to 5 % or its run is 16 times
// as long. When the context ends, the results so far are returned together with the context's
// error.
func Check(ctx context.Context, claims []Claim, o Options) (*Judgement, error) {
	o.every = true
	j := &Judgement{Options: o, Claims: make([]Checked, len(claims))}
	var systems []QueueSystem
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
	for _, key := range order {
		if s, ok := j.prepare(key, members[key]); ok {
			systems = append(systems, s)
		}
	}
	rows, err := measure(ctx, systems, o)
	if rows == nil {
		return nil, err
	}
	for i, s := range systems {
		j.note(members[[2]string{s.Family, s.Params}], rows[i])
	}
	j.JointTest = joint(rows, o)
	return j, err
}

// prepare computes the claims of a system; ok is false if the system is not simulated.
func (j *Judgement) prepare(key [2]string, members []int) (s QueueSystem, ok bool) {
	s = QueueSystem{Family: key[0], Params: key[1]}
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
		_, err = s.prepare(j.Options, 1)
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

// unobserved is the reason why some quantities of simulated systems have no simulated value.
const unobserved = "of the formula alone; nothing observes it in a run"

// observes reports whether runs of a system measure a quantity of it.
func observes(s *QueueSystem, quantity string) bool {
	_, seen := newWatch(metrics.MeasuredSpan{}, s).estimate(quantity)
	return seen
}

// note sets the rows of the claims of a system.
func (j *Judgement) note(members []int, rows []ComparedValue) {
	for _, i := range members {
		c := &j.Claims[i]
		at := slices.IndexFunc(rows, func(r ComparedValue) bool { return r.Quantity == c.Quantity })
		switch {
		case at >= 0 && c.Fault == nil:
			c.Row = &rows[at]
		case rows == nil && c.Fault == nil && c.Left == "":
			c.Left = "interrupted"
		}
	}
}

// Verdict says whether the formula agrees with the claim.
func (c *Checked) Verdict() string {
	if c.Fault != nil {
		return "NOT KNOWN"
	}
	return verdict(c.Holds)
}
