package optimize

import "math"

// minimum is the least numbers of replicas. They may be out of reach, so each replica that is
// missing has a price.
type minimum struct {
	least  []int     // per model, where demand alone does not see to it; 0: none
	absent []float64 // per model, $ per hour for each replica that is missing
}

// newMinimum looks up the least numbers of replicas in a problem.
func newMinimum(x *index) minimum {
	q := minimum{make([]int, len(x.Demand)), make([]float64, len(x.Demand))}
	for m := range x.MinReplicas {
		if len(x.byModel[m]) == 0 || x.MinReplicas[m] == 1 && x.Demand[m] > 0 {
			continue // none can run, or one runs since there is demand
		}
		smallest := x.Configurations[x.byModel[m][0]].Capacity
		for _, c := range x.byModel[m] {
			smallest = min(smallest, x.Configurations[c].Capacity)
		}
		q.least[m], q.absent[m] = x.MinReplicas[m], x.Penalty*smallest
	}
	return q
}

// idle reports whether nothing is wanted of model m.
func (x *index) idle(m int) bool { return x.Demand[m] == 0 && x.least[m] == 0 }

// most returns how many replicas of configuration c can be of use at most.
func (x *index) most(c int) float64 {
	f := &x.Configurations[c]
	return max(math.Ceil(x.Demand[f.Model]/f.Capacity), float64(x.least[f.Model]))
}

// running returns the replicas of model m, as far as they count for its least number.
func (x *index) running(m int, replicas []int) (n int) {
	if x.least[m] == 0 {
		return 0
	}
	for _, c := range x.byModel[m] {
		n += replicas[c]
	}
	return min(n, x.least[m])
}

// missing returns how many replicas model m lacks of its least number.
func (x *index) missing(m int, replicas []int) int { return x.least[m] - x.running(m, replicas) }

// worth returns what the replicas of model m are worth: the rate that they serve, and their number.
func (x *index) worth(m int, replicas []int) float64 {
	_, worth := x.split(m, replicas, nil)
	return worth + x.absent[m]*float64(x.running(m, replicas))
}

// share returns which share of its demand model m is served, or of its replicas it has, if that is
// less. It is 1 where nothing is wanted.
func (x *index) share(m int, served float64, replicas []int) float64 {
	share := 1.
	if x.Demand[m] > 0 {
		share = served / x.Demand[m]
	}
	if x.least[m] > 0 {
		share = min(share, float64(x.running(m, replicas))/float64(x.least[m]))
	}
	return share
}
