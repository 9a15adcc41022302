package scenarios

// Agreement says how often the allocators of two policies decide alike. Percent counts the control
// periods in the measured span at whose beginning both want the same number of replicas of every
// deployment.
type Agreement struct {
	First, Second string
	Percent       float64
}

// agreements compares all pairs of policies that do not know the load beforehand. wanted holds a
// hash of the wanted replicas, by policy, replication and control period.
func (e *Experiment) agreements(wanted [][][]uint64) (list []Agreement) {
	for p := range wanted {
		for q := range p {
			same, all := 0, 0
			for r := range wanted[p] {
				for i := range min(len(wanted[p][r]), len(wanted[q][r])) {
					all++
					if wanted[p][r][i] == wanted[q][r][i] {
						same++
					}
				}
			}
			first, second := &e.Scenario.Policies[q], &e.Scenario.Policies[p]
			if all > 0 && !first.Allocator.Clairvoyant() && !second.Allocator.Clairvoyant() {
				list = append(list, Agreement{first.Name, second.Name, 100 * float64(same) / float64(all)})
			}
		}
	}
	return list
}
