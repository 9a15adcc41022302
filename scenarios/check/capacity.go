package check

import (
	"fmt"
	"math"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
)

// Counts returns the numbers of replicas that DescribeCapacity lists for a deployment: 1, 2, 4 and
// 8, up to the number that fits on its machines.
func (e *Review) Counts(d fleet.DeploymentID) (list []int) {
	const most = 8
	k := &e.Spec.Deployments[d]
	kind := &e.Spec.Types[k.Type]
	for n := 1; n <= most && n <= max(1, kind.Max*kind.MostReplicas(&k.Need)); n *= 2 {
		list = append(list, n)
	}
	return list
}

// ServedRate is how many requests per second replicas of a deployment serve together within the
// objectives.
type ServedRate struct {
	Deployment fleet.DeploymentID
	Replicas   int
	Rate       float64 // requests per second; 0: none is in time
	Full       float64 // requests per second in full batches, whether in time or not
}

// ServedRates returns the rates of all deployments for the numbers of replicas of Counts.
func (e *Review) ServedRates(c allocation.Capacity) (list []ServedRate, err error) {
	for i := range e.Spec.Deployments {
		for _, n := range e.Counts(fleet.DeploymentID(i)) {
			rate, err := c.Rate(fleet.DeploymentID(i), n)
			if err != nil {
				return nil, err
			}
			full := float64(n) * e.Spec.Deployments[i].Capacity / e.Scenario.Planning.Utilization
			list = append(list, ServedRate{fleet.DeploymentID(i), n, rate, full})
		}
	}
	return list, nil
}

// DescribeCapacity says in YAML comments how many requests per second replicas of each deployment
// serve together within the objectives, under the levers of a policy.
func (e *Review) DescribeCapacity(c allocation.Capacity, policy *file.Policy) (string, error) {
	rates, err := e.ServedRates(c)
	if err != nil {
		return "", err
	}
	rows := [][]string{{"deployment", "1", "2", "4", "8"}}
	useless, above := map[fleet.ModelID]bool{}, false
	for _, r := range rates {
		d := &e.Spec.Deployments[r.Deployment]
		if r.Replicas == 1 {
			rows = append(rows, []string{d.Name})
		}
		if _, seen := useless[d.Model]; !seen {
			useless[d.Model] = true
		}
		useless[d.Model] = useless[d.Model] && r.Rate == 0
		above = above || share(r.Rate, r.Full) > 100
		rows[len(rows)-1] = append(rows[len(rows)-1], served(r.Rate, r.Full))
	}
	var text strings.Builder
	listing(&text, fmt.Sprintf("Capacity: requests per second that 1, 2, 4, 8 replicas serve together within the objectives, by simulation (and\nas a share of full batches), with %s", e.leversOf(policy)), rows)
	if above {
		text.WriteString(aboveFull)
	}
	for m := range e.Spec.Models {
		if useless[fleet.ModelID(m)] {
			fmt.Fprintf(&text, "# No rate meets the objective of %v %% for %s: not even rare requests meet it%s\n",
				e.Spec.Models[m].Percentile, e.Spec.Models[m].Name, e.aloneIn(fleet.ModelID(m)))
		}
	}
	return text.String(), nil
}

// served writes a rate, and its share of the rate of full batches.
func served(rate, full float64) string {
	if rate == 0 {
		return "none"
	}
	return fmt.Sprintf("%s (%.0f %%)", wording.Digits(rate), share(rate, full))
}

// share returns a rate in percent of another, rounded to whole numbers.
func share(rate, full float64) float64 { return math.Round(100 * rate / full) }

// aboveFull explains shares above 100 %. Only LLMs have them: the closed form of their full batches
// assumes requests of mean length, without cached prefixes, and with none late.
const aboveFull = `# More than 100 %: full batches of an LLM are computed for requests of mean length. All of these are in time, and none finds
# its prompt in the prefix cache. In the simulation, prompts are found there, lengths differ, and some requests may be
# late. Plans with "capacity: simulated" use the simulated rate.
`

// leversOf names the levers of a policy, without levers that change nothing.
func (e *Review) leversOf(policy *file.Policy) string {
	levers := e.Scenario.LeversOf(policy)
	var parts []string
	for _, lever := range levers.All() {
		if name, _ := lever.Chosen(); name != "" && !(lever.Key == "admission" && name == "always") && !(name == "none") && !(lever.Key == "order" && name == "fcfs") {
			parts = append(parts, lever.Key+" "+name)
		}
	}
	return strings.Join(parts, ", ") + levers.PerModel.Label()
}

// aloneIn says how many requests of a model are in time if each is alone.
func (e *Review) aloneIn(m fleet.ModelID) string {
	f := &e.look().models[m]
	if f.requests == 0 {
		return ""
	}
	return fmt.Sprintf("; at most %s of its requests are in time even if each is alone", wording.Percent(f.best()))
}
