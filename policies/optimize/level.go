package optimize

import "math"

// level adds replicas, one at a time, for the model whose served share of the demand is the least.
// If none can be added for this model, it goes on with the model of the next least share, and so
// on.
func (pk *packing) level() {
	g := newGrowth(pk)
	shares, leads := make([]float64, len(pk.Demand)), make([]leads, len(pk.Demand))
	for m := range shares {
		if shares[m] = math.Inf(1); !pk.idle(m) {
			shares[m] = g.shareNow(m)
			leads[m].add(pk.index, pk.inOrder[m])
		}
	}
	for {
		g.only = -1
		least := math.Inf(1)
		for m, share := range shares {
			if share < least {
				g.only, least = m, share
			}
		}
		if g.only < 0 {
			return
		}
		var best step
		for _, c := range pk.inOrder[g.only] {
			if g.open(pk.Configurations[c].Type) {
				g.tryFree(c, &best)
			}
		}
		if best.adds == nil || best.price > 0 {
			best = leads[g.only].best(g, best)
		}
		if best.adds == nil {
			shares[g.only] = math.Inf(1) // nothing more can be done for this model
		} else {
			g.take(best)
			shares[g.only] = g.shareNow(g.only)
		}
	}
}

// shareNow returns the share of model m that its replicas serve.
func (g *growth) shareNow(m int) float64 {
	served, _ := g.split(m, g.replicas, nil)
	return g.share(m, served, g.replicas)
}
