package check

import (
	"fmt"
	"time"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
)

// doubtsOfAlpha warns of a share alpha with which a policy overshoots or oscillates. It uses the
// closed forms of the rule (control.AutoAdjustOptions).
func (e *Review) doubtsOfAlpha(p *file.Policy) (list []string) {
	rule, used := p.Allocator.AlphaRule()
	if !used {
		return nil
	}
	dead, model := e.deadTime(p)
	if limit := rule.StableBelow(dead); rule.Up > limit && limit < 1 {
		list = append(list, fmt.Sprintf("alpha %v with feedback ready overshoots: capacity ordered for %s is ready after a dead time of τ = %d control periods, and the rule is stable for alpha < 2 sin(π/(2(2τ+1))) = %s; if capacity also goes that late, it oscillates for ever",
			rule.Up, e.Spec.Models[model].Name, dead, wording.Digits(limit)))
	} else if rule.Up > 1 {
		list = append(list, beyond("alpha", rule.Up, rule.StableBelow(0)))
	}
	if rule.Down > 1 && rule.Down != rule.Up {
		list = append(list, beyond("alpha-down", rule.Down, rule.StableBelow(0)))
	}
	return list
}

// beyond says what a share above 1 does if there is no dead time.
func beyond(key string, alpha, stable float64) string {
	if alpha >= stable {
		return fmt.Sprintf("%s %v never settles: after t control periods (1 − alpha)^t of a gap is left, which goes to zero only for 0 < alpha < %v", key, alpha, stable)
	}
	return fmt.Sprintf("%s %v overshoots: after t control periods (1 − alpha)^t of a gap is left, whose sign changes in every period if alpha is above 1", key, alpha)
}

// deadTime returns the longest dead time of the deployments that a policy may use, in control
// periods, and the model of this deployment. An order that is ready at the next decision has dead
// time 0.
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
