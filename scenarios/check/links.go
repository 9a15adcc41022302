package check

import (
	"fmt"
	"slices"

	"wavetank/policies/capacity"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// unlinked warns of machines between which KV caches move in no time.
func (e *Review) unlinked() (list []string) {
	for t := range e.Spec.Types {
		if kind := &e.Spec.Types[t]; kind.Network == 0 && handsOver(e.Spec, fleet.TypeID(t)) {
			list = append(list, fmt.Sprintf("%s has no network bandwidth: KV caches move between its machines in no time", kind.Name))
		}
	}
	return list
}

// narrow warns of deployments whose rate the network limits: their machines compute or decode more
// requests per second than the link carries KV caches.
func (e *Review) narrow() (list []string) {
	for i := range e.Spec.Deployments {
		d := &e.Spec.Deployments[i]
		role := capacity.Whole
		if d.Tokens != nil {
			role = capacity.RoleOf(e.Spec, d.Model)
		}
		if role == capacity.Whole {
			continue
		}
		kind := &e.Spec.Types[d.Type]
		together := kind.MostReplicas(&d.Need)
		carries := float64(together) * capacity.Carried(e.Spec, d, d.Lengths.Input, together)
		serves := float64(together) * d.Capacity / e.Scenario.Planning.Utilization
		if serves <= carries {
			continue
		}
		does := "compute"
		if role == capacity.Decode {
			does = "decode"
		}
		list = append(list, fmt.Sprintf("%s: the network limits the rate: the link of a machine (%v) carries the KV caches of %s requests/s (%s MB each), and the replicas on it %s %s/s",
			d.Name, quantity.Bandwidth(kind.Network), wording.Digits(carries), wording.Digits(float64(d.Tokens.TokenBytes)*d.Lengths.Input/1e6), does, wording.Digits(serves)))
	}
	return list
}

// handsOver reports whether replicas on machines of a type decode requests that other replicas have
// prefilled.
func handsOver(c *fleet.Spec, t fleet.TypeID) bool {
	return slices.ContainsFunc(c.Deployments, func(d fleet.Deployment) bool { return d.Type == t && c.Decodes(d.Model) })
}
