package allocation

import "wavetank/sim/fleet"

// Weighed converts offered loads into requests of the planned length per second, as an Expect does.
// Rates are per window and model, in requests per second. Lengths are the mean tokens of the
// requests that arrive in each window; 0: not known. Models without tokens keep their rates.
func Weighed(c *fleet.Spec, capacity Capacity, rates [][]float64, lengths [][]fleet.PlannedLengths) ([][]float64, error) {
	weighed := make([][]float64, len(rates))
	for w := range rates {
		weighed[w] = append([]float64(nil), rates[w]...)
	}
	for m := range c.Models {
		x, err := newMix(c, fleet.ModelID(m), capacity)
		if err != nil {
			return nil, err
		}
		if x.duty == nil {
			continue
		}
		for w := range weighed {
			if l := lengths[w][m]; l.Input > 0 && l.Output > 0 {
				weighed[w][m] *= x.ratioOf(l)
			}
		}
	}
	return weighed, nil
}
