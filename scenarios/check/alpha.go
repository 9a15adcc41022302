package check

import (
	"fmt"
	"time"

	"wavetank/policies/allocation/control"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
)

// doubtsOfAlpha says where a policy closes gaps by a share with which it overshoots or swings, by
// the closed forms of the rule (control.StableBelow).
func (e *Review) doubtsOfAlpha(p *file.Policy) (list []string) {
	rule, used := p.Allocator.AlphaRule()
	if !used {
		return nil
	}
	say := func(alpha float64, format string, args ...any) {
		list = append(list, fmt.Sprintf("alpha %v ", alpha)+fmt.Sprintf(format, args...))
	}
	if dead, model := e.deadTime(p); rule.Ready && rule.Up > control.StableBelow(dead) && dead > 0 {
		say(rule.Up, "with feedback ready overshoots: what is ordered for %s is seen with a dead time of τ = %d control periods, and the rule is stable for alpha < 2 sin(π/(2(2τ+1))) = %s; where what is given up is as late, it swings for ever",
			e.Spec.Models[model].Name, dead, wording.Digits(control.StableBelow(dead)))
	} else if rule.Up > 1 {
		list = append(list, beyond("alpha", rule.Up))
	}
	if rule.Down > 1 && rule.Down != rule.Up {
		list = append(list, beyond("alpha-down", rule.Down))
	}
	return list
}

// beyond says what a share above 1 does without a dead time.
func beyond(key string, alpha float64) string {
	if stable := control.StableBelow(0); alpha >= stable {
		return fmt.Sprintf("%s %v never settles: a gap goes as (1 − alpha)^t, which is stable for 0 < alpha < %v alone", key, alpha, stable)
	}
	return fmt.Sprintf("%s %v overshoots: a gap goes as (1 − alpha)^t, which changes its sign in every control period for alpha above 1", key, alpha)
}

// deadTime returns the longest dead time of the deployments that a policy may use, in control
// periods, and the model of that deployment. A decision is seen at the next one at the earliest,
// which is no dead time.
func (e *Review) deadTime(p *file.Policy) (periods int, model fleet.ModelID) {
	only := ""
	if _, params := p.Allocator.Chosen(); params != nil {
		if s, ok := params.(*registry.Staged); ok {
			only = s.Only()
		}
	}
	period := time.Duration(e.Scenario.Control.Period)
	for d := range e.Spec.Deployments {
		k := &e.Spec.Deployments[d]
		if lead := e.Spec.Lead(fleet.DeploymentID(d)); k.Matches(only) && lead > 0 {
			if dead := int((lead - 1) / period); dead > periods {
				periods, model = dead, k.Model
			}
		}
	}
	return periods, model
}
