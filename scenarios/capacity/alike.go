package capacity

import (
	"fmt"

	"wavetank/sim/fleet"
)

// alike returns for each deployment the first one that serves as much: of the same model, with the
// same service times and the same engine. Machine types with the same GPU differ only in their
// price and in what else they have, and their replicas need one simulation. Two cases have none
// alike: pools, whose links differ from machine to machine, and replicas that slow down others on
// their GPU.
func alike(c *fleet.Spec) []fleet.DeploymentID {
	first := map[string]fleet.DeploymentID{}
	list := make([]fleet.DeploymentID, len(c.Deployments))
	for i := range c.Deployments {
		d := &c.Deployments[i]
		list[i] = fleet.DeploymentID(i)
		if c.Models[d.Model].Decoder > 0 || c.Asked(d.Model) != d.Model || c.Types[d.Type].Interference > 1 {
			continue
		}
		serves := *d
		serves.Name, serves.Type, serves.Kind, serves.Need = "", 0, 0, fleet.Resources{}
		serves.Load, serves.Transfer, serves.StartDistribution, serves.Tokens = 0, 0, nil, nil
		text := fmt.Sprintf("%+v", serves)
		if d.Tokens != nil {
			text += fmt.Sprintf("%+v", *d.Tokens)
		}
		if other, known := first[text]; known {
			list[i] = other
		} else {
			first[text] = list[i]
		}
	}
	return list
}
