package compare

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// Finding says what the replications have shown about an objective.
type Finding int

// NotShown means that the interval of the share contains the objective, or that there is no
// interval.
const (
	NotShown Finding = iota
	Met
	NotMet
)

// String returns "met", "not met" or "not shown".
func (o Finding) String() string {
	return [...]string{NotShown: "not shown", Met: "met", NotMet: "not met"}[o]
}

// Verdict is the result of one policy for one objective.
type Verdict struct {
	Scenario string
	Policy   string
	rows.Objective
	Share   Interval // share of the requests that were in time, in percent
	Finding Finding
	Reason  string // why there is no interval; empty otherwise
}

// Shortfall returns by how many percentage points the mean share misses the objective. It is
// negative if the share is above the objective, and NaN if there is no share.
func (v Verdict) Shortfall() float64 { return v.Percent - v.Share.Mean }

// Judge compares every policy with the objectives, by the comparisons of slo_attainment. An
// objective is met if the lower end of the share's interval is not below it. It is not met if the
// upper end is below it. An objective without Percent has no verdict. Verdicts come policy by
// policy, in the order of the comparisons.
func Judge(comparisons []Comparison, objectives []rows.Objective) []Verdict {
	type place struct{ scenario, policy, scope string }
	shares, policies, seen := map[place]Interval{}, []place{}, map[place]bool{}
	for _, c := range comparisons {
		if p := (place{c.Scenario, c.Policy, ""}); !seen[p] {
			seen[p] = true
			policies = append(policies, p)
		}
		if c.Metric == shareInTime {
			shares[place{c.Scenario, c.Policy, c.Scope}] = c.Value
		}
	}
	var list []Verdict
	for _, p := range policies {
		for _, o := range objectives {
			if o.Percent == 0 {
				continue
			}
			v := Verdict{Scenario: p.scenario, Policy: p.policy, Objective: o, Share: undefined(Level, "nothing was measured")}
			if share, known := shares[place{p.scenario, p.policy, o.Scope}]; known {
				v.Share = share
			}
			v.Finding, v.Reason = v.judge()
			list = append(list, v)
		}
	}
	return list
}

func (v Verdict) judge() (outcome Finding, reason string) {
	switch i := v.Share; {
	case i.N == 1:
		return NotShown, "one replication"
	case !i.Defined():
		return NotShown, i.Warning
	case i.Low >= v.Percent:
		return Met, ""
	case i.High < v.Percent:
		return NotMet, ""
	}
	return NotShown, ""
}

// Standing is the result of one policy for all objectives.
type Standing struct {
	Policy   string
	Verdicts []Verdict
	// Finding is Met if every objective is met, and NotMet if one is not met. The claim that all
	// objectives are met needs no correction of the levels: it is an intersection–union test
	// (Berger, Technometrics 24, 1982).
	Finding Finding
}

// Standings gathers verdicts by policy, in their order.
func Standings(verdicts []Verdict) []Standing {
	var list []Standing
	for _, v := range verdicts {
		if n := len(list); n == 0 || list[n-1].Policy != v.Policy {
			list = append(list, Standing{Policy: v.Policy, Finding: Met})
		}
		s := &list[len(list)-1]
		s.Verdicts = append(s.Verdicts, v)
		if v.Finding == NotMet || v.Finding == NotShown && s.Finding == Met {
			s.Finding = v.Finding
		}
	}
	return list
}

// Worst returns the verdict with the largest shortfall, on a tie the first. It considers only
// verdicts with the given findings, or all verdicts if no finding is given. It returns nil if no
// share is known.
func (s Standing) Worst(of ...Finding) *Verdict {
	var worst *Verdict
	for i := range s.Verdicts {
		v := &s.Verdicts[i]
		if len(of) > 0 && !slices.Contains(of, v.Finding) || math.IsNaN(v.Shortfall()) {
			continue
		}
		if worst == nil || v.Shortfall() > worst.Shortfall() {
			worst = v
		}
	}
	return worst
}

// First returns the first verdict with a finding, or nil if there is none.
func (s Standing) First(of Finding) *Verdict {
	for i, v := range s.Verdicts {
		if v.Finding == of {
			return &s.Verdicts[i]
		}
	}
	return nil
}

// Number returns the number of verdicts with a finding.
func (s Standing) Number(of Finding) (n int) {
	for _, v := range s.Verdicts {
		if v.Finding == of {
			n++
		}
	}
	return n
}
